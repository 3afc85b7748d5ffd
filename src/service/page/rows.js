// What stands in the tables: loads of this service and recorded runs, put together.

import { formatBytes, formatCount, formatDuration, formatRate, formatTime } from "./format.js";

const marks = {
  waiting: { kind: "waiting", text: "waiting" },
  running: { kind: "busy", text: "running" },
  interrupted: { kind: "bad", text: "interrupted" },
  completed: { kind: "good", text: "completed" },
  completed_with_rejects: { kind: "partly", text: "with rejects" },
  failed: { kind: "bad", text: "failed" },
};

export function markOf(status) {
  return marks[status] ?? { kind: "waiting", text: status };
}

export function hasEnded({ state }) {
  return state !== "waiting" && state !== "running";
}

/** Loads that are under way here, and runs of other processes; `heardMs` is when a load was heard of last. */
export function runningRows(loads, runs, nowMs) {
  const recorded = new Map(runs.map((run) => [run.id, run]));
  const own = [...loads.values()].filter((load) => !hasEnded(load));
  const elsewhere = runs.filter(({ id, status }) => status === "running" && !loads.has(id));
  return [
    ...own.map((load) => ({
      id: load.id,
      cells: runningCells(
        { ...load, into: load.target ?? nameOf(recorded.get(load.id)?.dataset, "not known yet") },
        nowMs,
      ),
    })),
    ...elsewhere.map((run) => ({ id: run.id, cells: elsewhereCells(run) })),
  ];
}

/** What a run fills is recorded as "-" as long as its input, a stream, has not told it. */
function nameOf(dataset, otherwise) {
  return dataset === undefined || dataset === "-" ? otherwise : dataset;
}

function runningCells(
  { store, into, state, phase, done, bytes, rate, rejects, elapsedMs, heardMs, by },
  nowMs,
) {
  const isWaiting = state === "waiting";
  return [
    { text: store },
    { text: into },
    { ...markOf(state), text: isWaiting ? "waiting" : (phase ?? "starting") },
    { text: formatCount(done), aside: bytes > 0 ? formatBytes(bytes) : "" },
    { text: formatRate(isWaiting ? 0 : rate) },
    { text: formatCount(rejects) },
    { text: isWaiting ? "" : formatDuration(tenths(elapsedMs + nowMs - heardMs)) },
    { text: by ?? "this machine" },
  ];
}

/** A process of its own tells the database what is committed, and no rate. */
function elsewhereCells({ dataset, counts, startedAt, host, processId }) {
  return [
    { text: "catalog" },
    { text: nameOf(dataset, "not known yet") },
    { kind: "busy", text: "running" },
    { text: formatCount(counts.nodes.read) },
    { text: "" },
    { text: formatCount(counts.nodes.rejected) },
    { text: formatDuration(tenths(Math.max(0, Date.now() - new Date(startedAt)))) },
    { text: `${host}, process ${processId}` },
  ];
}

const tenths = (ms) => Math.round(ms / 100) * 100;

/** What has ended, newest first: recorded runs, and loads of this service that are not recorded. */
export function endedRows(loads, runs, limit = 30) {
  const recorded = new Set(runs.map(({ id }) => id));
  const others = [...loads.values()].filter((load) => hasEnded(load) && !recorded.has(load.id));
  const all = [...runs.filter(({ status }) => status !== "running").map(ofRun), ...others.map(ofLoad)];
  return all.sort((left, right) => right.started - left.started).slice(0, limit);
}

function ofRun({ id, startedAt, dataset, status, counts, elapsedMs, error }) {
  return ended(id, {
    startedAt,
    into: nameOf(dataset, "not known"),
    store: "catalog",
    status,
    records: counts.nodes.read,
    rejects: counts.nodes.rejected,
    elapsedMs,
    error,
  });
}

function ofLoad({ id, receivedAt, target, store, state, done, rejects, elapsedMs, error }) {
  return ended(id, {
    startedAt: receivedAt,
    into: target ?? "not known",
    store,
    status: state,
    records: done,
    rejects,
    elapsedMs,
    error,
  });
}

function ended(id, { startedAt, into, store, status, records, rejects, elapsedMs, error }) {
  const started = new Date(startedAt);
  const reason = error === null ? "" : brief(error);
  return {
    id,
    started,
    cells: [
      { text: formatTime(started), time: started },
      { text: into, aside: store === "catalog" ? "" : store, detail: reason },
      markOf(status),
      { text: formatCount(records) },
      { text: formatCount(rejects) },
      { text: elapsedMs === null ? "" : formatDuration(elapsedMs) },
    ],
  };
}

const longest = 240;

function brief(text) {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

// The page: follows the events, asks for the rest every now and then, and writes what it hears into the tables.

import { askJson, askReady, key, Refused } from "./api.js";
import { Chart } from "./chart.js";
import { byId, fillRows, mark, nameParts, setText } from "./dom.js";
import { formatCount, formatTime } from "./format.js";
import { endedRows, hasEnded, markOf, runningRows } from "./rows.js";
import { LoadStream } from "./stream.js";

const statusEveryMs = 2000;
const runsEveryMs = 10_000;
const readyEveryMs = 5000;
const drawEveryMs = 100;
/** Loads that have ended; the service tells of as many. */
const keptLoads = 60;

const wrongKey =
  "The service refused this key. `copycat serve keys add NAME --scope read` makes one that works.";

const chart = new Chart();
const loads = new Map();
let runs = [];
let isOpen = false;
let isPaused = false;
let away = null;

const stream = new LoadStream({ onOpen, onLoad, onAway, onRefused });

function onOpen() {
  if (away !== null) announce("The service is back.");
  isOpen = true;
  away = null;
  loads.clear();
  byId("key-form").hidden = true;
  byId("main").hidden = false;
  byId("pause").hidden = false;
  byId("forget").hidden = key.get() === null;
  tellConnection();
  for (const work of [refreshRuns, refreshStatus, refreshReady]) void calm(work);
}

function onLoad(load) {
  const before = loads.get(load.id);
  loads.delete(load.id);
  loads.set(load.id, { ...load, heardMs: performance.now() });
  if (!hasEnded(load)) return;
  const old = [...loads.values()].filter(hasEnded).slice(0, -keptLoads);
  for (const { id } of old) loads.delete(id);
  // Loads that had ended before are no news.
  if (before === undefined || hasEnded(before)) return;
  const counts = `${formatCount(load.done)} records, ${formatCount(load.rejects)} rejects`;
  announce(`Load into ${load.target ?? load.store} ${markOf(load.state).text}: ${counts}.`);
  void calm(refreshRuns);
  void calm(refreshStatus);
}

function onAway(reason, atMs) {
  if (away === null) announce(`${reason} What is shown is old.`);
  isOpen = false;
  away = { reason, atMs };
  byId("ready").replaceChildren();
  tellConnection();
}

function onRefused() {
  isOpen = false;
  away = null;
  const wasWrong = key.get() !== null;
  key.forget();
  for (const id of ["main", "pause", "forget", "retry"]) byId(id).hidden = true;
  byId("connection").replaceChildren();
  byId("key-form").hidden = false;
  setText(byId("key-error"), wasWrong ? wrongKey : "");
  byId("key").focus();
}

async function refreshRuns() {
  const { runs: found } = await askJson("/v1/runs?limit=30");
  runs = found;
  write();
}

async function refreshStatus() {
  const { version, database, targets, rates, datasets } = await askJson("/v1/status");
  if (isPaused) return;
  setText(byId("version"), version);
  const { name, host, serverVersion } = database;
  const at = host === "" ? "" : ` on ${host}`;
  const one = `database ${name}${at}, PostgreSQL ${Math.floor(serverVersion / 10_000)}`;
  setText(
    byId("database"),
    targets === undefined ? one : `servers ${targets.map(describeTarget).join(", ")}`,
  );
  document.title = `copycat: ${name}`;
  chart.take(rates);
  writeDatasets(datasets);
}

const describeTarget = ({ name, answers }) => (answers ? name : `${name} (does not answer)`);

async function refreshReady() {
  const reason = await askReady();
  const text = reason === null ? "ready" : `not ready: ${reason}`;
  if (byId("ready").textContent === text) return;
  if (reason !== null) announce(`The service is ${text}`);
  byId("ready").replaceChildren(mark(reason === null ? "good" : "bad", text));
}

/** Where there is no answer the stream notices it, too, and says so. */
async function calm(work) {
  try {
    await work();
  } catch (error) {
    if (error instanceof Refused && error.status === 401 && isOpen) await stream.open();
  }
}

function write() {
  if (isPaused) return;
  const running = runningRows(loads, runs, performance.now());
  fillTable("running", running);
  fillTable("runs", endedRows(loads, runs));
}

function fillTable(id, rows) {
  fillRows(byId(id), rows, { keyOf: (row) => row.id, cells: (row) => row.cells });
  byId(id).hidden = rows.length === 0;
  byId(`${id}-empty`).hidden = rows.length > 0;
}

function writeDatasets(counts) {
  if (counts === null) return;
  const { datasets, leftOut, countedAt } = counts;
  fillTable(
    "datasets",
    datasets.map(({ target = "", key: name, nodes }) => ({
      id: `${target}/${name}`,
      cells: [{ text: name, aside: target }, { text: formatCount(nodes) }],
    })),
  );
  setText(byId("datasets-empty"), "There is none yet.");
  const more = leftOut === 0 ? "" : `${formatCount(leftOut)} smaller ones are not listed. `;
  setText(byId("datasets-note"), `${more}Counted at ${formatTime(new Date(countedAt))}.`);
}

function tellConnection() {
  const target = byId("connection");
  byId("retry").hidden = away === null;
  if (away === null) {
    target.replaceChildren(isPaused ? mark("waiting", "paused") : mark("good", "live"));
    return;
  }
  const seconds = Math.max(0, Math.ceil((away.atMs - Date.now()) / 1000));
  const text = `${away.reason} ${seconds === 0 ? "Trying again." : `Next try in ${seconds} s.`}`;
  if (target.textContent !== text) target.replaceChildren(mark("bad", text));
}

/** For screen readers: what happened, not every step of it. */
function announce(text) {
  setText(byId("announcement"), text);
}

function every(ms, work) {
  setInterval(() => {
    if (isOpen && !document.hidden) void calm(work);
  }, ms);
}

byId("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  key.set(byId("key").value.trim());
  byId("key").value = "";
  void stream.open();
});
byId("forget").addEventListener("click", () => {
  key.forget();
  void stream.open();
});
byId("retry").addEventListener("click", () => void stream.open());
byId("pause").addEventListener("click", () => {
  isPaused = !isPaused;
  byId("pause").setAttribute("aria-pressed", String(isPaused));
  tellConnection();
  write();
  void calm(refreshStatus);
});
document.addEventListener("visibilitychange", () => {
  if (isOpen && !document.hidden)
    for (const work of [refreshStatus, refreshRuns, refreshReady]) void calm(work);
});

for (const table of document.querySelectorAll("table")) nameParts(table);
every(statusEveryMs, refreshStatus);
every(runsEveryMs, refreshRuns);
every(readyEveryMs, refreshReady);
setInterval(() => {
  if (away !== null) tellConnection();
  if (document.hidden || !isOpen || isPaused) return;
  write();
  chart.draw();
}, drawEveryMs);
void stream.open();

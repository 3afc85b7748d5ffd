// The record of runs for people: a line each, or all of one.

import { shellWord } from "../catalog/promoted/target.ts";
import type { RunDetails, RunSummary } from "../ingest/index.ts";
import { formatCount, formatDuration } from "./output.ts";
import { formatTable, type TableColumn } from "./table.ts";

const columns: readonly TableColumn<RunSummary>[] = [
  { title: "ID", text: ({ id }) => id.slice(0, 8) },
  { title: "STARTED", text: ({ startedAt }) => formatMoment(startedAt) },
  { title: "TOOK", text: ({ elapsedMs }) => formatElapsed(elapsedMs), isNumber: true },
  { title: "STATUS", text: ({ status }) => status },
  { title: "DATASET", text: ({ dataset }) => dataset },
  { title: "INSERTED", text: ({ counts }) => formatCount(counts.nodes.inserted), isNumber: true },
  { title: "UPDATED", text: ({ counts }) => formatCount(counts.nodes.updated), isNumber: true },
  {
    title: "UNCHANGED",
    text: ({ counts }) => formatCount(counts.nodes.unchanged + counts.nodes.skipped),
    isNumber: true,
  },
  { title: "REJECTED", text: ({ counts }) => formatCount(counts.nodes.rejected), isNumber: true },
  { title: "WHO", text: who },
];

/** A line of titles, then a line a run; of several servers with the server first. */
export function formatRuns(runs: readonly (RunSummary & { target?: string })[]): string {
  if (!runs.some(({ target }) => target !== undefined)) return formatTable(columns, runs);
  const target = { title: "TARGET", text: (run: { target?: string }) => run.target ?? "" };
  return formatTable<RunSummary & { target?: string }>([target, ...columns], runs);
}

/** All that is known of a run, a line a fact, and what to type next. */
export function formatRun(run: RunDetails, dsnArgument: string): string {
  const facts: [label: string, value: string | null][] = [
    ["status", run.status],
    ["dataset", run.dataset],
    ["source", run.source],
    ["inputs", run.inputs.join("\n")],
    ["started", formatMoment(run.startedAt)],
    ["finished", run.finishedAt === null ? null : formatMoment(run.finishedAt)],
    ["took", run.elapsedMs === null ? null : formatDuration(run.elapsedMs)],
    ["who", `${who(run)}, process ${run.processId}, as ${run.databaseUser} in the database`],
    ["sent by", run.by === null ? null : `the key ${run.by} of the service`],
    ["version", run.version],
    ["schema", run.catalogSchema],
    ...countFacts(run),
    ["options", JSON.stringify(run.options)],
    ["rejects", run.counts.nodes.rejected > 0 ? run.rejectsFile : null],
    ["error", run.error],
    ["report", run.report === null ? null : JSON.stringify(run.report, null, 2)],
  ];
  const known = facts.filter((fact): fact is [string, string] => fact[1] !== null && fact[1] !== "");
  const width = Math.max(...known.map(([label]) => label.length));
  const lines = known.map(([label, value]) => {
    const indented = value.replaceAll("\n", `\n${" ".repeat(width + 4)}`);
    return `  ${label.padEnd(width)}  ${indented}`;
  });
  return [run.id, ...lines, ...nextSteps(run, dsnArgument)].join("\n");
}

/** Groups of counts, without those that are nothing but zeros. */
function countFacts({ counts, commits, position }: RunDetails): [string, string | null][] {
  const groups = Object.entries(counts) as [keyof typeof counts, Record<string, number>][];
  const facts = groups.flatMap(([group, numbers]): [string, string][] => {
    const some = Object.entries(numbers).filter(([, count]) => count > 0);
    const text = some.map(([name, count]) => `${formatCount(count)} ${name}`).join(", ");
    return text === "" ? [] : [[groupNames[group], text]];
  });
  return [
    ...facts,
    ["commits", commits === 0 ? null : formatCount(commits)],
    ["position", position === null ? null : JSON.stringify(position)],
  ];
}

const groupNames: Record<keyof RunDetails["counts"], string> = {
  nodes: "nodes",
  dataSources: "data sources",
  structures: "structures",
  assets: "assets",
  closure: "closure",
  files: "files",
};

function nextSteps({ id, status, commits, counts, rejectsFile }: RunDetails, dsnArgument: string): string[] {
  const hasStopped = status === "interrupted" || status === "failed";
  const steps: string[] = [];
  if (hasStopped && commits > 0) {
    steps.push(
      "Its parts that were committed are in. To go on where it stopped:",
      `  copycat ingest --resume ${id}${dsnArgument}`,
    );
  } else if (hasStopped) {
    const when = status === "failed" ? " when the cause is mended" : "";
    steps.push(`Type the same command again${when}: what is in already is left alone.`);
  }
  if (!hasStopped && counts.nodes.rejected > 0 && rejectsFile !== null) {
    steps.push(
      "Mend the rejects, then take them again:",
      `  copycat ingest ${shellWord(rejectsFile)}${dsnArgument}`,
    );
  }
  return steps.length === 0 ? [] : ["", ...steps];
}

function who({ systemUser, host }: RunSummary): string {
  return `${systemUser}@${host}`;
}

function formatElapsed(elapsedMs: number | null): string {
  return elapsedMs === null ? "-" : formatDuration(elapsedMs);
}

/** "2026-03-01 14:05:09", where the reader is. */
function formatMoment(moment: Date): string {
  const two = (number: number): string => String(number).padStart(2, "0");
  const day = [moment.getFullYear(), two(moment.getMonth() + 1), two(moment.getDate())].join("-");
  const time = [moment.getHours(), moment.getMinutes(), moment.getSeconds()].map(two).join(":");
  return `${day} ${time}`;
}

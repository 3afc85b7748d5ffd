// The results as tables to read.

import { markdownTable } from "../support/results.ts";
import { type Spread, showNumber, showSpread, spreadOf } from "../support/statistics.ts";
import type { DuplicateRun } from "./duplicates.ts";
import type { Run } from "./rounds.ts";
import {
  labels,
  mostSequential,
  type Operation,
  operationLabels,
  operations,
  type WayName,
  wayNames,
} from "./ways.ts";

export interface Results {
  sizes: readonly number[];
  rounds: number;
  runs: readonly Run[];
  checks: readonly DuplicateRun[];
}

export function describeResults({ sizes, rounds, runs, checks }: Results): string {
  return [
    `# The index of a library, ${rounds} round${rounds === 1 ? "" : "s"}`,
    "Rows a second, median (minimum - maximum). All ways take turns in one run, and what each stored is checked, after the " +
      "inserts and after the updates. SQLite has the note's table, indexes and pragmas (WAL, synchronous NORMAL: the last " +
      "commits may be lost with the machine's power), through better-sqlite3 in the same process; the server commits durably. SQLite's rows are " +
      "counted as the driver gives them, copycat's are made into records. " +
      "Batches of a size follow each other on one connection, as the rows do. " +
      `What goes row by row does so for ${showNumber(mostSequential)} rows at most, in a table that holds the others already.`,
    ...sizes.flatMap((size) => {
      const own = runs.filter((run) => run.size === size);
      const batches = Math.max(...own.map(({ rows }) => rows / size));
      const times = batches === 1 ? "" : `, ${batches} times`;
      return [`## ${showNumber(size)} files${times}`, rates(own), ratios(own)];
    }),
    describeChecks(checks),
  ].join("\n\n");
}

function rates(runs: readonly Run[]): string {
  return markdownTable(
    ["way", ...operations.map((operation) => operationLabels[operation])],
    namesOf(runs).map((way) => [
      labels[way],
      ...operations.map((operation) => {
        const own = runs.filter((run) => run.way === way && run.operation === operation);
        return showSpread(spreadOf(own.map(rateOf)));
      }),
    ]),
  );
}

const comparisons: readonly (readonly [what: string, way: WayName, over: WayName])[] = [
  ["copycat: batch over single functions", "oursBatch", "oursSequential"],
  ["copycat's batches over the old approach", "oursBatch", "sqliteReopen"],
  ["copycat's batches over SQLite's batches", "oursBatch", "sqliteBatch"],
  ["SQLite: batch over the old approach", "sqliteBatch", "sqliteReopen"],
  ["SQLite: batch over one connection", "sqliteBatch", "sqliteKept"],
];

/** Of the same round. */
function ratios(runs: readonly Run[]): string {
  const names = namesOf(runs);
  const shown = comparisons.filter(([, way, over]) => names.includes(way) && names.includes(over));
  if (shown.length === 0) return "";
  return markdownTable(
    ["times as fast", ...operations.map((operation) => operationLabels[operation])],
    shown.map(([what, way, over]) => [
      what,
      ...operations.map((operation) => showRatio(ratioOf(runs, operation, [way, over]))),
    ]),
  );
}

const showRatio = (ratio: Spread): string => showSpread(ratio, ratio.median < 10 ? 2 : 1);

function ratioOf(
  runs: readonly Run[],
  operation: Operation,
  [way, over]: readonly [WayName, WayName],
): Spread {
  const find = (name: WayName, round: number): Run | undefined =>
    runs.find((run) => run.way === name && run.operation === operation && run.round === round);
  const rounds = [...new Set(runs.map(({ round }) => round))];
  return spreadOf(
    rounds.flatMap((round) => {
      const [own, peer] = [find(way, round), find(over, round)];
      return own === undefined || peer === undefined ? [] : [rateOf(own) / rateOf(peer)];
    }),
  );
}

const rateOf = ({ rows, elapsedMs }: Run): number => (rows * 1000) / elapsedMs;

const namesOf = (runs: readonly Run[]): WayName[] =>
  wayNames.filter((name) => runs.some(({ way }) => way === name));

function describeChecks(checks: readonly DuplicateRun[]): string {
  const [first] = checks;
  if (first === undefined) return "";
  const line = (isFuzzy: boolean): string[] => {
    const own = checks.filter((check) => check.isFuzzy === isFuzzy);
    const found = Object.entries(own[0]?.found ?? {}).filter(([name]) => name !== "none");
    return [
      isFuzzy ? "tags, content, and titles that are nearly the same" : "tags and content",
      showSpread(spreadOf(own.map(({ elapsedMs }) => elapsedMs / 1000)), 2),
      showSpread(spreadOf(own.map(({ checked, elapsedMs }) => (checked * 1000) / elapsedMs))),
      found.map(([name, files]) => `${name} ${showNumber(files)}`).join(", "),
    ];
  };
  return [
    `## ${showNumber(first.checked)} files against ${showNumber(first.stored)}`,
    "Half of them are new; the others have the tags, the content, a title with a letter more, or one with an addition, of a file " +
      "that is there. That each of these was found is checked.",
    markdownTable(["checked by", "s", "files/s", "found"], [line(false), line(true)]),
  ].join("\n\n");
}

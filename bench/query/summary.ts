// The tables to read.

import { countNodes } from "../load/nodes.ts";
import { markdownTable } from "../support/results.ts";
import { showNumber } from "../support/statistics.ts";
import type { AimResult, Latencies, Latency } from "./latencies.ts";
import { questions } from "./questions.ts";
import type { Site } from "./site.ts";

interface Series {
  name: string;
  label: string;
}

/** Each beside what it is to be compared with. */
const columnOrder = [
  "ours",
  "oursPromoted",
  "ours.sql",
  "oursPromoted.sql",
  "sqlite",
  "http",
  "httpPromoted",
  "statements",
  "statementsPromoted",
];

/** What was measured in a catalog, in the order of the columns. */
function seriesOf({ entities, ways }: Site, { find }: Latencies): Series[] {
  const [first] = questions;
  return ways
    .flatMap(({ name, label }) => [
      { name, label },
      { name: `${name}.sql`, label: `${label}: SQL` },
    ])
    .filter(({ name }) => find(entities, name, first?.name ?? "") !== undefined)
    .sort((one, other) => columnOrder.indexOf(one.name) - columnOrder.indexOf(other.name));
}

/** p50 and p95 of all; how many repetitions where they are fewer than planned. */
export function latencyTable(site: Site, latencies: Latencies, planned: number): string {
  const series = seriesOf(site, latencies);
  const cell = (latency: Latency | undefined): string => {
    if (latency === undefined) return "";
    const few = latency.repetitions < planned ? ` (${latency.repetitions})` : "";
    return `${showMs(latency.p50Ms)} / ${showMs(latency.p95Ms)}${few}`;
  };
  return markdownTable(
    ["ms, p50 / p95", ...series.map(({ label }) => label)],
    questions.map(({ name, label }) => [
      label,
      ...series.map((one) => cell(latencies.find(site.entities, one.name, name))),
    ]),
  );
}

/** Upper over lower, at p50. */
const comparisons = [
  ["copycat, without / with promoted keys", "ours", "oursPromoted"],
  ["its SQL, without / with", "ours.sql", "oursPromoted.sql"],
  ["Tiled's SQL, without / with", "statements", "statementsPromoted"],
  ["Tiled's HTTP, without / with", "http", "httpPromoted"],
  ["SQLite / copycat with", "sqlite", "oursPromoted"],
  ["Tiled's HTTP without / copycat with", "http", "oursPromoted"],
] as const;

export function ratioTable({ entities }: Site, { ratio }: Latencies): string {
  const rows = questions.map(({ name, label }) => [
    label,
    ...comparisons.map(([, upper, lower]) =>
      showRatio(ratio([entities, upper, name], [entities, lower, name])),
    ),
  ]);
  return markdownTable(["times as long, p50", ...comparisons.map(([title]) => title)], rows);
}

/** The largest catalog against the smallest, at p50. */
export function growthTable(sites: readonly Site[], latencies: Latencies): string {
  const [smallest, largest] = [sites[0], sites.at(-1)];
  if (smallest === undefined || largest === undefined || smallest === largest) return "";
  const series = seriesOf(largest, latencies);
  const rows = questions.map(({ name: question, label }) => [
    label,
    ...series.map(({ name }) =>
      showRatio(latencies.ratio([largest.entities, name, question], [smallest.entities, name, question])),
    ),
  ]);
  return [
    `## ${showNodes(largest)} nodes against ${showNodes(smallest)}`,
    markdownTable(["times as long, p50", ...series.map(({ label }) => label)], rows),
  ].join("\n\n");
}

export function aimsTable(results: readonly AimResult[]): string {
  const verdict = (holds: boolean): string => (holds ? "yes" : "no");
  return markdownTable(
    [
      "with promoted keys, largest catalog",
      "SQL, p50 ms",
      "under 2 ms",
      "against the smallest",
      "at most 1.5 times",
      "Tiled's SQL: times as fast",
      "Tiled's HTTP: times as fast",
    ],
    results.map(({ label, sqlMs, isFast, growth, isSteady, statements, http }) => [
      label,
      showMs(sqlMs),
      verdict(isFast),
      showRatio(growth),
      growth === undefined ? "" : verdict(isSteady),
      showRatio(statements),
      showRatio(http),
    ]),
  );
}

export function promotionTable(sites: readonly Site[]): string {
  return markdownTable(
    ["promoted key", "nodes", "indexes", "MiB", "seconds to make"],
    sites.flatMap((site) =>
      site.promotions.map(({ key, kinds, sizeBytes, elapsedMs }) => [
        key,
        showNodes(site),
        kinds.join(", "),
        showNumber(sizeBytes / 2 ** 20, 1),
        showNumber(elapsedMs / 1000, 1),
      ]),
    ),
  );
}

export function showNodes({ entities }: Site): string {
  return showNumber(countNodes(entities));
}

function showMs(ms: number): string {
  return showNumber(ms, ms < 10 ? 2 : ms < 100 ? 1 : 0);
}

function showRatio(ratio: number | undefined): string {
  return ratio === undefined ? "" : showNumber(ratio, ratio < 10 ? 2 : ratio < 100 ? 1 : 0);
}

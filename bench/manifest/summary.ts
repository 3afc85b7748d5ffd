// Rates, memory, and the rate of the tables as a share of that of the prepared records in the same round.

import { markdownTable } from "../support/results.ts";
import { type Spread, showNumber, showSpread, spreadOf } from "../support/statistics.ts";
import type { WayName } from "./child.ts";
import type { Run } from "./rounds.ts";
import { artifactTypes } from "./rows.ts";

export interface WaySummary {
  way: WayName;
  seconds: Spread;
  nodesPerSecond: Spread;
  /** Of both tables together; null for prepared records. */
  rowsPerSecond: Spread | null;
  /** Of the read and copy phases together: all before the merge. */
  readSeconds: Spread;
  cpuSeconds: Spread;
  peakRssBytes: number;
  /** Null where prepared records were not measured. */
  againstPrepared: Spread | null;
}

const labels: Readonly<Record<WayName, string>> = {
  ours: "tables: `ingest`",
  prepared: "the same nodes, prepared: `loadNodes`",
};

export function summarise(runs: readonly Run[], entities: number): WaySummary[] {
  const rows = entities * (1 + artifactTypes.length);
  return [...new Set(runs.map(({ way }) => way))].sort().map((way) => {
    const own = runs.filter((run) => run.way === way);
    const spread = (value: (run: Run) => number): Spread => spreadOf(own.map(value));
    const ratios = own.flatMap(({ round, elapsedMs }) => {
      const other = runs.find((run) => run.way === "prepared" && run.round === round);
      return other === undefined ? [] : [other.elapsedMs / elapsedMs];
    });
    return {
      way,
      seconds: spread(({ elapsedMs }) => elapsedMs / 1000),
      nodesPerSecond: spread(({ elapsedMs, nodes }) => (nodes * 1000) / elapsedMs),
      rowsPerSecond: way === "prepared" ? null : spread(({ elapsedMs }) => (rows * 1000) / elapsedMs),
      readSeconds: spread(({ phases }) => ((phases.read ?? 0) + (phases.copy ?? 0)) / 1000),
      cpuSeconds: spread(({ cpuMs }) => cpuMs / 1000),
      peakRssBytes: Math.max(...own.map(({ peakRssBytes }) => peakRssBytes)),
      againstPrepared: ratios.length === 0 ? null : spreadOf(ratios),
    };
  });
}

export function summaryTable(summaries: readonly WaySummary[]): string {
  return markdownTable(
    ["way", "seconds", "read and copy, s", "rows/s", "nodes/s", "client CPU, s", "peak RSS MB", "x prepared"],
    summaries.map((summary) => [
      labels[summary.way],
      showSpread(summary.seconds, 1),
      showSpread(summary.readSeconds, 1),
      summary.rowsPerSecond === null ? "" : showNumber(summary.rowsPerSecond.median),
      showSpread(summary.nodesPerSecond),
      showNumber(summary.cpuSeconds.median, 1),
      showNumber(summary.peakRssBytes / 1e6),
      summary.againstPrepared === null ? "" : showSpread(summary.againstPrepared, 2),
    ]),
  );
}

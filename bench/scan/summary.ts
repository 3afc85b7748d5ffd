// Rates, and what the database adds to reading.

import { markdownTable } from "../support/results.ts";
import { type Spread, showNumber, showSpread, spreadOf } from "../support/statistics.ts";
import { labelOf, type ScanRound, type ScanRun, type Turn } from "./rounds.ts";

export interface ScanSummary {
  label: string;
  elapsedMs: Spread;
  filesPerSecond: Spread;
  /** Of h5py none: what it counts are data sets. */
  nodesPerSecond: Spread | null;
  /** Percent that the whole ingest takes longer than reading alone, of the same round. */
  addedPercent: Spread | null;
  cpuMs: Spread;
  peakRssBytes: number;
}

type Run = Turn & ScanRun;

export function summariseScans(rounds: readonly ScanRound[], files: number): ScanSummary[] {
  const turns = rounds[0]?.runs ?? [];
  return turns.map((turn) => {
    const find = (round: ScanRound, what: Turn["what"]): Run | undefined =>
      round.runs.find((run) => run.what === what && run.workers === turn.workers);
    const runs = rounds.flatMap((round) => find(round, turn.what) ?? []);
    const spread = (value: (run: Run) => number): Spread => spreadOf(runs.map(value));
    const added = rounds.flatMap((round) => {
      const [read, whole] = [find(round, "read"), find(round, "ingest")];
      return read === undefined || whole === undefined ? [] : [(whole.elapsedMs / read.elapsedMs - 1) * 100];
    });
    return {
      label: labelOf(turn),
      elapsedMs: spread(({ elapsedMs }) => elapsedMs),
      filesPerSecond: spread(({ elapsedMs }) => (files * 1000) / elapsedMs),
      nodesPerSecond:
        turn.what === "h5py" ? null : spread(({ elapsedMs, nodes }) => (nodes * 1000) / elapsedMs),
      addedPercent: turn.what === "ingest" ? spreadOf(added) : null,
      cpuMs: spread(({ cpuMs }) => cpuMs),
      peakRssBytes: Math.max(...runs.map(({ peakRssBytes }) => peakRssBytes)),
    };
  });
}

export function scanTable(summaries: readonly ScanSummary[]): string {
  return markdownTable(
    ["what", "ms", "files/s", "nodes/s", "the database adds, %", "CPU ms", "peak RSS MB"],
    summaries.map((summary) => [
      summary.label,
      showSpread(summary.elapsedMs),
      showNumber(summary.filesPerSecond.median),
      summary.nodesPerSecond === null ? "" : showNumber(summary.nodesPerSecond.median),
      summary.addedPercent === null ? "" : showSpread(summary.addedPercent),
      showNumber(summary.cpuMs.median),
      showNumber(summary.peakRssBytes / 1e6),
    ]),
  );
}

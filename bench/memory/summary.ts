// What the rounds say: rates, and ratios within the same round.

import { markdownTable } from "../support/results.ts";
import { type Spread, showNumber, showSpread, spreadOf } from "../support/statistics.ts";
import type { Round, Run } from "./rounds.ts";
import type { SmallResult } from "./small.ts";
import { labels, rawEncodingWays, rawWays, type WayName } from "./ways.ts";

export interface WaySummary {
  way: WayName;
  elapsedMs: Spread;
  rowsPerSecond: Spread;
  /** How many times as fast as the single INSERTs of the same round. */
  againstInsert: Spread | null;
  /** Share of the speed of the fastest raw COPY of the same round, bytes made beforehand included. */
  againstRawCopy: Spread | null;
  /** The same, of those that encode while they send. */
  againstEncodingCopy: Spread | null;
  clientCpuMs: Spread;
  serverCpuMs: Spread | null;
  walBytes: Spread;
}

export function summariseRounds(rounds: readonly Round[], rows: number): WaySummary[] {
  const names = [...new Set(rounds.flatMap(({ runs }) => runs.map(({ way }) => way)))];
  return names.map((way) => {
    const runs = rounds.flatMap((round) => round.runs.filter((run) => run.way === way));
    const spread = (value: (run: Run) => number): Spread => spreadOf(runs.map(value));
    return {
      way,
      elapsedMs: spread(({ elapsedMs }) => elapsedMs),
      rowsPerSecond: spread(({ elapsedMs }) => (rows * 1000) / elapsedMs),
      againstInsert: ratios(rounds, way, ["insert"]),
      againstRawCopy: ratios(rounds, way, rawWays),
      againstEncodingCopy: ratios(rounds, way, rawEncodingWays),
      clientCpuMs: spread(({ clientCpuMs }) => clientCpuMs),
      serverCpuMs: runs.some((run) => run.serverCpuMs === null)
        ? null
        : spread((run) => run.serverCpuMs ?? Number.NaN),
      walBytes: spread(({ walBytes }) => walBytes),
    };
  });
}

/** Speed of a way as a multiple of the fastest of others, round by round; null when none of them ran. */
function ratios(rounds: readonly Round[], way: WayName, others: readonly WayName[]): Spread | null {
  const values = rounds.flatMap(({ runs }) => {
    const own = runs.find((run) => run.way === way)?.elapsedMs;
    const theirs = runs.filter((run) => others.includes(run.way)).map((run) => run.elapsedMs);
    return own === undefined || theirs.length === 0 ? [] : [Math.min(...theirs) / own];
  });
  return values.length === 0 ? null : spreadOf(values);
}

export function roundsTable(summaries: readonly WaySummary[]): string {
  const ratio = (spread: Spread | null): string => (spread === null ? "" : showSpread(spread, 2));
  const middle = (spread: Spread | null): string => (spread === null ? "" : showNumber(spread.median));
  return markdownTable(
    [
      "way",
      "rows/s",
      "ms",
      "x single INSERT",
      "x fastest raw COPY",
      "x fastest raw COPY that encodes",
      "client CPU ms",
      "server CPU ms",
      "WAL MB",
    ],
    summaries.map((way) => [
      labels[way.way],
      showSpread(way.rowsPerSecond),
      showSpread(way.elapsedMs),
      ratio(way.againstInsert),
      ratio(way.againstRawCopy),
      ratio(way.againstEncodingCopy),
      middle(way.clientCpuMs),
      middle(way.serverCpuMs),
      showNumber(way.walBytes.median / 1e6),
    ]),
  );
}

export function smallTable(results: readonly SmallResult[]): string {
  return markdownTable(
    ["rows", "way", "ms", "rows/s", "x single INSERT", "repetitions"],
    results.flatMap(({ rows, repetitions, ways }) =>
      ways.map(({ way, elapsedMs, rowsPerSecond, againstInsert }) => [
        showNumber(rows),
        labels[way],
        showSpread(elapsedMs, 1),
        showNumber(rowsPerSecond),
        showSpread(againstInsert, 2),
        showNumber(repetitions),
      ]),
    ),
  );
}

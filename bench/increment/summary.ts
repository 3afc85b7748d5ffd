// What the rounds say, as tables.

import { markdownTable } from "../support/results.ts";
import { type Spread, showNumber, showSpread, spreadOf } from "../support/statistics.ts";
import type { GrowthResult } from "./growth.ts";
import type { Waits } from "./readers.ts";
import type { Round, Run } from "./rounds.ts";
import { type WayName, ways } from "./ways.ts";
import type { WriterResult } from "./writers.ts";

export interface WaySummary {
  way: WayName;
  elapsedMs: Spread;
  nodesPerSecond: Spread;
  /** To the load into an empty catalog of the same round. */
  ratio: Spread | null;
  /** The same without the VACUUM (ANALYZE) at the end of that load, which a small one into a large catalog leaves out. */
  ratioInTransaction: Spread | null;
  clientCpuMs: Spread;
  serverCpuMs: Spread;
  walBytes: Spread;
  phases: Record<string, Spread>;
}

export function summariseRounds(rounds: readonly Round[], nodes: number): WaySummary[] {
  const names = [...new Set(rounds.flatMap(({ runs }) => runs.map(({ way }) => way)))];
  return names.map((way) => {
    const runs = rounds.flatMap((round) => round.runs.filter((run) => run.way === way));
    const spread = (value: (run: Run) => number): Spread => spreadOf(runs.map(value));
    return {
      way,
      elapsedMs: spread(({ elapsedMs }) => elapsedMs),
      nodesPerSecond: spread(({ elapsedMs }) => (nodes * 1000) / elapsedMs),
      ratio: ratios(rounds, way, ({ elapsedMs }) => elapsedMs),
      ratioInTransaction: ratios(rounds, way, transactionMs),
      clientCpuMs: spread(({ clientCpuMs }) => clientCpuMs),
      serverCpuMs: spread(({ serverCpuMs }) => serverCpuMs ?? Number.NaN),
      walBytes: spread(({ walBytes }) => walBytes),
      phases: phasesOf(runs),
    };
  });
}

function transactionMs({ elapsedMs, report }: Run): number {
  return elapsedMs - (report?.phases.find(({ name }) => name === "analyze")?.elapsedMs ?? 0);
}

function ratios(rounds: readonly Round[], way: WayName, time: (run: Run) => number): Spread | null {
  const values = rounds.flatMap(({ runs }) => {
    const [own, empty] = [way, "empty"].map((name) => runs.find((run) => run.way === name));
    return own === undefined || empty === undefined ? [] : [time(own) / time(empty)];
  });
  return values.length === 0 ? null : spreadOf(values);
}

function phasesOf(runs: readonly Run[]): Record<string, Spread> {
  const names = new Set(runs.flatMap(({ report }) => report?.phases.map(({ name }) => name) ?? []));
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      spreadOf(runs.map(({ report }) => report?.phases.find((phase) => phase.name === name)?.elapsedMs ?? 0)),
    ]),
  );
}

export function waysTable(summaries: readonly WaySummary[]): string {
  const ratio = (spread: Spread | null): string => (spread === null ? "" : showSpread(spread, 2));
  return markdownTable(
    [
      "way",
      "ms",
      "nodes/s",
      "x into empty",
      "x, without VACUUM",
      "client CPU ms",
      "server CPU ms",
      "WAL MB",
      "phases, ms",
    ],
    summaries.map((summary) => [
      ways[summary.way].label,
      showSpread(summary.elapsedMs),
      showNumber(summary.nodesPerSecond.median),
      ratio(summary.ratio),
      ratio(summary.ratioInTransaction),
      showNumber(summary.clientCpuMs.median),
      showNumber(summary.serverCpuMs.median),
      showNumber(summary.walBytes.median / 1e6, 1),
      Object.entries(summary.phases)
        .map(([name, { median }]) => `${name} ${showNumber(median)}`)
        .join(", "),
    ]),
  );
}

/** The difference is to the time before any load. */
export function readersTable(waits: readonly Waits[]): string {
  const quiet = waits[0]?.longestMs ?? Number.NaN;
  return markdownTable(
    [
      "beside",
      "queries",
      "p50 ms",
      "p99 ms",
      "longest ms",
      "more than quiet, ms",
      "longest by query, ms",
      "a load, ms",
    ],
    waits.map((wait) => [
      wait.while,
      showNumber(wait.queries),
      showNumber(wait.p50Ms, 2),
      showNumber(wait.p99Ms, 1),
      showNumber(wait.longestMs, 1),
      showNumber(wait.longestMs - quiet, 1),
      Object.entries(wait.longest)
        .map(([name, ms]) => `${name} ${showNumber(ms, 1)}`)
        .join(", "),
      wait.loadMs === null ? "" : showSpread(wait.loadMs),
    ]),
  );
}

export function writersTable(results: readonly WriterResult[]): string {
  return markdownTable(
    ["beside", "nodes", "failed", "p50 ms", "p99 ms", "longest ms", "loads", "a load, ms"],
    results.map((result) => [
      result.while,
      showNumber(result.nodes),
      showNumber(result.failures.length),
      showNumber(result.p50Ms, 1),
      showNumber(result.p99Ms, 1),
      showNumber(result.longestMs, 1),
      showNumber(result.loads),
      result.loadMs === null ? "" : showSpread(result.loadMs),
    ]),
  );
}

export function growthTable(results: readonly GrowthResult[]): string {
  return markdownTable(
    ["nodes before", "ms", "x the smallest"],
    results.map(({ before, elapsedMs, ratio }) => [
      showNumber(before),
      showSpread(elapsedMs),
      showSpread(ratio, 2),
    ]),
  );
}

// What the rounds say: rates, and ratios within the same round.

import { markdownTable } from "../support/results.ts";
import { type Spread, showNumber, showSpread, spreadOf } from "../support/statistics.ts";
import type { Run } from "./rounds.ts";
import type { Way, WayName } from "./types.ts";

export interface WaySummary {
  way: WayName;
  label: string;
  /** Of the load that was measured: fewer than asked for when it is a sample. */
  nodes: number;
  isSample: boolean;
  nodesPerSecond: Spread;
  seconds: Spread;
  /** Its rate as a share of the hand-tuned script's in the same round. */
  againstFloor: Spread | null;
  /** How many times as fast copycat was in the same round. */
  oursOverIt: Spread | null;
}

export function summarise(runs: readonly Run[], ways: readonly Way[], asked: number): WaySummary[] {
  return ways.flatMap(({ name, label }) => {
    const own = runs.filter(({ way }) => way === name);
    const [first] = own;
    if (first === undefined) return [];
    const { nodes } = first;
    return {
      way: name,
      label,
      // The HTTP sample ends by the clock, so its size differs from round to round.
      nodes: Math.round(spreadOf(own.map((run) => run.nodes)).median),
      isSample: nodes < asked,
      nodesPerSecond: spreadOf(own.map(({ nodesPerSecond }) => nodesPerSecond)),
      seconds: spreadOf(own.map(({ elapsedMs }) => elapsedMs / 1000)),
      againstFloor: ratios(runs, name, "floor"),
      oursOverIt: ratios(runs, "ours", name),
    };
  });
}

/** Rate of the one over that of the other, round by round; null when one of them never ran. */
function ratios(runs: readonly Run[], upper: WayName, lower: WayName): Spread | null {
  const values = runs
    .filter(({ way }) => way === upper)
    .flatMap(({ round, nodesPerSecond }) => {
      const other = runs.find((run) => run.way === lower && run.round === round);
      return other === undefined ? [] : [nodesPerSecond / other.nodesPerSecond];
    });
  return values.length === 0 ? null : spreadOf(values);
}

export function ratesTable(summaries: readonly WaySummary[]): string {
  const ratio = (spread: Spread | null): string =>
    spread === null ? "" : showSpread(spread, digitsOf(spread.median));
  return markdownTable(
    ["way", "nodes", "nodes/s", "seconds", "x floor", "ours over it"],
    summaries.map(({ label, nodes, isSample, nodesPerSecond, seconds, againstFloor, oursOverIt }) => [
      label,
      `${showNumber(nodes)}${isSample ? " (sample)" : ""}`,
      showSpread(nodesPerSecond),
      showSpread(seconds, 2),
      ratio(againstFloor),
      ratio(oursOverIt),
    ]),
  );
}

/** A way may be a thousand times slower than another: about three digits of each ratio. */
function digitsOf(value: number): number {
  return Math.min(4, Math.max(0, 2 - Math.floor(Math.log10(value))));
}

/** Medians of the phases of those that tell them, in milliseconds. */
export function phasesTable(runs: readonly Run[], ways: readonly Way[]): string {
  const rows = ways.flatMap(({ name, label }) => {
    const own = runs.filter(({ way }) => way === name);
    const names = own[0]?.phases?.map((phase) => phase.name) ?? [];
    if (names.length === 0) return [];
    const medians = names.map((phaseName) => {
      const times = own.flatMap(
        ({ phases }) => phases?.find((phase) => phase.name === phaseName)?.elapsedMs ?? [],
      );
      return `${phaseName} ${showNumber(spreadOf(times).median)}`;
    });
    return [[label, medians.join(", ")]];
  });
  return markdownTable(["way", "phases, median ms"], rows);
}

export function memoryText(runs: readonly Run[]): string {
  const memory = runs.flatMap((run) => run.memory ?? []);
  if (memory.length === 0) return "";
  const megabytes = (bytes: number): string => `${showNumber(bytes / 2 ** 20)} MiB`;
  const peak = Math.max(...memory.map(({ peakBytes }) => peakBytes));
  const before = Math.max(...memory.map(({ beforeBytes }) => beforeBytes));
  return (
    `Memory of copycat's process: at most ${megabytes(peak)} resident, of which ${megabytes(before)} were there before ` +
    "the clock started (the records, when they are held in memory)."
  );
}

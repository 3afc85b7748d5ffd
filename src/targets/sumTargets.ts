// What became of all groups as one report, each with its target.

import { type SummedReport, sumReports } from "../ingest/index.ts";
import type { NameSetting } from "../wording.ts";
import type { TargetResult } from "./ingestTargets.ts";

type Dataset = SummedReport["datasets"][number];

export interface SummedTargets extends Omit<SummedReport, "datasets"> {
  /** In the order of the inputs. */
  datasets: (Dataset & { target: string | null })[];
}

/**
 * @param elapsedMs of the whole: targets are filled side by side, so their times do not add up
 * @param name how settings are called in what groups failed with; default: as in a program
 */
export function sumTargets(
  results: readonly TargetResult[],
  elapsedMs: number,
  name?: NameSetting,
): SummedTargets {
  const sum = sumReports(results, name);
  return {
    ...sum,
    elapsedMs,
    nodesPerSecond: Math.round((sum.nodes.read * 1000) / Math.max(1, elapsedMs)),
    datasets: sum.datasets.map((dataset, index) => ({ ...dataset, target: results[index]?.target ?? null })),
  };
}

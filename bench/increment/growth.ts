// The same increment into catalogs of different sizes: the work is to grow with what is new.

import { rotate, type Spread, spreadOf } from "../support/statistics.ts";
import type { Catalog, Catalogs } from "./catalogs.ts";
import type { Increments } from "./records.ts";
import { type Run, runInto } from "./rounds.ts";

export interface GrowthResult {
  /** Nodes of the catalog before each load. */
  before: number;
  elapsedMs: Spread;
  /** To the smallest catalog, of the same round. */
  ratio: Spread;
  runs: Run[];
}

/** @param bases by size, the smallest first; each load goes into a copy, or the small ones would not stay small */
export async function measureGrowth(
  bases: readonly Catalog[],
  increments: Increments,
  { catalogs, rounds }: { catalogs: Catalogs; rounds: number },
): Promise<GrowthResult[]> {
  const runs = new Map<Catalog, Run[]>(bases.map((base) => [base, []]));
  for (let round = 0; round < rounds; round++) {
    for (const base of rotate(bases, round)) {
      const copy = await catalogs.copy("copy", base);
      const run = await runInto(copy, "auto", { increments });
      await catalogs.drop(copy);
      console.log(`round ${round + 1}: into ${run.before} nodes: ${Math.round(run.elapsedMs)} ms`);
      runs.get(base)?.push(run);
    }
  }
  const smallest = [...runs.values()][0] ?? [];
  return [...runs.values()].map((own) => ({
    before: own[0]?.before ?? 0,
    elapsedMs: spreadOf(own.map(({ elapsedMs }) => elapsedMs)),
    ratio: spreadOf(
      own.map(({ elapsedMs }, index) => elapsedMs / (smallest[index]?.elapsedMs ?? Number.NaN)),
    ),
    runs: own,
  }));
}

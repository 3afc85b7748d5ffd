// Counts of runs, added up.

import type { RunCounts } from "./types.ts";

/** Counts as they may come from a report, or from a row that another version wrote. */
export type SomeCounts = { readonly [Group in keyof RunCounts]?: Readonly<Partial<RunCounts[Group]>> };

export function noCounts(): RunCounts {
  return {
    nodes: { read: 0, inserted: 0, updated: 0, unchanged: 0, skipped: 0, rejected: 0 },
    dataSources: { inserted: 0 },
    structures: { inserted: 0 },
    assets: { inserted: 0 },
    closure: { rows: 0 },
    files: { read: 0, unchanged: 0, changed: 0, moved: 0, vanished: 0, pruned: 0 },
  };
}

type Groups = Record<string, Record<string, number>>;

/** The sum; what is missing counts as 0, and what is no count is left out. */
export function addCounts(...parts: readonly SomeCounts[]): RunCounts {
  const sum = noCounts();
  for (const [group, counts] of Object.entries(sum as unknown as Groups)) {
    for (const part of parts as readonly Partial<Groups>[]) {
      for (const name of Object.keys(counts)) counts[name] = (counts[name] ?? 0) + (part[group]?.[name] ?? 0);
    }
  }
  return sum;
}

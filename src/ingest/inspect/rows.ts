// Layout batched: is there one leading length that nearly all arrays share, and that the columns of one group have?

import { posix } from "node:path";
import type { DatasetFacts } from "./types.ts";

/** Fewer of the arrays with that leading length: it is the length of an axis, not the number of entities. */
const leastPartOfArrays = 0.6;

export interface Rows {
  rows: number;
  /** The group whose columns are the parameters. */
  group: string;
}

/**
 * Rows are told from points on an axis by the columns beside them: at least two 1-D arrays in one group, and more of
 * them than there are single numbers, which would be the parameters of one entity.
 */
export function findRows(datasets: readonly DatasetFacts[]): Rows | null {
  const arrays = datasets.filter(({ shape }) => shape.length > 0);
  const lengths = new Set(arrays.filter(({ shape }) => shape.length > 1).map(({ shape }) => shape[0] ?? 0));
  const numbers = datasets.filter(({ shape, values }) => shape.length === 0 && values?.low != null);
  let best: (Rows & { columns: number }) | null = null;
  for (const rows of lengths) {
    const sharing = arrays.filter(({ shape }) => shape[0] === rows);
    if (rows < 2 || sharing.length < leastPartOfArrays * arrays.length) continue;
    for (const [group, columns] of columnsByGroup(sharing)) {
      const isEnough = columns >= 2 && columns > numbers.length;
      if (isEnough && (best === null || columns > best.columns)) best = { rows, group, columns };
    }
  }
  return best;
}

function columnsByGroup(datasets: readonly DatasetFacts[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { path, shape } of datasets) {
    const group = posix.dirname(path);
    if (shape.length === 1) counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  return counts;
}

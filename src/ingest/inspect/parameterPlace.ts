// Where the parameters of an entity lie: which group's single values tell the entities apart.

import { posix } from "node:path";
import type { Tallied } from "./types.ts";

/** A group with fewer of the single numbers is one of many places, none of which is that of the parameters. */
const leastPartOfNumbers = 0.5;

export function isSingle({ shapes }: Tallied): boolean {
  return shapes.every(({ length }) => length === 0);
}

export interface Places {
  datasets: readonly Tallied[];
  /** Those of the data sets that are no single values. */
  arrays: readonly Tallied[];
  /** How many. */
  entities: number;
}

/**
 * The group with the most single numbers that every entity has; the outermost of several. A group with arrays in it is
 * none, but for the outermost, of which only scalars are taken.
 *
 * @returns null where single numbers are strewn over many groups, or are not there
 */
export function findParameterGroup({ datasets, arrays, entities }: Places): string | null {
  const withArrays = new Set(arrays.map(groupOf));
  const known = new Set(arrays);
  const numbers = datasets.filter(
    (found) => !known.has(found) && found.low !== null && found.count === entities,
  );
  const counts = new Map<string, number>();
  for (const found of numbers) {
    const group = groupOf(found);
    const isPlace = group === "/" ? isSingle(found) : !withArrays.has(group);
    if (isPlace) counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  const [best] = [...counts].sort(([a, countA], [b, countB]) => countB - countA || a.length - b.length);
  return best !== undefined && best[1] >= leastPartOfNumbers * numbers.length ? best[0] : null;
}

export function groupOf({ path }: { path: string }): string {
  return posix.dirname(path);
}

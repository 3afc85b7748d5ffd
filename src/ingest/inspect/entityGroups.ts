// Layout grouped: is there a group whose subgroups look alike, and hold nearly all that is in the file?

import { sortAlike } from "./alike.ts";
import { elementCount } from "./tally.ts";
import type { DatasetFacts } from "./types.ts";

/** Less of a file's data sets below the subgroups: they are a detail of it, not its entities. */
const leastPartOfFile = 0.75;

/** Fewer of the subgroups that look alike: what they have in common is chance. */
const leastPartAlike = 0.8;

export interface EntityGroups {
  base: string;
  /** By the name of the subgroup; paths begin below it. */
  entities: Map<string, DatasetFacts[]>;
}

/** The outermost group with at least two subgroups that look alike and have arrays in them. */
export function findEntityGroups(datasets: readonly DatasetFacts[]): EntityGroups | null {
  const candidates = groupsOf(datasets)
    .filter(({ entities }) => entities.size >= 2 && count(entities) >= leastPartOfFile * datasets.length)
    .sort((a, b) => depthOf(a.base) - depthOf(b.base));
  return candidates.find(({ entities }) => areAlike([...entities.values()])) ?? null;
}

/** Groups of single values are the parts of an instrument; an entity has something to measure with it. */
function areAlike(entities: DatasetFacts[][]): boolean {
  const [family = []] = sortAlike(entities, (datasets) => new Set(datasets.map(({ path }) => path)));
  const withArrays = family.filter((datasets) => datasets.some(({ shape }) => elementCount(shape) > 1));
  return withArrays.length >= Math.max(2, leastPartAlike * entities.length);
}

/** Every group that has subgroups with data sets below them. */
function groupsOf(datasets: readonly DatasetFacts[]): EntityGroups[] {
  const groups = new Map<string, EntityGroups>();
  for (const dataset of datasets) {
    const names = dataset.path.slice(1).split("/");
    for (let depth = 0; depth < names.length - 1; depth++) {
      const base = `/${names.slice(0, depth).join("/")}`;
      const group = groups.get(base) ?? { base, entities: new Map() };
      groups.set(base, group);
      const name = names[depth] as string;
      const below = group.entities.get(name) ?? [];
      group.entities.set(name, below);
      below.push({ ...dataset, path: `/${names.slice(depth + 1).join("/")}` });
    }
  }
  return [...groups.values()];
}

function count(entities: EntityGroups["entities"]): number {
  return [...entities.values()].reduce((sum, { length }) => sum + length, 0);
}

function depthOf(base: string): number {
  return base === "/" ? 0 : base.split("/").length - 1;
}

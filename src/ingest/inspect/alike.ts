// Which files, or which groups of a file, look alike: those with mostly the same paths in them.

/** Two that share fewer of their paths are of different kinds. */
const leastLikeness = 0.5;

/** The paths in both over the paths in either: 1 is the same, 0 has nothing in common. */
function likeness(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let common = 0;
  for (const path of a) if (b.has(path)) common += 1;
  const all = a.size + b.size - common;
  return all === 0 ? 1 : common / all;
}

/** Sorts into families, the largest first. Each member is compared with the first of a family only. */
export function sortAlike<Item>(
  items: Iterable<Item>,
  pathsOf: (item: Item) => ReadonlySet<string>,
): Item[][] {
  const families: { paths: ReadonlySet<string>; members: Item[] }[] = [];
  for (const item of items) {
    const paths = pathsOf(item);
    const family = families.find((other) => likeness(other.paths, paths) >= leastLikeness);
    if (family === undefined) families.push({ paths, members: [item] });
    else family.members.push(item);
  }
  return families.map(({ members }) => members).sort((a, b) => b.length - a.length);
}

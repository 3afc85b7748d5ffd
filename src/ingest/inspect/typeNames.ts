// Keys for arrays from their paths.

import { checkKey } from "../../manifest/index.ts";

/**
 * A key for each path: its last name, with as many of the names before it as it takes to be the only one.
 *
 * @example nameTypes(["/mh/x", "/ins/x", "/gs/energy"]) // ["mh_x", "ins_x", "energy"]
 */
export function nameTypes(paths: readonly string[]): string[] {
  const parts = paths.map((path) => path.split("/").filter(Boolean));
  const depths = paths.map(() => 1);
  const deepest = Math.max(0, ...parts.map(({ length }) => length));
  for (let round = 1; round < deepest; round++) {
    const counts = countEach(parts.map((names, index) => lastNames(names, depths[index])));
    for (const [index, names] of parts.entries()) {
      if ((counts.get(lastNames(names, depths[index])) ?? 0) > 1) depths[index] = round + 1;
    }
  }
  return makeUnique(parts.map((names, index) => lastNames(names, depths[index])));
}

function lastNames(names: readonly string[], depth = 1): string {
  return names.slice(-depth).join("_");
}

function countEach(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

/** "/a/b_c" and "/a_b/c" give the same name at any depth; and a name of 2,000 letters is no key. */
function makeUnique(names: readonly string[]): string[] {
  const taken = new Set(names);
  const used = new Set<string>();
  return names.map((name) => {
    const stem = checkKey(name) === null ? name : "array";
    let unique = stem;
    for (let number = 2; used.has(unique) || (unique !== name && taken.has(unique)); number++) {
      unique = `${stem}_${number}`;
    }
    used.add(unique);
    return unique;
  });
}

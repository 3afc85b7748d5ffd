// Where a page over several targets ended, as an opaque text that the next one begins after: a place in each.

import { asPlace, type Place, readCursor, type SortKey, writeCursor } from "../catalog/index.ts";
import { CopycatError } from "../errors.ts";
import type { OpenedTarget } from "./types.ts";

/** By target; one that is not there has not given a node yet. */
export type Places = ReadonlyMap<string, Place>;

export function writePlaces(sort: readonly SortKey[], places: Places): string {
  return writeCursor(sort, [[...places].map(([name, { values, id }]) => [name, values, id])]);
}

/**
 * The targets file may have changed since: a target that is new begins at its first node.
 *
 * @throws CopycatError USAGE when the text is none of this order's, or names a target that is not there
 */
export function readPlaces(
  sort: readonly SortKey[],
  text: string,
  opened: readonly OpenedTarget[],
): Map<string, Place> {
  const places = readCursor(sort, text, ([list, ...others], keys) =>
    others.length === 0 && Array.isArray(list) && list.length > 0 ? readList(list, keys) : null,
  );
  const names = new Set(opened.map(({ target }) => target.name));
  const gone = [...places.keys()].find((name) => !names.has(name));
  if (gone === undefined) return places;
  throw new CopycatError(
    "USAGE",
    `This place belongs to a search over other targets: there is no ${gone} here. Begin with the first page.`,
  );
}

function readList(list: readonly unknown[], keys: number): Map<string, Place> | null {
  const places = new Map<string, Place>();
  for (const entry of list) {
    if (!Array.isArray(entry) || entry.length !== 3) return null;
    const [name, values, id] = entry as unknown[];
    const place = asPlace(values, id, keys);
    if (typeof name !== "string" || place === null || places.has(name)) return null;
    places.set(name, place);
  }
  return places;
}

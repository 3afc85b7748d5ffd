// Lists that are each in order, made one.

import type { SortKey } from "../catalog/index.ts";

export interface Ranked<Item> {
  item: Item;
  rank: number;
}

export interface MergeOptions {
  /** Of equal ones, those of the last list come first. */
  isBackward: boolean;
  /** Ends after the last one of this list: what follows in it is not known yet. */
  isOpen?: (list: number) => boolean;
}

/**
 * Takes the least of the first ones, again and again. What each list holds stays in its order, even where two servers
 * have other collations and do not agree: so a page that begins after the last one loses nothing.
 *
 * @param lists one for each target, in the order of the targets file
 */
export function* mergeRanked<Item>(
  lists: readonly (readonly Ranked<Item>[])[],
  { isBackward, isOpen = () => false }: MergeOptions,
): Generator<Item> {
  const heads = lists.map(() => 0);
  const order = [...lists.keys()];
  if (isBackward) order.reverse();
  for (;;) {
    let least: (Ranked<Item> & { list: number }) | null = null;
    for (const list of order) {
      const head = lists[list]?.[heads[list] ?? 0];
      if (head !== undefined && (least === null || head.rank < least.rank)) least = { ...head, list };
    }
    if (least === null) return;
    yield least.item;
    const { list } = least;
    const next = (heads[list] ?? 0) + 1;
    heads[list] = next;
    if (next === lists[list]?.length && isOpen(list)) return;
  }
}

/** Ids, and targets before them, go the way of the last key: as ids do in one catalog. */
export function goesBackward(sort: readonly SortKey[]): boolean {
  return sort.at(-1)?.descending === true;
}

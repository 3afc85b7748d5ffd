// Files of one artist whose titles are alike, put together: each is like at least one other of its group.

import { setImmediate } from "node:timers/promises";
import { Likeness, type PreparedText, prepareText } from "../likeness.ts";
import { type Library, listFilesByIds, listTitles } from "../store/index.ts";
import type { LibraryFile } from "../types.ts";
import { type DuplicateGroup, describeGroup } from "./describeGroup.ts";
import { checkSignal } from "./subjects.ts";

interface Title {
  id: number;
  title: PreparedText;
}

interface FoundGroup {
  ids: number[];
  confidence: number;
}

/** Files of so many are fetched together. */
const groupsAtOnce = 500;

/**
 * By artist. Memory holds the titles of one artist and some hundreds of groups. 100,000 files of 100 artists, 50 million pairs
 * of titles, take 6 s; it grows with the square of the titles of one artist.
 */
export async function* listFuzzyGroups(
  library: Library,
  { threshold, signal }: { threshold: number; signal: AbortSignal | undefined },
): AsyncGenerator<DuplicateGroup> {
  const scope = { database: library.database, tables: library.tables, libraryId: library.id };
  let found: FoundGroup[] = [];
  for await (const titles of listTitles(scope)) {
    checkSignal(signal);
    const prepared = titles.map(({ id, titleKey }) => ({ id, title: prepareText(titleKey) }));
    for (const group of await groupTitles(prepared, { threshold, signal })) found.push(group);
    if (found.length < groupsAtOnce) continue;
    yield* describe(
      found,
      await listFilesByIds(
        scope,
        found.flatMap(({ ids }) => ids),
      ),
    );
    found = [];
  }
  yield* describe(
    found,
    await listFilesByIds(
      scope,
      found.flatMap(({ ids }) => ids),
    ),
  );
}

function* describe(
  groups: readonly FoundGroup[],
  files: ReadonlyMap<number, LibraryFile>,
): Generator<DuplicateGroup> {
  for (const { ids, confidence } of groups) {
    // One may have gone since.
    const members = ids.flatMap((id) => files.get(id) ?? []);
    if (members.length > 1) yield describeGroup(members, "fuzzy_metadata", confidence);
  }
}

/** Pairs between two looks at the signal, and at whatever else waits: about 0.1 s. */
const pairsAtOnce = 2_000_000;

/**
 * Every pair is bounded; the ratio is asked only where it could join two groups, or bring a title nearer to its nearest.
 * Of each pair the older file is the first text: the ratio is not symmetric.
 */
async function groupTitles(
  titles: readonly Title[],
  { threshold, signal }: { threshold: number; signal: AbortSignal | undefined },
): Promise<FoundGroup[]> {
  const parents = titles.map((_, index) => index);
  const nearest = new Float64Array(titles.length);
  const likeness = new Likeness();
  let pairs = 0;
  for (const [index, { title }] of titles.entries()) {
    likeness.aim(title);
    for (let other = index + 1; other < titles.length; other++) {
      const isJoined = find(parents, index) === find(parents, other);
      const least = Math.min(nearest[index] as number, nearest[other] as number);
      // Nothing is nearer than equal.
      if (isJoined && least >= 1) continue;
      const floor = isJoined ? Math.max(threshold, least) : threshold;
      const ratio = likeness.ratio((titles[other] as Title).title, floor);
      if (ratio < floor) continue;
      parents[find(parents, other)] = find(parents, index);
      nearest[index] = Math.max(nearest[index] as number, ratio);
      nearest[other] = Math.max(nearest[other] as number, ratio);
    }
    pairs += titles.length - index;
    if (pairs < pairsAtOnce) continue;
    pairs = 0;
    await setImmediate();
    checkSignal(signal);
  }
  return collect(titles, parents, nearest);
}

function collect(titles: readonly Title[], parents: number[], nearest: Float64Array): FoundGroup[] {
  const groups = new Map<number, FoundGroup>();
  for (const [index, { id }] of titles.entries()) {
    const root = find(parents, index);
    const group = groups.get(root) ?? { ids: [], confidence: 1 };
    groups.set(root, group);
    group.ids.push(id);
    group.confidence = Math.min(group.confidence, nearest[index] as number);
  }
  return [...groups.values()].filter(({ ids }) => ids.length > 1);
}

function find(parents: number[], index: number): number {
  let at = index;
  while (parents[at] !== at) {
    parents[at] = parents[parents[at] as number] as number;
    at = parents[at] as number;
  }
  return at;
}

// Files of one artist, or of nearly the same, whose titles are alike, put together: each is like at least one other of its group.

import { setImmediate } from "node:timers/promises";
import { Likeness, type PreparedText, prepareText } from "../likeness.ts";
import { type Library, listFilesByIds, listTitles, type TitleOfArtist } from "../store/index.ts";
import { listNearArtists } from "../store/nearArtists.ts";
import { type LibraryScope, scopeOf } from "../store/tables.ts";
import type { LibraryFile } from "../types.ts";
import { type DuplicateGroup, describeGroup } from "./describeGroup.ts";
import { Nearness } from "./nearness.ts";
import { mostOfNearArtist } from "./result.ts";
import { checkSignal } from "./subjects.ts";

interface Title {
  id: number;
  artist: string;
  title: PreparedText;
}

interface FoundGroup {
  ids: number[];
  matchType: "fuzzy_metadata" | "fuzzy_artist";
  confidence: number;
}

export interface FuzzyOptions {
  threshold: number;
  /** Also titles of artists that are nearly the same. */
  fuzzyArtists: boolean;
  signal: AbortSignal | undefined;
}

/** Files of so many are fetched together. */
const groupsAtOnce = 500;

/**
 * By artist. Memory holds the titles of one artist and some hundreds of groups. 100,000 files of 100 artists, 50 million pairs
 * of titles, take 6 s; it grows with the square of the titles of one artist. With `fuzzyArtists` memory holds all titles, and
 * artists that hang together are compared as one.
 */
export async function* listFuzzyGroups(
  library: Library,
  { threshold, fuzzyArtists, signal }: FuzzyOptions,
): AsyncGenerator<DuplicateGroup> {
  const scope = scopeOf(library);
  let found: FoundGroup[] = [];
  const compared = fuzzyArtists ? listTitlesOfNearArtists(scope) : listTitlesOfEach(scope);
  for await (const { titles, nearness } of compared) {
    checkSignal(signal);
    for (const group of await groupTitles(titles, { threshold, nearness, signal })) found.push(group);
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
  for (const { ids, matchType, confidence } of groups) {
    // One may have gone since.
    const members = ids.flatMap((id) => files.get(id) ?? []);
    if (members.length > 1) yield describeGroup(members, matchType, confidence);
  }
}

/** Titles that may be alike. */
interface Compared {
  titles: Title[];
  nearness: Nearness;
}

async function* listTitlesOfEach(scope: LibraryScope): AsyncGenerator<Compared> {
  const nearness = new Nearness([]);
  for await (const titles of listTitles(scope)) yield { titles: prepare(titles), nearness };
}

async function* listTitlesOfNearArtists(scope: LibraryScope): AsyncGenerator<Compared> {
  const byArtist = new Map<string, TitleOfArtist[]>();
  for await (const titles of listTitles(scope)) byArtist.set(titles[0]?.artistKey ?? "", titles);
  if (byArtist.size === 0) return;
  const nearness = new Nearness(await listNearArtists(scope, [...byArtist.keys()]));
  for (const artists of nearness.gather([...byArtist.keys()])) {
    const titles = artists.flatMap((artist) => prepare(byArtist.get(artist) ?? []));
    yield { titles: titles.sort((a, b) => a.id - b.id), nearness };
  }
}

/** Of one artist, whose name is one string then, which is equal to itself at once. */
function prepare(titles: readonly TitleOfArtist[]): Title[] {
  const artist = titles[0]?.artistKey ?? "";
  return titles.map(({ id, titleKey }) => ({ id, artist, title: prepareText(titleKey) }));
}

/** Pairs between two looks at the signal, and at whatever else waits: about 0.1 s. */
const pairsAtOnce = 2_000_000;

/**
 * Every pair is bounded; the ratio is asked only where it could join two groups, or bring a title nearer to its nearest.
 * Of each pair the older file is the first text: the ratio is not symmetric.
 */
async function groupTitles(
  titles: readonly Title[],
  { threshold, nearness, signal }: { threshold: number; nearness: Nearness; signal: AbortSignal | undefined },
): Promise<FoundGroup[]> {
  const parents = titles.map((_, index) => index);
  const nearest = new Float64Array(titles.length);
  const likeness = new Likeness();
  /** 1 for titles that were joined with one of another artist. */
  const across = new Uint8Array(titles.length);
  let pairs = 0;
  for (const [index, { artist, title }] of titles.entries()) {
    likeness.aim(title);
    for (let other = index + 1; other < titles.length; other++) {
      const isJoined = find(parents, index) === find(parents, other);
      const least = Math.min(nearest[index] as number, nearest[other] as number);
      // Nothing is nearer than equal.
      if (isJoined && least >= 1) continue;
      const second = titles[other] as Title;
      const near = artist === second.artist ? 1 : nearness.of(artist, second.artist);
      const floor = isJoined ? Math.max(threshold, least) : threshold;
      if (near === 0 || near < floor) continue;
      // Divided and multiplied again a number may be a little smaller.
      const ratio = near * likeness.ratio(second.title, floor / near - 1e-9);
      if (ratio < floor) continue;
      if (near < 1) across[index] = 1;
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
  const groups = collect(titles, parents, nearest);
  for (const [index, isAcross] of across.entries()) {
    if (isAcross === 1) markAcross(groups.get(find(parents, index)) as FoundGroup);
  }
  return [...groups.values()].filter(({ ids }) => ids.length > 1);
}

/** However alike the titles of each of its artists are. */
function markAcross(group: FoundGroup): void {
  group.matchType = "fuzzy_artist";
  group.confidence = Math.min(group.confidence, mostOfNearArtist);
}

function collect(
  titles: readonly Title[],
  parents: number[],
  nearest: Float64Array,
): Map<number, FoundGroup> {
  const groups = new Map<number, FoundGroup>();
  for (const [index, { id }] of titles.entries()) {
    const root = find(parents, index);
    const group: FoundGroup = groups.get(root) ?? { ids: [], matchType: "fuzzy_metadata", confidence: 1 };
    groups.set(root, group);
    group.ids.push(id);
    group.confidence = Math.min(group.confidence, nearest[index] as number);
  }
  return groups;
}

function find(parents: number[], index: number): number {
  let at = index;
  while (parents[at] !== at) {
    parents[at] = parents[parents[at] as number] as number;
    at = parents[at] as number;
  }
  return at;
}

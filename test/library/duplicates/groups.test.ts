// Groups of duplicates in a library: each once, and none of files that are not the same.

import { expect, it } from "vitest";
import {
  type DuplicateGroup,
  findDuplicates,
  type GroupOptions,
} from "../../../src/library/duplicates/index.ts";
import {
  artistKey,
  type Library,
  type LibraryFileInput,
  openLibrary,
  similarity,
  titleKey,
} from "../../../src/library/index.ts";
import { useDatabase } from "../../support/database.ts";
import { fc } from "../../support/property.ts";
import { song } from "./support.ts";

const database = useDatabase({ empty: true });

async function fill(
  name: string,
  files: readonly (Partial<LibraryFileInput> & { path: string })[],
): Promise<Library> {
  const library = await openLibrary(database.database, { library: name, root: `/${name}` });
  const report = await library.batchInsertFiles(files.map(({ path, ...more }) => song(path, more)));
  expect(report.failures).toEqual([]);
  return library;
}

async function groupsOf(library: Library, options: GroupOptions = {}): Promise<DuplicateGroup[]> {
  const groups: DuplicateGroup[] = [];
  for await (const group of findDuplicates(library, options)) groups.push(group);
  return groups;
}

const pathsOf = (groups: readonly DuplicateGroup[]) =>
  groups.map(({ files }) => files.map(({ path }) => path));

it("groups by each hash, in the order of the first paths", async () => {
  const library = await fill("each", [
    { path: "z.mp3", artist: "A", title: "One", contentHash: "1" },
    { path: "b.mp3", artist: "a ", title: "ONE", contentHash: "2", audioHash: "au" },
    { path: "c.mp3", artist: "B", title: "Two", contentHash: "1", audioHash: "au" },
    { path: "a.mp3", artist: "B", title: "two", contentHash: "3" },
    { path: "d.mp3", artist: "B", title: "two", contentHash: "1", isActive: false },
    { path: "e.mp3", artist: "C", title: "Other", contentHash: "4" },
  ]);
  expect(pathsOf(await groupsOf(library, { by: "metadata" }))).toEqual([
    ["a.mp3", "c.mp3"],
    ["b.mp3", "z.mp3"],
  ]);
  expect(await groupsOf(library, { by: "content" })).toMatchObject([
    {
      matchType: "exact_file",
      confidence: 1,
      isCertain: true,
      isProven: false,
      files: [{ path: "c.mp3" }, { path: "z.mp3" }],
    },
  ]);
  expect(await groupsOf(library, { by: ["audio", "full"] })).toMatchObject([
    { matchType: "exact_audio", confidence: 1, files: [{ path: "b.mp3" }, { path: "c.mp3" }] },
  ]);
});

it("takes no mark of an unreadable file for a hash, and equal names for a weak sign", async () => {
  const library = await fill("marks", [
    { path: "1.mp3", artist: "A", title: "One", contentHash: "HASH_FAILED" },
    { path: "2.mp3", artist: "A", title: "Two", contentHash: "HASH_FAILED" },
    { path: "3.mp3", artist: "A", title: "Three", contentHash: null },
    { path: "4.mp3", artist: "A", title: "Four", contentHash: null },
    { path: "5.mp3", artist: "A", title: "Five", contentHash: "20000000000_FILE_TOO_LARGE" },
    { path: "6.mp3", artist: "A", title: "Six", contentHash: "20000000000_FILE_TOO_LARGE" },
    { path: "a/untagged.mp3", contentHash: "7" },
    { path: "b/Untagged.flac", contentHash: "8" },
  ]);
  expect(await groupsOf(library, { threshold: 0.95 })).toMatchObject([
    {
      matchType: "weak_name",
      confidence: 0.5,
      isCertain: false,
      isUncertain: false,
      files: [{ path: "a/untagged.mp3" }, { path: "b/Untagged.flac" }],
    },
  ]);
});

it("proves by full hashes alone, and parts files of one sample that differ", async () => {
  const library = await fill("proof", [
    { path: "1", artist: "A", title: "1", contentHash: "s", fullHash: "x" },
    { path: "2", artist: "B", title: "2", contentHash: "s", fullHash: "y" },
    { path: "3", artist: "C", title: "3", contentHash: "s", fullHash: "x" },
    { path: "4", artist: "D", title: "4", contentHash: "t", fullHash: "z" },
    { path: "5", artist: "E", title: "5", contentHash: "t" },
    { path: "6", artist: "F", title: "6", contentHash: "u", fullHash: "v" },
    { path: "7", artist: "G", title: "7", contentHash: "u", fullHash: "w" },
  ]);
  expect(await groupsOf(library)).toMatchObject([
    { isProven: true, matchType: "exact_file", files: [{ path: "1" }, { path: "3" }] },
    { isProven: false, matchType: "exact_file", files: [{ path: "4" }, { path: "5" }] },
  ]);
});

it("gives a group that several kinds find once", async () => {
  const library = await fill("once", [
    { path: "1", artist: "A", title: "Song", contentHash: "s", fullHash: "x", audioHash: "a" },
    { path: "2", artist: "A", title: "Song", contentHash: "s", fullHash: "x", audioHash: "a" },
    { path: "3", artist: "A", title: "Songs" },
  ]);
  expect((await groupsOf(library)).map(({ matchType, files }) => [matchType, files.length])).toEqual([
    ["exact_file", 2],
    // One file more.
    ["fuzzy_metadata", 3],
  ]);
});

it("puts titles together that are alike, as all pairs would", async () => {
  const words = fc.constantFrom("song", "son", "1", "12", "x", "!?", "né", "love", "(live)");
  const [tags] = fc.sample(
    fc.array(
      fc.record({
        artist: fc.constantFrom("A", "B", "C"),
        title: fc.array(words, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(" ")),
      }),
      { minLength: 200, maxLength: 200 },
    ),
    { numRuns: 1, seed: 3 },
  ) as [{ artist: string; title: string }[]];
  const library = await fill(
    "pairs",
    tags.map((one, index) => ({ path: `${index}`.padStart(3, "0"), ...one })),
  );
  for (const threshold of [0.5, 0.8, 0.9, 1]) {
    const groups = await groupsOf(library, { by: "fuzzy", threshold });
    const wanted = naive(tags, threshold);
    const found = groups.map(({ files, confidence }) => [files.map(({ path }) => Number(path)), confidence]);
    expect(found.sort()).toEqual(wanted.sort());
    for (const { isCertain, confidence } of groups) expect(isCertain).toBe(confidence >= 0.95);
  }
});

/** Every pair, the older first; then whatever hangs together. */
function naive(tags: readonly { artist: string; title: string }[], threshold: number): [number[], number][] {
  const groups = tags.map((_, index) => new Set([index]));
  const nearest = tags.map(() => 0);
  for (const [a, one] of tags.entries()) {
    for (const [b, other] of tags.entries()) {
      if (b <= a || artistKey(one.artist) !== artistKey(other.artist)) continue;
      const ratio = similarity(titleKey(one.title), titleKey(other.title));
      if (ratio < threshold) continue;
      nearest[a] = Math.max(nearest[a] as number, ratio);
      nearest[b] = Math.max(nearest[b] as number, ratio);
      const joined = new Set([...(groups[a] as Set<number>), ...(groups[b] as Set<number>)]);
      for (const member of joined) groups[member] = joined;
    }
  }
  return [...new Set(groups)]
    .filter(({ size }) => size > 1)
    .map((group): [number[], number] => {
      const members = [...group].sort((a, b) => a - b);
      return [members, Math.min(...members.map((member) => nearest[member] as number))];
    });
}

it("puts artists together that are nearly the same when asked to, and is never certain of them", async () => {
  const library = await fill("near", [
    { path: "1", artist: "The Beatles", title: "Yesterday" },
    { path: "2", artist: "Beatles", title: "Yesterday" },
    { path: "3", artist: "Beatles", title: "Yesterdays" },
    { path: "4", artist: "Beetles", title: "Help" },
    { path: "5", artist: "Somebody", title: "Yesterday" },
    { path: "6", artist: "Beetles", title: "Michelle" },
    { path: "7", artist: "Beatles", title: "Michelle (Radio Edit)" },
    { path: "8", artist: "Beatles", title: "Michelle" },
  ]);
  const threshold = 0.7;
  const own = await groupsOf(library, { by: "fuzzy", threshold });
  expect(pathsOf(own)).toEqual([
    ["2", "3"],
    ["7", "8"],
  ]);
  const wide = await groupsOf(library, { by: "fuzzy", threshold, fuzzyArtists: true });
  expect(wide.map(({ matchType, files }) => [matchType, files.map(({ path }) => path)])).toEqual([
    ["fuzzy_artist", ["1", "2", "3"]],
    ["fuzzy_artist", ["6", "7", "8"]],
  ]);
  for (const { isCertain, isUncertain } of wide) expect([isCertain, isUncertain]).toEqual([false, true]);
  expect(wide[0]?.confidence).toBeCloseTo(similarity("the beatles", "beatles"), 4);
  expect(pathsOf(await groupsOf(library, { by: "fuzzy", fuzzyArtists: true, threshold: 0.95 }))).toEqual(
    pathsOf(await groupsOf(library, { by: "fuzzy", threshold: 0.95 })),
  );
  for (const one of [0, 1]) {
    const all = await groupsOf(library, { by: "fuzzy", fuzzyArtists: true, threshold: one });
    for (const { files } of all) expect(files.map(({ path }) => path)).not.toContain("5");
  }
  const none = await fill("near none", [{ path: "1" }]);
  expect(await groupsOf(none, { fuzzyArtists: true })).toEqual([]);
});

it("refuses what it does not know", async () => {
  const library = await fill("refuse", [{ path: "1" }]);
  await expect(groupsOf(library, { threshold: 1.5 })).rejects.toMatchObject({ code: "USAGE" });
  await expect(groupsOf(library, { by: "name" as never })).rejects.toMatchObject({ code: "USAGE" });
  await expect(groupsOf(library, { by: [] })).rejects.toMatchObject({ code: "USAGE" });
  expect(await groupsOf(library)).toEqual([]);
});

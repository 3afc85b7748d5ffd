// The search for titles that are alike loses no pair that the ratio of all pairs would find.

import { beforeAll, expect, it } from "vitest";
import { artistKey, type Library, openLibrary, similarity, titleKey } from "../../../src/library/index.ts";
import { useDatabase } from "../../support/database.ts";
import { fc } from "../../support/property.ts";
import { song } from "./support.ts";

const database = useDatabase({ empty: true });
let library: Library;

beforeAll(async () => {
  library = await openLibrary(database.database, { root: "/music" });
});

const key = (index: number, artist: string, title: string) => ({
  index,
  artistKey: artistKey(artist),
  titleKey: titleKey(title),
});

async function fill(files: readonly { artist: string; title: string }[], name: string): Promise<Library> {
  const filled = await openLibrary(database.database, { library: name, root: `/${name}` });
  const report = await filled.batchInsertFiles(files.map((tags, index) => song(`${index}.mp3`, tags)));
  expect(report.failures).toEqual([]);
  return filled;
}

/** Few letters and words, so that much is alike; signs and letters that trigrams do not know. */
const words = fc.constantFrom("song", "son", "on", "1", "12", "x", "!?", "né", "夜", "abc", "love", "(live)");
const titles = fc.array(words, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(" "));
const artists = fc.constantFrom("A", "a ", "B", "Beyonce\u0301", "Beyonc\u00e9");

it("finds what all pairs would give, best first", async () => {
  const [have] = fc.sample(
    fc.array(fc.record({ artist: artists, title: titles }), { minLength: 300, maxLength: 300 }),
    {
      numRuns: 1,
      seed: 7,
    },
  ) as [{ artist: string; title: string }[]];
  const [asked] = fc.sample(
    fc.array(fc.record({ artist: artists, title: titles }), { minLength: 60, maxLength: 60 }),
    {
      numRuns: 1,
      seed: 8,
    },
  ) as [{ artist: string; title: string }[]];
  const pairs = await fill(have, "pairs");
  const keys = asked.map(({ artist, title }, index) => key(index, artist, title));
  for (const threshold of [0, 0.4, 0.7, 0.8, 0.95, 1]) {
    const found = await pairs.findSimilar(keys, { threshold, most: 1000 });
    for (const { index, artistKey: artist, titleKey: title } of keys) {
      const wanted = have
        .filter((file) => artistKey(file.artist) === artist)
        .map((file) => similarity(title, titleKey(file.title)))
        .filter((ratio) => ratio >= threshold)
        .sort((a, b) => b - a);
      const own = found.filter((match) => match.index === index);
      expect(own.map((match) => match.similarity)).toEqual(wanted);
      for (const { file, similarity: ratio } of own)
        expect(ratio).toBe(similarity(title, titleKey(file.title)));
    }
    const best = await pairs.findSimilar(keys, { threshold, most: 3 });
    for (const { index } of keys) {
      const all = found.filter((match) => match.index === index).slice(0, 3);
      expect(best.filter((match) => match.index === index).map(({ file }) => file.id)).toEqual(
        all.map(({ file }) => file.id),
      );
    }
  }
});

it("finds titles that have no trigrams in common, which pg_trgm would not", async () => {
  const hard = [
    ["abcdefghijkl", "abdeghjk"],
    ["!!!!!!!!!!", "!!!!!!!!"],
    ["xabyabzabwab", "abababab"],
  ] as const;
  const lost = await fill(
    hard.map(([, title]) => ({ artist: "C", title })),
    "lost",
  );
  for (const [asked, title] of hard) {
    expect(similarity(asked, title)).toBeGreaterThanOrEqual(0.8);
    const found = await lost.findSimilar([key(0, "c", asked)], { threshold: 0.8 });
    expect(found.map(({ file }) => file.title)).toContain(title);
  }
  await database.rows("create extension if not exists pg_trgm schema library");
  const least = await database.value<number>(
    `select min(library.similarity(a, b)) from unnest($1::text[], $2::text[]) as pair (a, b)`,
    [hard.map(([asked]) => asked), hard.map(([, title]) => title)],
  );
  expect(least).toBe(0);
});

it("compares long titles and artists whole, though their keys are cut", async () => {
  const people = Array.from({ length: 40 }, (_, index) => `Performer ${index}`).join(", ");
  const start = "The very long title of a recording ".repeat(9);
  const long = await fill(
    [
      { artist: `${people} A`, title: `${start}one` },
      { artist: `${people} B`, title: `${start}one` },
      { artist: "D", title: `${start}${"z".repeat(200)}` },
      { artist: "D", title: `${start}one` },
    ],
    "long",
  );
  const keys = [
    key(0, `${people} A`, `${start}one`),
    key(1, "D", `${start}${"z".repeat(200)}`),
    key(2, "D", "x"),
  ];
  const found = await long.findSimilar(keys, { threshold: 0.99 });
  expect(found.map(({ index, file }) => [index, file.path])).toEqual([
    [0, "0.mp3"],
    [1, "2.mp3"],
  ]);
});

it("looks at active files of its own library alone, and needs artist and title", async () => {
  const first = await fill(
    [
      { artist: "E", title: "same" },
      { artist: "E", title: "same" },
    ],
    "first",
  );
  await fill([{ artist: "E", title: "same" }], "second");
  await first.markInactive("1.mp3");
  const found = await first.findSimilar([key(7, "E", "same"), key(8, "", "same"), key(9, "E", "")], {
    threshold: 0.5,
  });
  expect(found.map(({ index, file }) => [index, file.path])).toEqual([[7, "0.mp3"]]);
  expect(await library.findSimilar([], { threshold: 0.5 })).toEqual([]);
  expect(await library.findSimilar([key(0, "E", "same")], { threshold: 0.5 })).toEqual([]);
});

it("finds artists that are nearly the same when asked to", async () => {
  const near = await fill(
    [
      { artist: "The Beatles", title: "Hey Jude" },
      { artist: "Beatles", title: "Hey Jude (Live)" },
      { artist: "Beetles", title: "Hey Jude" },
      { artist: "Somebody Else", title: "Hey Jude" },
    ],
    "near",
  );
  const keys = [key(0, "Beatles", "Hey Jude")];
  const same = await near.findSimilar(keys, { threshold: 0.6 });
  expect(same.map(({ file }) => file.artist)).toEqual(["Beatles"]);
  const wide = await near.findSimilar(keys, { threshold: 0.6, fuzzyArtists: true });
  expect(
    wide.map(({ file, similarity: ratio, artistSimilarity }) => [file.artist, ratio, artistSimilarity]),
  ).toEqual([
    ["Beetles", 1, similarity("beatles", "beetles")],
    ["The Beatles", 1, similarity("beatles", "the beatles")],
    ["Beatles", similarity("hey jude", "hey jude (live)"), 1],
  ]);
  expect(
    (await near.findSimilar(keys, { threshold: 0.8, fuzzyArtists: true })).map(({ file }) => file.artist),
  ).toEqual(["Beetles"]);
});

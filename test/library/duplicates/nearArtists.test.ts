// The wider search makes what it needs when it is first asked for, and finds the same with the index and without.

import { beforeAll, expect, it } from "vitest";
import { openDatabase } from "../../../src/database/index.ts";
import { type Library, openLibrary, similarity } from "../../../src/library/index.ts";
import { listNearArtists } from "../../../src/library/store/nearArtists.ts";
import { useDatabase } from "../../support/database.ts";
import { song } from "./support.ts";

const database = useDatabase({ empty: true });
const role = `guest_${process.pid}`;
let library: Library;

beforeAll(async () => {
  library = await openLibrary(database.database, { root: "/music" });
  const artists = ["The Beatles", "Beatles", "Beetles", "Somebody Else", "Gone Beatles", "!!!", "夜"];
  await library.batchInsertFiles(
    artists.flatMap((artist, place) =>
      [1, 2].map((number) => song(`${place}/${number}.mp3`, { artist, title: `${number}` })),
    ),
  );
  await library.batchMarkInactive(["4/1.mp3", "4/2.mp3"]);
});

const indexes = () =>
  database.value<number>("select count(*)::int from pg_indexes where indexname = 'file_artist_trigrams'");
const trigramsAreIn = () =>
  database.value("select extnamespace::regnamespace::text from pg_extension where extname = 'pg_trgm'");
const scopeOf = ({ database, tables, id }: Library) => ({ database, tables, libraryId: id });
const keys = [{ index: 0, artistKey: "beatles", titleKey: "1" }];

it("tells a role that may not make the extension what to run", async () => {
  await database.rows(`create role ${role} login password 'guest'; grant usage on schema library to ${role};
    grant select on all tables in schema library to ${role}`);
  const url = new URL(database.dsn);
  url.username = role;
  url.password = "guest";
  const guest = await openDatabase({ dsn: url.toString() });
  try {
    const own = await openLibrary(guest, { create: false });
    expect(await own.findSimilar(keys, { threshold: 0.5 })).toMatchObject([{ file: { artist: "Beatles" } }]);
    await expect(own.findSimilar(keys, { threshold: 0.5, fuzzyArtists: true })).rejects.toMatchObject({
      code: "PERMISSION",
      message: expect.stringContaining("create extension pg_trgm"),
    });
    await database.rows("create extension pg_trgm schema library");
    // No right to make the index: slower, that is all.
    const found = await own.findSimilar(keys, { threshold: 0.5, fuzzyArtists: true });
    expect(found.map(({ file }) => file.artist)).toEqual(["Beatles", "Beetles", "The Beatles"]);
    expect(await indexes()).toBe(0);
  } finally {
    await guest.close();
    await database.rows(`drop owned by ${role}; drop role ${role}; drop extension pg_trgm`);
  }
});

it("makes the extension and the index once, and finds the same by both ways", async () => {
  expect(await indexes()).toBe(0);
  const wanted = [
    { asked: "beatles", found: "beetles", similarity: similarity("beatles", "beetles") },
    { asked: "beatles", found: "the beatles", similarity: similarity("beatles", "the beatles") },
  ];
  for (const pairsWithoutIndex of [1000, 0]) {
    const near = await listNearArtists(scopeOf(library), ["beatles", "nobody"], { pairsWithoutIndex });
    expect(near.sort((a, b) => (a.found < b.found ? -1 : 1))).toEqual(wanted);
    expect(await indexes()).toBe(1);
  }
});

it("stays for other stores when the one that asked first is dropped", async () => {
  await database.rows("drop index library.file_artist_trigrams; drop extension pg_trgm");
  const first = await openLibrary(database.database, { schema: "first" });
  expect(await first.findSimilar(keys, { threshold: 0.5, fuzzyArtists: true })).toEqual([]);
  expect(await library.findSimilar(keys, { threshold: 0.5, fuzzyArtists: true })).toHaveLength(3);
  expect(await indexes()).toBe(2);
  await database.rows("drop schema first cascade");
  expect(await indexes()).toBe(1);
  expect(await trigramsAreIn()).toBe("public");
  expect(await listNearArtists(scopeOf(library), ["beatles"], { pairsWithoutIndex: 0 })).toHaveLength(2);
});

it("waits for no scan to make the index", async () => {
  await database.rows("drop index if exists library.file_artist_trigrams");
  const scan = await database.database.pool.connect();
  await scan.query("begin; lock table library.file in row exclusive mode");
  try {
    expect(await library.findSimilar(keys, { threshold: 0.5, fuzzyArtists: true })).toHaveLength(3);
    expect(await indexes()).toBe(0);
  } finally {
    await scan.query("rollback");
    scan.release();
  }
});

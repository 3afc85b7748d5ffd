// Files found by words and tags: in any case, by whatever name a tag has, and nothing that was not asked for.

import { beforeAll, describe, expect, it } from "vitest";
import {
  type Library,
  openLibrary,
  type SearchFilesOptions,
  searchFiles,
} from "../../../src/library/index.ts";
import { useDatabase } from "../../support/database.ts";

const database = useDatabase({ empty: true });
let library: Library;

const long = "And His Very Long Orchestra ".repeat(12);

beforeAll(async () => {
  library = await openLibrary(database.database);
  const { failures } = await library.batchInsertFiles([
    {
      path: "a.flac",
      size: 1,
      artist: "Ada Reed",
      title: " Ferry ",
      albumArtist: "Various",
      track: { no: 7, of: 9 },
      disc: { no: 2, of: 2 },
      isrc: "GBAYE0601498",
      musicBrainz: { recording: "rec", releaseTrack: "trk", release: "rel", releaseGroup: "grp" },
      codec: "FLAC",
      tags: {
        genre: ["Jazz", "Chamber Pop"],
        bpm: 120,
        isrc: ["GBAYE0601498", "USRC17607839"],
        averageLevel: 5,
      },
    },
    {
      path: "b.mp3",
      size: 1,
      artist: "B",
      tags: { genre: "jazz", compilation: true, label: [null, { deep: 1 }] },
    },
    { path: "c.mp3", size: 1, artist: `${long}One`, tags: { genre: ["Cafe\u0301 100%"] } },
    { path: "d.mp3", size: 1, artist: `${long}Two`, tags: {} },
  ]);
  expect(failures).toEqual([]);
});

const find = async (options: SearchFilesOptions): Promise<string[]> => {
  const { count, files } = await searchFiles(library, options);
  expect(count).toBe(files.length);
  return files.map(({ path }) => path).sort();
};

const [a, b, c] = ["a.flac", "b.mp3", "c.mp3"];

describe("tags", () => {
  it.each<[string, string, string[]]>([
    ["genre", "JAZZ", [a, b]],
    ["Genre", "chamber pop", [a]],
    ["genre", "chamber", []],
    ["genre", "*chamber*", [a]],
    ["genre", "caf\u00e9 100%", [c]],
    ["genre", "%", []],
    ["bpm", "120", [a]],
    ["averageLevel", "5", [a]],
    ["compilation", "true", [b]],
    ["label", "null", []],
    ["artist", "ada reed", [a]],
    ["title", "ferry", [a]],
    ["albumartist", "VARIOUS", [a]],
    ["track", "7", [a]],
    ["disk", "2", [a]],
    ["isrc", "gbaye0601498", [a]],
    ["isrc", "USRC17607839", [a]],
    ["musicbrainz_recordingid", "REC", [a]],
    ["musicbrainz_trackid", "trk", [a]],
    ["musicbrainz_albumid", "rel", [a]],
    ["musicbrainz_releasegroupid", "grp", [a]],
    ["codec", "flac", [a]],
    ["format", "FLAC", [a]],
    ["kind", "other", []],
    ["absent", "*", []],
    ["'; drop table library.file; --", "1", []],
  ])("%s=%s", async (key, value, paths) => {
    expect(await find({ tags: [[key, value]] })).toEqual(paths);
  });

  it("all of them must be there", async () => {
    const genre = ["genre", "jazz"] as const;
    expect(await find({ tags: [genre, ["bpm", "120"]] })).toEqual([a]);
    await expect(find({ tags: [["", "jazz"]] })).rejects.toMatchObject({ code: "USAGE" });
  });
});

describe("artists and titles", () => {
  it("longer than what the index holds are told apart", async () => {
    expect(await find({ artist: `${long}one` })).toEqual([c]);
    expect(await find({ artist: long })).toEqual([]);
    expect(await find({ artist: `${long}*` })).toEqual([c, "d.mp3"]);
  });

  it("may have space around them", async () => {
    expect(await find({ title: "ferry" })).toEqual([a]);
    expect(await find({ artist: " ADA REED " })).toEqual([a]);
  });
});

it.each<[string, SearchFilesOptions]>([
  ["words", { words: Array.from({ length: 101 }, (_, index) => `${index}`) }],
  ["tags", { tags: Array.from({ length: 101 }, () => ["genre", "jazz"]) }],
  ["characters", { words: ["x".repeat(4097)] }],
])("too many %s are refused before the server has them", async (_what, query) => {
  await expect(find(query)).rejects.toMatchObject({ code: "USAGE" });
});

it.each<[string, SearchFilesOptions]>([
  ["a word", { words: ["\0"] }],
  ["an artist", { artist: "\ud800" }],
  ["a tag", { tags: [["genre", "jazz\0"]] }],
])("%s that no row can have finds nothing", async (_what, query) => {
  expect(await find(query)).toEqual([]);
  expect(await library.searchByArtistTitle({ artist: "nul\0" })).toEqual([]);
});

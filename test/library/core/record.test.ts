// A file made whole: what is derived, what is left out, what is refused.

import { describe, expect, it } from "vitest";
import { fromDict, makeLibraryFile, metadataHash, metadataKey, sizeMb } from "../../../src/library/index.ts";

const path = "The Beatles/Hey Jude.MP3";

describe("a file", () => {
  it("gets what follows from its path and tags", () => {
    const file = makeLibraryFile({ path, size: 10_485_760, artist: "The Beatles", title: "Hey Jude" });
    expect(file).toMatchObject({
      id: null,
      filename: "Hey Jude.MP3",
      kind: "audio",
      format: "mp3",
      metadataHash: "3fc8da0c12b3064554e0d3167f4d81fe",
      isHashOfName: false,
      track: { no: null, of: null },
      tags: {},
      isActive: true,
      state: "present",
      warnings: [],
    });
    expect(sizeMb(file)).toBe(10);
    expect(metadataKey(file)).toBe("the beatles|hey jude");
  });

  it("keeps what it is given", () => {
    const given = { path: "no_ext", size: 1, format: "mp3", metadataHash: "abc", id: 5 };
    expect(makeLibraryFile(given)).toMatchObject({ ...given, isHashOfName: false });
    const whole = makeLibraryFile(given);
    expect(makeLibraryFile(whole)).toEqual(whole);
  });

  it.each(["FLAC", ".Flac", "flac"])("of the format %s is one that searches find", (format) => {
    expect(makeLibraryFile({ path, size: 0, format }).format).toBe("flac");
  });

  it("without tags is known by its name", () => {
    const file = makeLibraryFile({ path: "a/song.mp3", size: 0 });
    expect(file).toMatchObject({ metadataHash: "3c1aafa2bc99def1aa02fa2a74feb051", isHashOfName: true });
    expect(metadataKey(file)).toBe("__filename__|song.mp3");
  });

  it.each([
    [1800, null],
    [1899, null],
    [1900, 1900],
    [2100, 2100],
    [2101, null],
    [1999.5, null],
    [Number.NaN, null],
  ])("of the year %d", (year, kept) => {
    const file = makeLibraryFile({ path, size: 0, year });
    expect(file.year).toBe(kept);
    expect(file.warnings).toEqual(kept === null ? [`year ${year} is left out`] : []);
  });

  it.each([
    [-0.5, null],
    [0, 0],
    [1.5, 1.5],
    [Number.POSITIVE_INFINITY, null],
  ])("of %d seconds", (duration, kept) => {
    expect(makeLibraryFile({ path, size: 0, duration }).duration).toBe(kept);
  });

  it("numbers of tags are whole and fit, or are left out", () => {
    const file = makeLibraryFile({
      path,
      size: 0,
      bitrate: 127_999.6,
      track: { no: 2 ** 40, of: 12 },
      channels: -1,
    });
    expect(file).toMatchObject({ bitrate: 128_000, track: { no: null, of: 12 }, channels: null });
    expect(file.warnings).toEqual([`track ${2 ** 40} is left out`, "channels -1 is left out"]);
  });
});

const refused: [what: string, input: unknown][] = [
  ["no file", null],
  ["no path", { size: 1 }],
  ["an empty path", { path: "", size: 1 }],
  ["an absolute path", { path: "/a", size: 1 }],
  ["a path that leaves the root", { path: "a/../../b", size: 1 }],
  ["a path with an empty part", { path: "a//b", size: 1 }],
  ["NUL in the path", { path: "a\0", size: 1 }],
  ["half of a character in the path", { path: "a\ud800", size: 1 }],
  ["no size", { path: "a" }],
  ["a negative size", { path: "a", size: -1 }],
  ["a size that is not whole", { path: "a", size: 1.5 }],
  ["an artist that is no text", { path: "a", size: 1, artist: 5 }],
];

describe("refused", () => {
  it.each(refused)("%s", (_what, input) => {
    expect(() => makeLibraryFile(input as never)).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
  });
});

describe("from the columns of another index", () => {
  const dict = {
    file_path: "/music/a/song.mp3",
    filename: "song.mp3",
    file_format: "mp3",
    file_size: 5,
    metadata_hash: "m",
    file_content_hash: "5_c",
  };

  it("a file", () => {
    const more = { artist: "A", title: "B", album: "C", year: 1999, duration: 2.5, is_active: 0 };
    expect(fromDict({ ...dict, ...more })).toMatchObject({
      path: "music/a/song.mp3",
      size: 5,
      metadataHash: "m",
      contentHash: "5_c",
      artist: "A",
      title: "B",
      album: "C",
      year: 1999,
      duration: 2.5,
      isActive: false,
    });
  });

  it.each(Object.keys(dict))("without %s it is none", (name) => {
    const refusal = { code: "INVALID_INPUT", message: `Missing required field: ${name}` };
    expect(() => fromDict({ ...dict, [name]: undefined })).toThrow(expect.objectContaining(refusal));
  });

  it.each(["HASH_FAILED", "10737418241_FILE_TOO_LARGE"])("%s is equal to nothing", (mark) => {
    expect(fromDict({ ...dict, file_content_hash: mark }).contentHash).toBeNull();
  });
});

it("what is null is not given, as JSON has it", () => {
  const tags = { path: "a.mp3", size: 1, artist: "A", title: "B" };
  const { hash } = metadataHash({ artist: "A", title: "B" }, "a.mp3");
  const noHash = { ...tags, metadataHash: null as unknown as string, isHashOfName: true };
  expect(makeLibraryFile(noHash)).toMatchObject({ metadataHash: hash, isHashOfName: true });
  const noFlag = { ...tags, metadataHash: "x", isHashOfName: null as unknown as boolean };
  expect(makeLibraryFile(noFlag)).toMatchObject({ metadataHash: "x", isHashOfName: false });
});

it("an index that was made elsewhere has hashes of names, which are known as such", () => {
  const { hash } = metadataHash({ artist: null, title: null }, "song.mp3");
  const dict = {
    file_path: "/music/a\\b/song.mp3",
    filename: "song.mp3",
    file_format: "mp3",
    file_size: 10,
    metadata_hash: hash,
    file_content_hash: "HASH_FAILED",
  };
  expect(fromDict(dict)).toMatchObject({
    isHashOfName: true,
    path: "music/a\\\\b/song.mp3",
    contentHash: null,
  });
  expect(fromDict({ ...dict, metadata_hash: "f".repeat(32) })).toMatchObject({ isHashOfName: false });
});

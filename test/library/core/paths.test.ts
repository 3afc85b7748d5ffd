// Paths as text: every byte comes back, whatever it is.

import { describe, expect, it } from "vitest";
import {
  decodePath,
  encodePath,
  filenameOf,
  isStorableText,
  stemOf,
  suffixOf,
} from "../../../src/library/index.ts";
import { fc } from "../../support/property.ts";

/** Bytes that paths are made of, and those that make trouble. */
const bytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 4 }).map((part) => Buffer.from(part)),
      fc
        .constantFrom("\\", "\\x", "\\xff", "x", "/", "é", "e\u0301", "😀", "\ufffd", " ")
        .map((text) => Buffer.from(text)),
      fc
        .constantFrom([0xc3], [0xe9], [0xed, 0xa0, 0x80], [0xf0, 0x9f], [0xc0, 0xaf])
        .map((part) => Buffer.from(part)),
    ),
    { maxLength: 12 },
  )
  .map((parts) => Buffer.concat(parts));

describe("a path as text", () => {
  it.each([
    [Buffer.from("Beyonc\u00e9/Halo.mp3"), "Beyonc\u00e9/Halo.mp3"],
    [Buffer.from([0x61, 0xff]), "a\\xff"],
    [Buffer.from("a\\b"), "a\\\\b"],
    [Buffer.from("\\xff"), "\\\\xff"],
    [Buffer.from([0xc3, 0x2f, 0xc3, 0xa9]), "\\xc3/é"],
    // Half of a character, as UTF-8 must not have it.
    [Buffer.from([0xed, 0xa0, 0x80]), "\\xed\\xa0\\x80"],
    [Buffer.from(""), ""],
  ])("%j", (path, text) => {
    expect(encodePath(path)).toBe(text);
    expect(decodePath(text)).toEqual(path);
  });

  it("becomes the same bytes again", () => {
    fc.assert(
      fc.property(bytes, (path) => {
        expect(decodePath(encodePath(path)).equals(path)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it("is another one for every other path", () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(encodePath(a) === encodePath(b)).toBe(a.equals(b));
      }),
      { numRuns: 2000 },
    );
  });

  it("can be stored, but for NUL, which no path has; parts stay parts", () => {
    fc.assert(
      fc.property(bytes, (path) => {
        const text = encodePath(path);
        expect(isStorableText(text)).toBe(!path.includes(0));
        expect(text.split("/")).toHaveLength(path.filter((byte) => byte === 0x2f).length + 1);
      }),
    );
  });
});

describe("a name", () => {
  it.each([
    ["a/b/song.MP3", "song.MP3", "song", "mp3"],
    ["song.tar.gz", "song.tar.gz", "song.tar", "gz"],
    ["a.b/song", "song", "song", ""],
    [".hidden", ".hidden", ".hidden", ""],
    [".hidden.mp3", ".hidden.mp3", ".hidden", "mp3"],
    ["song.", "song.", "song.", ""],
    ["", "", "", ""],
  ])("of %j", (path, filename, stem, suffix) => {
    expect([filenameOf(path), stemOf(filename), suffixOf(filename)]).toEqual([filename, stem, suffix]);
  });
});

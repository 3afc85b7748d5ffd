// Checks of files against a library: what matches, how surely, and what never does.

import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { openDatabase } from "../../../src/database/index.ts";
import { DuplicateChecker, verdictOf } from "../../../src/library/duplicates/index.ts";
import { contentHash, type Library, type LibraryFile, openLibrary } from "../../../src/library/index.ts";
import { readFile } from "../../../src/library/scan/index.ts";
import { useDatabase } from "../../support/database.ts";
import { flac, mp3, wav } from "../support/audio.ts";
import { song, useFolder } from "./support.ts";

const database = useDatabase({ empty: true });
const folder = useFolder();
let library: Library;
let checker: DuplicateChecker;

/** Writes a file below the library's root and adds it as a scan would. */
async function keep(path: string, bytes: Buffer): Promise<LibraryFile> {
  const file = await readFile(Buffer.from(await folder.write(`music/${path}`, bytes)), {
    as: path,
    fullHash: true,
  });
  if ("code" in file && "message" in file) throw new Error(file.message);
  await library.addFile(file);
  return (await library.findFileByPath(path)) as LibraryFile;
}

beforeAll(async () => {
  await mkdir(join(folder.path, "music"), { recursive: true });
  library = await openLibrary(database.database, { root: join(folder.path, "music") });
  checker = new DuplicateChecker(library);
});

describe("records that were read before", () => {
  let records: Library;
  let check: DuplicateChecker;

  beforeAll(async () => {
    records = await openLibrary(database.database, { library: "records", root: "/records" });
    check = new DuplicateChecker(records);
    const report = await records.batchInsertFiles([
      song("jude.mp3", { artist: "The Beatles", title: "Hey Jude", contentHash: "1000_jude" }),
      song("one.mp3", { artist: "A", title: "Song One" }),
      song("song1_dup.mp3", { artist: "B", title: "Song 1" }),
      song("failed.mp3", { contentHash: "HASH_FAILED" }),
      song("large.mp3", { contentHash: "99999999999_FILE_TOO_LARGE" }),
      song("known.mp3", { contentHash: "1000_sample", fullHash: "aa" }),
      song("audio.flac", { artist: "D", title: "Old name", audioHash: "f00d" }),
      song("untagged song.mp3"),
      song("nfc.mp3", { artist: "Beyonc\u00e9", title: "Halo" }),
      song("gone.mp3", { artist: "Gone", title: "Away" }),
    ]);
    expect(report.failures).toEqual([]);
    await records.markInactive("gone.mp3");
  });

  it.each([
    ["equal tags", { artist: " the beatles", title: "HEY JUDE " }, "exact_metadata", 1, "jude.mp3"],
    [
      "equal content, other tags",
      { artist: "X", title: "Y", contentHash: "1000_jude" },
      "exact_file",
      1,
      "jude.mp3",
    ],
    [
      "equal audio, other tags",
      { artist: "X", title: "Y", audioHash: "f00d" },
      "exact_audio",
      1,
      "audio.flac",
    ],
    ["a title that is alike", { artist: "a", title: "Song On" }, "fuzzy_metadata", 0.9333, "one.mp3"],
    ["another edition", { artist: "A", title: "Song One (Radio Edit)" }, "fuzzy_metadata", 1, "one.mp3"],
    [
      "letters composed otherwise",
      { artist: "Beyonce\u0301", title: "Halo" },
      "fuzzy_metadata",
      1,
      "nfc.mp3",
    ],
    ["sampled bytes alone", { contentHash: "1000_sample" }, "exact_file", 1, "known.mp3"],
    [
      "sampled bytes, and all of them",
      { contentHash: "1000_sample", fullHash: "aa" },
      "exact_file",
      1,
      "known.mp3",
    ],
  ] as const)("%s", async (_what, tags, matchType, confidence, path) => {
    const result = await check.checkFile(song("import/new.mp3", tags));
    expect(result).toMatchObject({ isDuplicate: true, matchType, matchedFile: { path }, problem: null });
    expect(result.confidence).toBeCloseTo(confidence, 4);
    expect(result.allMatches[0]).toMatchObject({ matchType, file: { path } });
  });

  it.each([
    ["a hash that failed", { contentHash: "HASH_FAILED" }],
    ["the mark of large files", { contentHash: "99999999999_FILE_TOO_LARGE" }],
    ["no hash", { contentHash: null }],
    ["equal samples of files that differ", { contentHash: "1000_sample", fullHash: "bb" }],
    ["an inactive file", { artist: "Gone", title: "Away" }],
    ["another artist", { artist: "Z", title: "Song One" }],
    ["a title alone", { title: "Song One" }],
  ])("%s matches nothing", async (_what, tags) => {
    expect(await check.checkFile(song("import/new.mp3", tags))).toMatchObject({
      isDuplicate: false,
      confidence: 0,
      matchType: "none",
      matchedFile: null,
      allMatches: [],
    });
  });

  it("calls equal names of files without tags weak", async () => {
    const result = await check.checkFile(song("import/untagged song.flac"));
    expect(result).toMatchObject({
      isDuplicate: false,
      confidence: 0.5,
      matchType: "weak_name",
      matchedFile: { path: "untagged song.mp3" },
    });
    expect(verdictOf(result)).toBe("weak");
  });

  it("looks no further than it is told", async () => {
    const alike = song("new.mp3", {
      artist: "A",
      title: "Song On",
      contentHash: "1000_jude",
      audioHash: "f00d",
    });
    expect(await check.checkFile(alike)).toMatchObject({
      matchType: "exact_file",
      allMatches: [{ matchType: "exact_file" }, { matchType: "exact_audio" }],
    });
    expect(await check.checkFile(alike, { maxMatches: 1 })).toMatchObject({
      allMatches: [{ matchType: "exact_file" }],
    });
    expect(await check.checkFile(alike, { useContentHash: false })).toMatchObject({
      matchType: "fuzzy_metadata",
    });
    expect(await check.checkFile(alike, { useContentHash: false, fuzzyThreshold: 0.94 })).toMatchObject({
      matchType: "none",
    });
    expect(await check.checkFile(alike, { useContentHash: false, useFuzzy: false })).toMatchObject({
      matchType: "none",
    });
    const low = song("new.mp3", { artist: "B", title: "Song 1 (remaster)" });
    expect(await check.checkFile(low)).toMatchObject({ matchType: "none" });
    expect(await check.checkFile(low, { fuzzyThreshold: 0.5 })).toMatchObject({
      isDuplicate: true,
      matchedFile: { path: "song1_dup.mp3" },
    });
  });

  it("finds artists that are only alike when asked to, and is not certain of them", async () => {
    const file = song("new.mp3", { artist: "Beatles", title: "Hey Jude" });
    expect(await check.checkFile(file)).toMatchObject({ matchType: "none" });
    const wide = await check.checkFile(file, { fuzzyArtists: true, fuzzyThreshold: 0.7 });
    expect(wide).toMatchObject({ matchType: "fuzzy_artist", matchedFile: { path: "jude.mp3" } });
    expect(verdictOf(wide)).toBe("uncertain");
  });

  it("never finds a file itself, by id or path, in a batch too", async () => {
    const all: LibraryFile[] = [];
    for await (const file of records.listFiles()) all.push(file);
    for (const { allMatches, path } of await check.checkBatch(all)) {
      expect(allMatches.map(({ file }) => file.path)).not.toContain(path);
    }
    const own = all.find(({ path }) => path === "one.mp3") as LibraryFile;
    expect(await check.checkFile(own)).toMatchObject({ matchType: "none" });
    // Moved since: the id says that it is the same.
    expect(await check.checkFile({ ...own, path: "elsewhere.mp3" })).toMatchObject({ matchType: "none" });
    expect(await check.checkFile({ ...own, id: null })).toMatchObject({ matchType: "none" });
    expect(await check.checkFile({ ...own, id: null, path: "elsewhere.mp3" })).toMatchObject({
      matchedFile: { path: "one.mp3" },
    });
  });

  it("finds a file of another library that has the same path", async () => {
    const copy = await openLibrary(database.database, { library: "copy", root: "/copy" });
    await copy.batchInsertFiles([song("one.mp3", { artist: "A", title: "Song One" })]);
    const one = (await copy.findFileByPath("one.mp3")) as LibraryFile;
    expect(await check.checkFile(one)).toMatchObject({
      matchType: "exact_metadata",
      matchedFile: { path: "one.mp3" },
    });
  });

  it("finds a file of another store that has the same id and path, and not itself under another role", async () => {
    const mirror = await openLibrary(database.database, { schema: "mirror", root: "/mirror" });
    const original = await openLibrary(database.database, { schema: "original", root: "/original" });
    for (const store of [mirror, original]) {
      await store.batchInsertFiles([
        song("same.mp3", { artist: "Mirrored", title: "Song", contentHash: "m" }),
      ]);
    }
    const found = new DuplicateChecker(mirror);
    const listed: LibraryFile[] = [];
    for await (const file of original.listFiles()) listed.push(file);
    const one = (await original.findFileByPath("same.mp3")) as LibraryFile;
    expect(one.id).toBe((await mirror.findFileByPath("same.mp3"))?.id);
    for (const file of [one, ...listed, ...(await original.searchByArtistTitle({ artist: "mirrored" }))]) {
      expect(await found.checkFile(file)).toMatchObject({ matchType: "exact_metadata", isDuplicate: true });
      expect(await new DuplicateChecker(original).checkFile(file)).toMatchObject({ matchType: "none" });
    }
    const again = await openDatabase({ dsn: `${database.dsn}?application_name=again` });
    try {
      const same = await openLibrary(again, { schema: "original", create: false });
      expect(await new DuplicateChecker(same).checkFile(one)).toMatchObject({ matchType: "none" });
    } finally {
      await again.close();
    }
  });

  it("a record with tags that no row can have costs no other", async () => {
    const [odd, plain] = await check.checkBatch([
      song("odd.mp3", { artist: "A\0", title: "Song\ud800" }),
      song("plain.mp3", { artist: "A", title: "Song On" }),
    ]);
    expect(odd).toMatchObject({ matchType: "none" });
    expect(plain).toMatchObject({ matchType: "fuzzy_metadata", matchedFile: { path: "one.mp3" } });
  });

  it("gives each match once, however often a hash is asked for", async () => {
    const many = Array.from({ length: 1200 }, (_, index) =>
      song(`${index}.mp3`, { artist: "The Beatles", title: "Hey Jude", contentHash: "1000_jude" }),
    );
    const results = await check.checkFilesBatch(many, { batchSize: 100 });
    expect(results.size).toBe(1200);
    for (const { matchType, allMatches } of results.values()) {
      expect([matchType, allMatches.map(({ file }) => file.path)]).toEqual(["exact_metadata", ["jude.mp3"]]);
    }
  });
});

describe("files on the disk", () => {
  const tags = { artist: "Disk", title: "Track" };

  it("are compared by tags, bytes and audio", async () => {
    const kept = await keep("a/track.flac", flac(tags, { seed: 1 }));
    const sameTags = await folder.write("import/x.wav", wav(tags, { seed: 2 }));
    const retagged = await folder.write("import/y.flac", flac({ artist: "Q", title: "R" }, { seed: 1 }));
    const other = await folder.write("import/z.mp3", mp3({ artist: "New", title: "Song" }, { seed: 3 }));
    const results = await checker.checkFilesBatch([sameTags, retagged, Buffer.from(other)]);
    expect(
      [...results].map(([path, { matchType, matchedFile }]) => [path, matchType, matchedFile?.id ?? null]),
    ).toEqual([
      [sameTags, "exact_metadata", kept.id],
      [retagged, "exact_audio", kept.id],
      [other, "none", null],
    ]);
  });

  it("are never their own duplicates, whichever path leads there", async () => {
    const kept = await keep("b/own.flac", flac({ artist: "Own", title: "Own" }, { seed: 5 }));
    await symlink(join(folder.path, "music"), join(folder.path, "link"));
    const paths = [
      join(folder.path, "music/b/own.flac"),
      join(folder.path, "music/a/../b/own.flac"),
      join(folder.path, "link/b/own.flac"),
    ];
    for (const { matchType } of await checker.checkBatch(paths)) expect(matchType).toBe("none");
    // Another library has it under another path: there it is a duplicate.
    const elsewhere = await openLibrary(database.database, { library: "elsewhere", root: "/elsewhere" });
    await elsewhere.addFile({ ...kept, id: null, path: "copy.flac" });
    expect(await new DuplicateChecker(elsewhere).checkFile(paths[0] as string)).toMatchObject({
      matchType: "exact_metadata",
      matchedFile: { path: "copy.flac" },
    });
  });

  it("that cannot be read are none with a problem, and not like each other", async () => {
    const paths = [join(folder.path, "absent.mp3"), join(folder.path, "absent too.mp3")];
    for (const checked of await checker.checkBatch(paths)) {
      expect(checked).toMatchObject({
        isDuplicate: false,
        matchType: "none",
        problem: { code: "unreadable_file" },
      });
    }
    const text = await folder.write("import/text.mp3", Buffer.from("no audio at all"));
    expect(await checker.checkFile(text)).toMatchObject({
      matchType: "none",
      problem: { code: expect.any(String) },
    });
  });

  it("have one sampled hash when they differ in the middle, and are told apart by all their bytes", async () => {
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
    const kept = await keepOther("c/one.bin", bytes);
    const changed = Buffer.from(bytes);
    changed[100_000] = 7;
    const path = await folder.write("import/two.bin", changed);
    expect(await contentHash(path)).toBe(kept.contentHash);
    const sampled = await checker.checkFile(path, { kind: "any" });
    expect(sampled).toMatchObject({ matchType: "exact_file", matchedFile: { path: "c/one.bin" } });
    expect(await checker.checkFile(path, { kind: "any", fullHash: true })).toMatchObject({
      matchType: "none",
    });
  });

  async function keepOther(path: string, bytes: Buffer): Promise<LibraryFile> {
    const absolute = await folder.write(`music/${path}`, bytes);
    const file = await readFile(Buffer.from(absolute), { as: path, kind: "any", fullHash: true });
    await library.addFile(file as LibraryFile);
    return file as LibraryFile;
  }
});

describe("what makes no sense", () => {
  it.each([1.5, -0.1, Number.NaN, "0.8"])("a threshold of %s", async (threshold) => {
    const options = { fuzzyThreshold: threshold as number };
    await expect(checker.checkFile(song("a.mp3"), options)).rejects.toMatchObject({ code: "USAGE" });
    await expect(checker.checkFilesBatch([song("a.mp3")], options)).rejects.toMatchObject({ code: "USAGE" });
  });

  it("no files", async () => {
    const empty = { code: "USAGE", message: "paths cannot be null or empty" };
    await expect(checker.checkFilesBatch([])).rejects.toMatchObject(empty);
    await expect(checker.checkFilesBatch(null as never)).rejects.toMatchObject(empty);
    expect(await checker.checkBatch([])).toEqual([]);
    await expect(checker.checkFile("")).rejects.toMatchObject({ code: "USAGE" });
    expect(() => new DuplicateChecker(null as never)).toThrow(expect.objectContaining({ code: "USAGE" }));
  });

  it.each([0, -1, 1.5, Number.NaN])("%d matches at most", async (maxMatches) => {
    await expect(checker.checkFile(song("a.mp3"), { maxMatches })).rejects.toMatchObject({ code: "USAGE" });
  });

  it("a signal that came before", async () => {
    const options = { signal: AbortSignal.abort() };
    await expect(checker.checkFile(song("a.mp3"), options)).rejects.toMatchObject({ code: "CANCELLED" });
  });
});

describe("a database that fails", () => {
  const other = useDatabase({ empty: true });
  let broken: Library;

  beforeAll(async () => {
    broken = await openLibrary(other.database, { root: "/broken" });
    await broken.batchInsertFiles([song("one.mp3", { artist: "A", title: "Song One" })]);
  });

  it("is an error in every look-up, never a new file", async () => {
    const check = new DuplicateChecker(broken);
    const file = song("new.mp3", { artist: "A", title: "Song On", contentHash: "c", audioHash: "d" });
    expect(await check.checkFile(file)).toMatchObject({ matchType: "fuzzy_metadata" });
    for (const column of ["metadata_hash", "content_hash", "audio_hash", "title_key"]) {
      await other.rows(`alter table library.file rename column ${column} to hidden`);
      await expect(check.checkFile(file)).rejects.toMatchObject({ code: "DATABASE" });
      await other.rows(`alter table library.file rename column hidden to ${column}`);
    }
    expect(await check.checkFile(file)).toMatchObject({ matchType: "fuzzy_metadata" });
  });

  it("is an error when it is away", async () => {
    const away = await openDatabase({ dsn: other.dsn });
    const check = new DuplicateChecker(await openLibrary(away));
    await away.close();
    await expect(check.checkFile(song("new.mp3", { artist: "A", title: "Song One" }))).rejects.toThrow();
  });
});

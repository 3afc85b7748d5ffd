// Scans of folders: what goes in, what is read again, and what is left alone.

import { existsSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type ScanReject, scanLibrary, verifyLibrary } from "../../../src/library/scan/index.ts";
import { knownTime } from "../../../src/library/scan/unseenChange.ts";
import { useDatabase } from "../../support/database.ts";
import { useFolder } from "../../support/files.ts";
import { flac, mp3, wav } from "../support/audio.ts";
import { countsOf, makeTestLibrary, type TestLibrary } from "./support.ts";

const database = useDatabase({ empty: true });
const folder = useFolder();
const make = () => makeTestLibrary(database, folder);

/** Three songs in two folders. */
async function makeAlbum(): Promise<TestLibrary> {
  const album = await make();
  album.write("a/one.mp3", mp3({ artist: "A", title: "One", date: "2001" }, { seed: 1 }));
  album.write("a/two.flac", flac({ artist: "A", title: "Two" }, { seed: 2 }));
  album.write("b/three.wav", wav({ artist: "B", title: "Three" }, { seed: 3 }));
  return album;
}

describe("a scan", () => {
  it("loads tags and hashes of audio files, and nothing else", async () => {
    const { library, write } = await makeAlbum();
    write("a/cover.jpg", "no audio");
    write("README", "no audio");
    const report = await scanLibrary(library);
    expect(countsOf(report)).toEqual({ read: 3, inserted: 3 });
    expect(await library.findFileByPath("a/one.mp3")).toMatchObject({
      artist: "A",
      title: "One",
      year: 2001,
      format: "mp3",
      state: "present",
      isActive: true,
      lastVerified: expect.any(Date),
    });
    expect(await library.countFiles()).toBe(3);
  });

  it("reads nothing twice that looks the same", async () => {
    const { library } = await makeAlbum();
    await scanLibrary(library);
    let filesRead = -1;
    const report = await scanLibrary(library, { onProgress: ({ read }) => (filesRead = read) });
    expect(countsOf(report)).toEqual({ read: 3, unchanged: 3 });
    expect(filesRead).toBe(0);
    expect(countsOf(await scanLibrary(library, { reread: true }))).toEqual({ read: 3, unchanged: 3 });
  });

  it("reads what has another size or time, and counts it by what it says", async () => {
    const { library, write, path, ids } = await makeAlbum();
    await scanLibrary(library);
    const before = await ids();
    write("a/one.mp3", mp3({ artist: "A", title: "One, again" }, { seed: 1 }));
    utimesSync(path("a/two.flac"), 1_000_000_000, 1_000_000_000);
    expect(countsOf(await scanLibrary(library))).toEqual({ read: 3, updated: 1, unchanged: 2 });
    expect(await library.findFileByPath("a/one.mp3")).toMatchObject({ title: "One, again", year: null });
    expect(await library.findFileByPath("a/two.flac")).toMatchObject({
      mtimeNs: 1_000_000_000_000_000_000n,
    });
    expect(await ids()).toEqual(before);
    expect(countsOf(await scanLibrary(library))).toEqual({ read: 3, unchanged: 3 });
  });

  it("reads a file again that may have been written after it was read, in the same tick", async () => {
    const now = 1_700_000_000_123_456_789n;
    const nowMs = 1_700_000_000_123;
    expect(knownTime(now, nowMs + 5)).toBeNull();
    expect(knownTime(now, nowMs + 50)).toBe(now);
    // File systems that keep whole seconds have ticks of them.
    expect(knownTime(1_700_000_000_000_000_000n, 1_700_000_001_000)).toBeNull();
    expect(knownTime(1_700_000_000_000_000_000n, 1_700_000_003_000)).not.toBeNull();
    const { library } = await makeAlbum();
    await scanLibrary(library);
    await database.rows("update library.file set mtime_ns = null where library_id = $1", [library.id]);
    expect(countsOf(await scanLibrary(library))).toEqual({ read: 3, unchanged: 3 });
    expect((await library.findFileByPath("a/one.mp3"))?.mtimeNs).not.toBeNull();
  });

  it("tells what it could not load, and counts it", async () => {
    const { library, write } = await makeAlbum();
    write("text.mp3", "no audio");
    write("date.mp3", mp3({ date: "Oct 3, 1995" }));
    const rejects: ScanReject[] = [];
    const report = await scanLibrary(library, {
      onReject: (reject) => {
        rejects.push(reject);
      },
    });
    expect(countsOf(report)).toEqual({ read: 5, inserted: 3, rejected: 2 });
    expect(rejects.sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
      { path: "date.mp3", code: "unreadable_tags", message: expect.any(String) },
      { path: "text.mp3", code: "not_audio", message: expect.any(String) },
    ]);
    expect(await library.findFileByPath("text.mp3")).toBeNull();
  });

  it("marks a row as missing whose file is no audio any more", async () => {
    const { library, write, states } = await makeAlbum();
    await scanLibrary(library);
    write("a/one.mp3", "no audio");
    expect(countsOf(await scanLibrary(library))).toMatchObject({ unchanged: 2, rejected: 1, missing: 1 });
    expect(await states()).toMatchObject({ "a/one.mp3": "missing" });
  });

  it("keeps names that are not UTF-8", async () => {
    const { library, root } = await make();
    const latin = Buffer.concat([Buffer.from(`${root}/caf`), Buffer.from([0xe9]), Buffer.from(".mp3")]);
    writeFileSync(latin, mp3({ title: "Latin" }, { seed: 1 }));
    writeFileSync(`${root}/café.mp3`, mp3({ title: "UTF-8" }, { seed: 2 }));
    writeFileSync(`${root}/back\\xe9.mp3`, mp3({ title: "Backslash" }, { seed: 3 }));
    expect(countsOf(await scanLibrary(library))).toEqual({ read: 3, inserted: 3 });
    expect(await library.findFileByPath("caf\\xe9.mp3")).toMatchObject({ title: "Latin" });
    expect(await library.findFileByPath("café.mp3")).toMatchObject({ title: "UTF-8" });
    expect(await library.findFileByPath("back\\\\xe9.mp3")).toMatchObject({ title: "Backslash" });
    expect(countsOf(await scanLibrary(library, { reread: true }))).toEqual({ read: 3, unchanged: 3 });
  });

  it("takes any file by its content when asked", async () => {
    const { library, write } = await makeAlbum();
    write("a/cover.jpg", "no audio");
    write("song", flac({ title: "No suffix" }));
    write("text.mp3", "no audio either");
    expect(countsOf(await scanLibrary(library, { kind: "any" }))).toEqual({ read: 6, inserted: 6 });
    expect(await library.findFileByPath("a/cover.jpg")).toMatchObject({ kind: "other", format: "jpg" });
    expect(await library.findFileByPath("song")).toMatchObject({ kind: "audio", format: "flac" });
    expect(await library.findFileByPath("text.mp3")).toMatchObject({
      kind: "other",
      warnings: ["no audio was found in it"],
    });
    // A scan of audio does not miss what is still there.
    expect(countsOf(await scanLibrary(library))).toMatchObject({ unchanged: 4 });
    write("text.mp3", "another text");
    expect(countsOf(await scanLibrary(library))).toEqual({ read: 4, updated: 1, unchanged: 3 });
    expect(await library.countFiles()).toBe(6);
  });

  it("takes no file of our own bookkeeping, and leaves none in", async () => {
    const { library, write, states } = await makeAlbum();
    write(".copycat/rejects/run.ndjson", "{}");
    write("a/.copycat/pg/base/1", "a database");
    write(".hidden/song.mp3", mp3({ title: "Hidden" }, { seed: 9 }));
    await library.batchInsertFiles([{ path: ".copycat/old.ndjson", size: 2, kind: "other" }]);
    expect(countsOf(await scanLibrary(library, { kind: "any" }))).toEqual({
      read: 4,
      inserted: 4,
      missing: 1,
    });
    expect(await states()).toMatchObject({ ".copycat/old.ndjson": "missing", ".hidden/song.mp3": "active" });
  });

  it("recognises files without a suffix when asked, and refuses none", async () => {
    const { library, write } = await make();
    write("song", mp3({ title: "No suffix" }));
    write("README", "no audio");
    expect(countsOf(await scanLibrary(library))).toEqual({});
    expect(countsOf(await scanLibrary(library, { sniff: true }))).toEqual({ read: 1, inserted: 1 });
    expect(await library.findFileByPath("song")).toMatchObject({ format: "mp3", title: "No suffix" });
  });

  it("makes full hashes when asked, of known files too", async () => {
    const { library } = await makeAlbum();
    await scanLibrary(library);
    await scanLibrary(library, { fullHash: true });
    expect(await library.findFileByPath("a/one.mp3")).toMatchObject({
      fullHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    let filesRead = -1;
    await scanLibrary(library, { fullHash: true, onProgress: ({ read }) => (filesRead = read) });
    expect(filesRead).toBe(0);
  });

  it("neither follows links nor enters folders that are marked", async () => {
    const { library, write, path, root } = await makeAlbum();
    await scanLibrary(library);
    symlinkSync(root, path("a/again"));
    symlinkSync(path("a/one.mp3"), path("link.mp3"));
    write("b/.ndignore", "");
    write("c/.nomedia", "");
    write("c/four.mp3", mp3({ title: "Four" }));
    const notices: string[] = [];
    const report = await scanLibrary(library, { log: { notice: (message) => notices.push(message) } });
    expect(countsOf(report)).toEqual({ read: 2, unchanged: 2 });
    expect(notices.sort()).toEqual([
      expect.stringContaining("2 symbolic links are not followed"),
      "b is passed over: it has a .ndignore.",
      "c is passed over: it has a .nomedia.",
    ]);
    expect(await library.countFiles()).toBe(3);
  });
});

it("a row that was marked inactive is active again when its file is found, by a scan and by a check", async () => {
  const { library, states } = await makeAlbum();
  await scanLibrary(library);
  await library.batchMarkInactive(["a/one.mp3"]);
  expect(await states()).toMatchObject({ "a/one.mp3": "inactive" });
  expect(countsOf(await scanLibrary(library))).toEqual({ read: 3, updated: 1, unchanged: 2, reactivated: 1 });
  expect(await states()).toMatchObject({ "a/one.mp3": "active" });
  await library.batchMarkInactive(["a/one.mp3"]);
  expect(await verifyLibrary(library, { mark: true })).toMatchObject({ back: ["a/one.mp3"], marked: 1 });
});

describe("policies", () => {
  it("skip leaves changed files as they are, error refuses them", async () => {
    const { library, write } = await makeAlbum();
    await scanLibrary(library);
    write("a/one.mp3", mp3({ title: "Changed" }));
    write("a/new.mp3", mp3({ title: "New" }, { seed: 9 }));
    await expect(scanLibrary(library, { policy: "error" })).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await library.countFiles()).toBe(3);
    const report = await scanLibrary(library, { policy: "skip" });
    expect(countsOf(report)).toEqual({ read: 4, inserted: 1, unchanged: 2, skipped: 1 });
    expect(await library.findFileByPath("a/one.mp3")).toMatchObject({ title: "One" });
  });
});

describe("nothing is changed", () => {
  it("by a dry run, of a library or of none", async () => {
    const { library, write, root, path } = await makeAlbum();
    const all = { read: 3, inserted: 3 };
    expect(countsOf(await scanLibrary(null, { root, dryRun: true }))).toEqual(all);
    expect(countsOf(await scanLibrary(library, { dryRun: true }))).toEqual(all);
    expect(await library.countFiles()).toBe(0);
    await scanLibrary(library);
    rmSync(path("a/one.mp3"));
    write("a/two.flac", flac({ title: "Other" }));
    write("new.mp3", mp3({ title: "New" }, { seed: 9 }));
    const report = await scanLibrary(library, { dryRun: true });
    expect(countsOf(report)).toEqual({ read: 3, inserted: 1, updated: 1, unchanged: 1, missing: 1 });
    expect(await library.countFiles()).toBe(3);
  });

  it("by one that was cancelled, or whose caller has had enough", async () => {
    const { library, write } = await makeAlbum();
    write("text.mp3", "no audio");
    const controller = new AbortController();
    const cancelled = scanLibrary(library, {
      signal: controller.signal,
      onProgress: ({ phase }) => {
        if (phase === "read") controller.abort();
      },
    });
    await expect(cancelled).rejects.toMatchObject({ code: "CANCELLED" });
    const enough = scanLibrary(library, {
      onReject: async () => {
        throw new Error("enough");
      },
    });
    await expect(enough).rejects.toThrow("enough");
    expect(await library.countFiles()).toBe(0);
  });

  it("with wrong options", async () => {
    const { library, root, path } = await make();
    symlinkSync(root, path("link"));
    const wrong = [
      { folder: "link" },
      { kind: "video" as "any" },
      { policy: "replace" as "skip" },
      { workers: 0 },
      { commitEvery: -1 },
      { folder: "../elsewhere" },
      { folder: "/elsewhere" },
    ];
    for (const options of wrong) {
      await expect(scanLibrary(library, options)).rejects.toMatchObject({ code: "USAGE" });
    }
    await expect(scanLibrary(null, { root })).rejects.toMatchObject({ code: "USAGE" });
    expect(existsSync(root)).toBe(true);
  });
});

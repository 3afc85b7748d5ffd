// Files that are gone, come back, or are somewhere else.

import { mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { makeLibraryFile } from "../../../src/library/record.ts";
import { scanLibrary } from "../../../src/library/scan/index.ts";
import { GoneFiles } from "../../../src/library/scan/moves.ts";
import { useDatabase } from "../../support/database.ts";
import { useFolder } from "../../support/files.ts";
import { flac, mp3 } from "../support/audio.ts";
import { countsOf, makeTestLibrary, type TestLibrary } from "./support.ts";

const database = useDatabase({ empty: true });
const folder = useFolder();

const song = (title: string, seed: number): Buffer => mp3({ artist: "A", title }, { seed });

async function makeScanned(): Promise<TestLibrary> {
  const made = await makeTestLibrary(database, folder);
  made.write("a/one.mp3", song("One", 1));
  made.write("a/two.mp3", song("Two", 2));
  made.write("b/three.mp3", song("Three", 3));
  await scanLibrary(made.library);
  return made;
}

describe("a file that is gone", () => {
  it("is missing and inactive since then; its row stays, and is active again when it is back", async () => {
    const { library, path, states, ids } = await makeScanned();
    const before = await ids();
    renameSync(path("a/one.mp3"), path("../aside.mp3"));
    expect(countsOf(await scanLibrary(library))).toEqual({ read: 2, unchanged: 2, missing: 1 });
    expect(await states()).toEqual({
      "a/one.mp3": "missing",
      "a/two.mp3": "active",
      "b/three.mp3": "active",
    });
    const row = await library.findFileByPath("a/one.mp3");
    expect(row).toMatchObject({ missingSince: expect.any(Date), title: "One" });
    expect(countsOf(await scanLibrary(library))).toEqual({ read: 2, unchanged: 2 });
    expect(await library.findFileByPath("a/one.mp3")).toEqual(row);
    renameSync(path("../aside.mp3"), path("a/one.mp3"));
    expect(countsOf(await scanLibrary(library))).toEqual({
      read: 3,
      updated: 1,
      unchanged: 2,
      reactivated: 1,
    });
    expect(await library.findFileByPath("a/one.mp3")).toMatchObject({
      state: "present",
      isActive: true,
      missingSince: null,
    });
    expect(await ids()).toEqual(before);
  });

  it("stays as it is when nobody wants it marked", async () => {
    const { library, path, states } = await makeScanned();
    rmSync(path("a/one.mp3"));
    await scanLibrary(library, { deactivateMissing: false });
    expect(await states()).toMatchObject({ "a/one.mp3": "active" });
  });

  it("is active again with what it says now", async () => {
    const { library, write, path } = await makeScanned();
    rmSync(path("a/one.mp3"));
    await scanLibrary(library);
    write("a/one.mp3", song("Other", 77));
    expect(countsOf(await scanLibrary(library))).toMatchObject({ updated: 1, reactivated: 1 });
    expect(await library.findFileByPath("a/one.mp3")).toMatchObject({ title: "Other", isActive: true });
  });
});

describe("a file that moved", () => {
  it("keeps its row and its id", async () => {
    const { library, path, ids } = await makeScanned();
    const before = await ids();
    mkdirSync(path("c"));
    renameSync(path("a/one.mp3"), path("c/first.mp3"));
    renameSync(path("b"), path("d"));
    expect(countsOf(await scanLibrary(library))).toEqual({ read: 3, updated: 2, unchanged: 1, moved: 2 });
    expect(await ids()).toEqual({
      "c/first.mp3": before["a/one.mp3"],
      "a/two.mp3": before["a/two.mp3"],
      "d/three.mp3": before["b/three.mp3"],
    });
  });

  it("with new tags, when its audio says who it is", async () => {
    const { library, write, path, ids } = await makeTestLibrary(database, folder);
    const md5 = Buffer.alloc(16, 7);
    write("inbox/track01.flac", flac({ title: "Track 1" }, { md5 }));
    await scanLibrary(library);
    const id = (await ids())["inbox/track01.flac"];
    rmSync(path("inbox/track01.flac"));
    write("A/One.flac", flac({ artist: "A", title: "One", album: "Album" }, { md5 }));
    expect(countsOf(await scanLibrary(library))).toEqual({ read: 1, updated: 1, moved: 1 });
    expect(await library.findFileByPath("A/One.flac")).toMatchObject({ id, title: "One" });
  });

  it("long after it was missed", async () => {
    const { library, path, ids, states } = await makeScanned();
    const id = (await ids())["a/one.mp3"];
    renameSync(path("a/one.mp3"), path("../later.mp3"));
    await scanLibrary(library);
    renameSync(path("../later.mp3"), path("b/later.mp3"));
    expect(countsOf(await scanLibrary(library))).toMatchObject({ moved: 1 });
    expect((await ids())["b/later.mp3"]).toBe(id);
    expect(await states()).toMatchObject({ "b/later.mp3": "active" });
  });

  it("from a folder that is not scanned this time", async () => {
    const { library, path, ids } = await makeScanned();
    const id = (await ids())["a/one.mp3"];
    renameSync(path("a/one.mp3"), path("b/one.mp3"));
    expect(countsOf(await scanLibrary(library, { folder: "b" }))).toMatchObject({ moved: 1 });
    expect((await ids())["b/one.mp3"]).toBe(id);
    expect((await ids())["a/one.mp3"]).toBeUndefined();
  });

  it("is not guessed: a copy, two that are alike, two that could be it", async () => {
    const { library, write, path, states } = await makeScanned();
    write("copy.mp3", song("One", 1));
    expect(countsOf(await scanLibrary(library))).toEqual({ read: 4, inserted: 1, unchanged: 3 });
    // Both are gone, and one like both is new.
    rmSync(path("copy.mp3"));
    rmSync(path("a/one.mp3"));
    write("new.mp3", song("One", 1));
    expect(countsOf(await scanLibrary(library))).toEqual({ read: 3, inserted: 1, unchanged: 2, missing: 2 });
    // One is gone, and two like it are new.
    rmSync(path("b/three.mp3"));
    write("drei.mp3", song("Three", 3));
    write("four.mp3", song("Three", 3));
    expect(countsOf(await scanLibrary(library))).toMatchObject({ inserted: 2, missing: 1 });
    expect(await states()).toEqual({
      "a/one.mp3": "missing",
      "a/two.mp3": "active",
      "b/three.mp3": "missing",
      "copy.mp3": "missing",
      "four.mp3": "active",
      "drei.mp3": "active",
      "new.mp3": "active",
    });
  });

  it("with its folder, in which others are the same: each by its name, or by where the others of its folder went", async () => {
    const { library, write, path, ids } = await makeTestLibrary(database, folder);
    const silence = song("Silence", 9);
    for (const [disc, title] of ["One", "Two"].entries()) {
      write(`box/${disc}/01.mp3`, song(title, disc));
      write(`box/${disc}/02 silence.mp3`, silence);
    }
    for (const name of ["a", "b"]) write(`same/${name}.mp3`, silence);
    write("same/c.mp3", silence);
    await scanLibrary(library);
    const before = await ids();
    mkdirSync(path("new"));
    renameSync(path("box/0"), path("new/disc one"));
    renameSync(path("box/1"), path("new/disc two"));
    renameSync(path("same"), path("other"));
    renameSync(path("other/c.mp3"), path("other/d.mp3"));
    write("other/e.mp3", silence);
    // Nobody can tell which of two c was.
    expect(countsOf(await scanLibrary(library))).toEqual({
      read: 8,
      updated: 6,
      inserted: 2,
      moved: 6,
      missing: 1,
    });
    expect(await ids()).toMatchObject({
      "new/disc one/01.mp3": before["box/0/01.mp3"],
      "new/disc one/02 silence.mp3": before["box/0/02 silence.mp3"],
      "new/disc two/01.mp3": before["box/1/01.mp3"],
      "new/disc two/02 silence.mp3": before["box/1/02 silence.mp3"],
      "other/a.mp3": before["same/a.mp3"],
      "other/b.mp3": before["same/b.mp3"],
      "same/c.mp3": before["same/c.mp3"],
    });
  });

  it("by content, else by tags and size; never by a hash that could not be made", () => {
    const file = (path: string, size: number, title: string | null, contentHash: string | null) =>
      makeLibraryFile({ id: path.length, path, size, title, artist: title, contentHash });
    const gone = new GoneFiles();
    for (const old of [file("aa", 1, "A", "h1"), file("bbb", 2, "B", null), file("cccc", 3, null, null)]) {
      gone.add(old);
    }
    const found = [file("x", 9, "X", "h1"), file("y", 2, "B", null), file("z", 3, null, null)];
    const moves = [...gone.match(found)].map(([after, before]) => [after.path, before.path]);
    expect(moves).toEqual([
      ["x", "aa"],
      ["y", "bbb"],
    ]);
    expect(found.map((one) => gone.mayBe(one))).toEqual([true, true, false]);
  });
});

describe("files of equal size and time that changed places", () => {
  /** Two songs that differ in their content alone. */
  async function makeTwins() {
    const made = await makeTestLibrary(database, folder);
    for (const [index, title] of ["One", "Two"].entries()) {
      const path = made.write(`${title}.mp3`, song(title, index));
      utimesSync(path, 1_600_000_000, 1_600_000_000);
    }
    await scanLibrary(made.library);
    const titles = async () => {
      const found = await made.library.batchGetFilesByPaths(["One.mp3", "Two.mp3"]);
      return [...found.values()].map((file) => (file?.isActive === true ? file.title : null));
    };
    return { ...made, titles };
  }

  it("are read again", async () => {
    const { library, path, titles } = await makeTwins();
    renameSync(path("One.mp3"), path("aside"));
    renameSync(path("Two.mp3"), path("One.mp3"));
    renameSync(path("aside"), path("Two.mp3"));
    expect(countsOf(await scanLibrary(library))).toEqual({ read: 2, updated: 2 });
    expect(await titles()).toEqual(["Two", "One"]);
    expect(countsOf(await scanLibrary(library))).toEqual({ read: 2, unchanged: 2 });
  });

  it("also when one was put over the other", async () => {
    const { library, path, titles } = await makeTwins();
    renameSync(path("Two.mp3"), path("One.mp3"));
    expect(countsOf(await scanLibrary(library))).toEqual({ read: 1, updated: 1, missing: 1 });
    expect(await titles()).toEqual(["Two", null]);
  });

  it("are not taken for what a copy of the drive is, where all inodes are others", async () => {
    const { library } = await makeTwins();
    await database.rows(
      "update library.file set inode = '7:' || (1000000000000 + id) where library_id = $1",
      [library.id],
    );
    let filesRead = -1;
    const report = await scanLibrary(library, { onProgress: ({ read }) => (filesRead = read) });
    expect(countsOf(report)).toEqual({ read: 2, unchanged: 2 });
    expect(filesRead).toBe(0);
  });
});

describe("a folder that is gone or empty", () => {
  it("deactivates nothing unless that is allowed", async () => {
    const { library, root, path, states } = await makeScanned();
    const all = await states();
    renameSync(root, `${root}-unmounted`);
    const refused = {
      code: "UNREADABLE_SOURCE",
      message: expect.stringContaining("3 files below it are known"),
    };
    await expect(scanLibrary(library)).rejects.toMatchObject(refused);
    mkdirSync(root);
    await expect(scanLibrary(library)).rejects.toMatchObject(refused);
    await expect(scanLibrary(library, { dryRun: true })).rejects.toMatchObject(refused);
    expect(await states()).toEqual(all);
    rmSync(root, { recursive: true });
    renameSync(`${root}-unmounted`, root);
    rmSync(path("b"), { recursive: true });
    await expect(scanLibrary(library, { folder: "b" })).rejects.toMatchObject({ code: "UNREADABLE_SOURCE" });
    expect(countsOf(await scanLibrary(library, { folder: "b", allowEmpty: true }))).toEqual({ missing: 1 });
    expect(await states()).toMatchObject({ "b/three.mp3": "missing", "a/one.mp3": "active" });
    // Nothing more is to be lost.
    mkdirSync(path("b"));
    expect(countsOf(await scanLibrary(library, { folder: "b" }))).toEqual({});
    await expect(scanLibrary(library, { folder: "nowhere", allowEmpty: true })).rejects.toMatchObject({
      code: "UNREADABLE_SOURCE",
    });
  });

  it("is a mistake of its own folder alone", async () => {
    const { library, write, path, states } = await makeScanned();
    rmSync(path("a/one.mp3"));
    write("b/four.mp3", song("Four", 4));
    const report = await scanLibrary(library, { folder: path("b") });
    expect(countsOf(report)).toEqual({ read: 2, inserted: 1, unchanged: 1 });
    expect(await states()).toMatchObject({ "a/one.mp3": "active", "b/four.mp3": "active" });
  });

  it("that is marked keeps its rows as they are", async () => {
    const { library, path, states } = await makeScanned();
    writeFileSync(path(".nomedia"), "");
    expect(countsOf(await scanLibrary(library))).toEqual({});
    expect(await states()).toMatchObject({ "a/one.mp3": "active" });
  });
});

it("an empty folder whose files were on another drive loses none of them", async () => {
  const { library, path, states } = await makeScanned();
  const notices: string[] = [];
  const log = { notice: (message: string) => void notices.push(message) };
  const moveToDrive = (name: string) =>
    database.rows(
      `update library.file set inode = '123456:' || id where library_id = ${library.id} and path like $1`,
      [`${name}/%`],
    );
  await moveToDrive("b");
  rmSync(path("b/three.mp3"));
  expect(countsOf(await scanLibrary(library, { log }))).toEqual({ read: 2, unchanged: 2 });
  expect(notices).toEqual([expect.stringContaining("b had files of a drive")]);
  expect(await states()).toMatchObject({ "b/three.mp3": "active" });
  // Unless all drives have other numbers than they had.
  await moveToDrive("a");
  expect(countsOf(await scanLibrary(library))).toMatchObject({ missing: 1 });
});

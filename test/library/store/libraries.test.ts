// Libraries from outside: made, opened again, listed; files one by one; numbers and history.

import { beforeAll, describe, expect, it } from "vitest";
import {
  deleteLibrary,
  type Library,
  type LibraryFileInput,
  listLibraries,
  openLibrary,
  setLibraryRoot,
} from "../../../src/library/index.ts";
import { useDatabase } from "../../support/database.ts";
import { makeFile, makeFiles } from "./support.ts";

const database = useDatabase({ empty: true });

let count = 0;
/** A library of its own. */
const open = (): Promise<Library> => openLibrary(database.database, { library: `library ${++count}` });

const pathOf = (index: number): string => makeFile(index).path;

describe("a store", () => {
  it("is not made by who only reads", async () => {
    const schema = "nowhere";
    expect(await listLibraries(database.database, { schema })).toEqual([]);
    await expect(openLibrary(database.database, { schema, create: false })).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringContaining("copycat library scan FOLDER"),
    });
    expect(await database.value("select to_regnamespace('nowhere')::text")).toBeNull();
  });

  it.each(["", "nul\0", 5 as never])("of the name %j is refused", async (name) => {
    const usage = { code: "USAGE" };
    await expect(openLibrary(database.database, { schema: name })).rejects.toMatchObject(usage);
    await expect(openLibrary(database.database, { library: name })).rejects.toMatchObject(usage);
    await expect(openLibrary(database.database, { root: name })).rejects.toMatchObject(usage);
  });

  it("is made once by many at once", async () => {
    const schema = `it's "new"`;
    const opened = await Promise.all(
      Array.from({ length: 8 }, () => openLibrary(database.database, { schema, root: "/music" })),
    );
    expect(new Set(opened.map(({ id }) => id)).size).toBe(1);
  });
});

describe("a library", () => {
  it("is found again, with its root", async () => {
    const made = await openLibrary(database.database, { library: "vinyl", root: "/music/vinyl/" });
    expect(made).toMatchObject({ name: "vinyl", root: "/music/vinyl", schema: "library" });
    const again = await openLibrary(database.database, { library: "vinyl", create: false });
    expect(again).toMatchObject({ id: made.id, root: "/music/vinyl" });
    await openLibrary(database.database, { library: "vinyl", root: "/music/vinyl" });
  });

  it("of another root is refused, until it is said that it moved", async () => {
    await openLibrary(database.database, { library: "moved", root: "/old" });
    const options = { library: "moved", root: "/new" };
    await expect(openLibrary(database.database, options)).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("has the root /old, not /new"),
    });
    await setLibraryRoot(database.database, options);
    expect(await openLibrary(database.database, options)).toMatchObject({ root: "/new" });
  });

  it("whose root nobody has said yet takes the first one", async () => {
    expect(await openLibrary(database.database, { library: "later" })).toMatchObject({ root: null });
    await openLibrary(database.database, { library: "later", root: "/" });
    expect(await openLibrary(database.database, { library: "later" })).toMatchObject({ root: "/" });
  });

  it("that is not there is not made by who only reads", async () => {
    await open();
    await expect(openLibrary(database.database, { library: "absent", create: false })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    for (const change of [deleteLibrary, setLibraryRoot]) {
      await expect(change(database.database, { library: "absent", root: "/" })).rejects.toMatchObject({
        code: "NOT_FOUND",
      });
    }
  });

  it("knows its own files only, and goes with them", async () => {
    const [library, other] = [await open(), await open()];
    await library.batchInsertFiles(makeFiles(20));
    await other.batchInsertFiles(makeFiles(5));
    await library.batchDeleteFiles([pathOf(1)]);
    expect(await other.countFiles()).toBe(5);
    const listed = await listLibraries(database.database);
    expect(listed.find(({ name }) => name === library.name)).toMatchObject({
      files: 19,
      lastScannedAt: null,
    });
    await deleteLibrary(database.database, { library: library.name });
    expect((await listLibraries(database.database)).some(({ name }) => name === library.name)).toBe(false);
    expect(await other.countFiles()).toBe(5);
  });
});

describe("one file", () => {
  it("gets an id above 0, and is found by its path and hashes", async () => {
    const library = await open();
    const id = await library.addFile(makeFile(1));
    expect(id).toBeGreaterThan(0);
    const file = await library.findFileByPath(pathOf(1));
    expect(file).toMatchObject({ ...makeFile(1), id });
    expect(await library.findFileByMetadataHash(file?.metadataHash as string)).toEqual(file);
    expect(await library.findFileByContentHash(file?.contentHash as string)).toEqual(file);
    expect(await library.findFileByPath("absent")).toBeNull();
    expect(await library.findFileByMetadataHash("absent")).toBeNull();
    expect(await library.findFileByContentHash("absent")).toBeNull();
  });

  it("that is none, or there already, is an error", async () => {
    const library = await open();
    await expect(library.addFile(null as never)).rejects.toMatchObject({
      code: "USAGE",
      message: "file cannot be null",
    });
    await expect(library.addFile({ path: "", size: 1 })).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await library.addFile(makeFile(1));
    await expect(library.addFile(makeFile(1))).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(library.addFile(makeFile(2, { state: "x" as never }))).rejects.toMatchObject({
      code: "DATABASE",
    });
  });

  it("shares a hash with another one: both are found, but for what is inactive", async () => {
    const library = await open();
    const tags = { artist: "A", title: "T" };
    await library.batchInsertFiles([makeFile(1, tags), makeFile(2, tags), makeFile(3, tags)]);
    const hash = (await library.findFileByPath(pathOf(1)))?.metadataHash as string;
    expect(await library.listFilesByMetadataHash(hash)).toHaveLength(3);
    expect(await library.markInactive(pathOf(1))).toBe(true);
    expect(await library.markInactive(pathOf(1))).toBe(false);
    expect(await library.markInactive("absent")).toBe(false);
    expect((await library.listFilesByMetadataHash(hash)).map(({ path }) => path)).toEqual([
      pathOf(2),
      pathOf(3),
    ]);
    expect(await library.findFileByPath(pathOf(1))).toMatchObject({ isActive: false });
    expect(await library.fileExists(pathOf(1))).toBe(false);
    expect(await library.fileExists(pathOf(2))).toBe(true);
    expect([await library.countFiles(), await library.countFiles({ activeOnly: false })]).toEqual([2, 3]);
  });

  it("is changed, and deleted", async () => {
    const library = await open();
    await library.batchInsertFiles(makeFiles(2));
    const file = (await library.findFileByPath(pathOf(0))) as LibraryFileInput;
    expect(await library.updateFile({ ...file, title: "new" })).toBe(true);
    expect(await library.updateFile({ ...file, title: "new" })).toBe(false);
    expect((await library.findFileByPath(pathOf(0)))?.title).toBe("new");
    const cases: [LibraryFileInput, string][] = [
      [{ ...file, id: null }, "INVALID_INPUT"],
      [{ ...file, id: 1_000_000_000 }, "NOT_FOUND"],
      [{ ...file, path: pathOf(1) }, "CONFLICT"],
      [{ ...file, size: -1 }, "INVALID_INPUT"],
    ];
    for (const [input, code] of cases)
      await expect(library.updateFile(input)).rejects.toMatchObject({ code });
    expect(await library.deleteFile(pathOf(0))).toBe(true);
    expect(await library.deleteFile(pathOf(0))).toBe(false);
    expect(await library.fileExists(pathOf(0))).toBe(false);
  });
});

describe("searching by artist and title", () => {
  let library: Library;
  beforeAll(async () => {
    library = await open();
    await library.batchInsertFiles([
      makeFile(1, { artist: "Artist A", title: "One" }),
      makeFile(2, { artist: "Artist A", title: "One (Radio Edit)" }),
      makeFile(3, { artist: "Artist B", title: "One" }),
      makeFile(4, { artist: "Beyonce\u0301", title: "Halo" }),
      makeFile(5, { artist: "ÉTOILE 100%", title: "_" }),
    ]);
  });

  it.each([
    [{ artist: "Artist A" }, [1, 2]],
    [{ artist: "ARTIST a " }, [1, 2]],
    [{ artist: "artist a", title: "one" }, [1]],
    [{ artist: "artist a", title: "one (radio edit)" }, [2]],
    [{ title: "ONE" }, [1, 3]],
    [{ artist: "beyonc\u00e9" }, [4]],
    [{ artist: "étoile 100%", title: "_" }, [5]],
    [{ artist: "Artist" }, []],
  ])("%j", async (query, found) => {
    const files = await library.searchByArtistTitle(query);
    expect(files.map(({ path }) => path)).toEqual(found.map(pathOf));
  });

  it("for nothing is refused", async () => {
    await expect(library.searchByArtistTitle({ artist: " " })).rejects.toMatchObject({ code: "USAGE" });
  });
});

describe("lists", () => {
  it("files as they were at the beginning, each once, whatever moves meanwhile", async () => {
    const library = await open();
    await library.batchInsertFiles(makeFiles(2500));
    const [before, after]: [string[], string[]] = [[], []];
    for await (const { path } of library.listFiles()) before.push(path);
    const move = async (from: string | undefined, path: string): Promise<void> => {
      const file = (await library.findFileByPath(from as string)) as LibraryFileInput;
      expect(await library.updateFile({ ...file, path })).toBe(true);
    };
    for await (const { path } of library.listFiles()) {
      after.push(path);
      if (after.length > 1) continue;
      await move(before[0], "zzz");
      await move(before.at(-1), "0");
      await library.deleteFile(before[2000] as string);
    }
    expect(after).toEqual(before);
  });

  it("and leaves no connection behind when the loop is left", async () => {
    const library = await open();
    await library.batchInsertFiles(makeFiles(20));
    for (let index = 0; index < 10; index++) {
      for await (const { path } of library.listFiles()) {
        expect(path).toBe(pathOf(0));
        break;
      }
    }
    expect(await library.countFiles()).toBe(20);
  });

  it("all files in the order of their bytes, active or all", async () => {
    const library = await open();
    const odd = ["Z", "a", "B", "é", "\u{1f600}", "\ufffd"].map((path) => ({ path, size: 1 }));
    await library.batchInsertFiles([...makeFiles(2300), ...odd]);
    await library.markInactive("B");
    const all: string[] = [];
    for await (const { path } of library.listFiles({ activeOnly: false })) all.push(path);
    const sorted = [...all].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(all).toEqual(sorted);
    expect(all).toHaveLength(2306);
    const active: string[] = [];
    for await (const { path } of library.listFiles()) active.push(path);
    expect(active).toEqual(all.filter((path) => path !== "B"));
  });

  it("what is known below a folder, and not beside it", async () => {
    const library = await open();
    const paths = ["a/1", "a/b/2", "a-b/3", "a", "ab/4", "a0", "a.b/5"];
    await library.batchInsertFiles(paths.map((path) => ({ path, size: 7, mtimeNs: 5n, inode: "1:2" })));
    await library.markInactive("a/1");
    const known = [];
    for await (const file of library.listKnown("a")) known.push(file);
    expect(known).toMatchObject([
      { path: "a/1", size: 7, mtimeNs: 5n, inode: "1:2", state: "present", isActive: false },
      { path: "a/b/2", isActive: true },
    ]);
    let all = 0;
    for await (const _file of library.listKnown()) all += 1;
    expect(all).toBe(paths.length);
  });
});

describe("in numbers", () => {
  it("files, artists, formats", async () => {
    const library = await open();
    expect(await library.getStatistics()).toMatchObject({
      files: 0,
      bytes: 0,
      formats: {},
      lastScannedAt: null,
    });
    await library.batchInsertFiles([
      { path: "1.mp3", size: 10, artist: "A", album: "X", duration: 2 },
      { path: "2.mp3", size: 20, artist: "A", album: "Y", duration: 3.5 },
      { path: "3.flac", size: 30, artist: "B", album: "X" },
      { path: "4.ogg", size: 40 },
    ]);
    await library.markInactive("4.ogg");
    const numbers = {
      files: 3,
      inactive: 1,
      missing: 0,
      bytes: 60,
      seconds: 5.5,
      formats: { mp3: 2, flac: 1 },
      artists: 2,
      albums: 3,
    };
    expect(await library.getStatistics()).toEqual({ ...numbers, lastScannedAt: null, lastScanMs: null });
    const saved = await library.saveStatistics({ scanMs: 12.5 });
    expect(saved).toMatchObject({ ...numbers, lastScanMs: 12.5 });
    expect(await library.saveStatistics()).toEqual(saved);
    expect(
      await database.value("select count(*)::int from library.library_stats where library_id = $1", [
        library.id,
      ]),
    ).toBe(2);
  });

  it("checks of folders, the newest first", async () => {
    const library = await open();
    const vetting = { totalFiles: 100, duplicates: 25, newFiles: 70, uncertain: 5, threshold: 0.8 };
    for (let index = 0; index < 12; index++) {
      const id = await library.saveVetting({ ...vetting, importFolder: `/in/${index}` });
      expect(id).toBeGreaterThan(0);
    }
    const listed = await library.listVettings();
    expect(listed).toHaveLength(10);
    expect(listed[0]).toMatchObject({ ...vetting, importFolder: "/in/11" });
    expect(await library.listVettings({ limit: 1 })).toHaveLength(1);
    for (const limit of [0, 1001, 1.5]) {
      await expect(library.listVettings({ limit })).rejects.toMatchObject({ code: "USAGE" });
    }
  });
});

describe("numbers and checks, when the server refuses for a moment", () => {
  const failTwice = async (table: string): Promise<void> => {
    await database.rows(`create sequence library.tries_of_${table}`);
    // A sequence keeps its count when the transaction is rolled back.
    await database.rows(`
      create function library.fail_twice_${table}() returns trigger language plpgsql as $$ begin
        if nextval('library.tries_of_${table}') <= 2 then raise exception 'busy' using errcode = '40001'; end if;
        return new;
      end $$`);
    await database.rows(`
      create trigger fail_twice after insert on library.${table}
      for each row execute function library.fail_twice_${table}()`);
  };
  const tries = (table: string): Promise<unknown> =>
    database.value(`select last_value::int from library.tries_of_${table}`);
  const stored = (table: string, library: Library): Promise<unknown> =>
    database.value(`select count(*)::int from library.${table} where library_id = $1`, [library.id]);

  it("are stored at the third attempt, once", async () => {
    const library = await open();
    for (const table of ["vetting", "library_stats"]) await failTwice(table);
    const numbers = { totalFiles: 1, duplicates: 0, newFiles: 1, uncertain: 0, threshold: 0.8 };
    expect(await library.saveVetting({ ...numbers, importFolder: "/in" })).toBeGreaterThan(0);
    expect(await library.saveStatistics({ scanMs: 5 })).toMatchObject({ lastScanMs: 5 });
    for (const table of ["vetting", "library_stats"]) {
      expect([await tries(table), await stored(table, library)]).toEqual([3, 1]);
    }
  });
});

describe("groups of files with a hash in common", () => {
  it("two and more active ones, each group once", async () => {
    const library = await open();
    const files = makeFiles(1200).map((file, index) => ({
      ...file,
      title: `Song ${index % 600}`,
      artist: "A",
      contentHash: index < 3 ? "same" : null,
    }));
    await library.batchInsertFiles(files);
    await library.batchMarkInactive([pathOf(600)]);
    const byTags: number[] = [];
    for await (const group of library.listGroups({ by: "metadata" })) byTags.push(group.length);
    expect(byTags).toEqual(Array.from({ length: 599 }, () => 2));
    const byContent: string[][] = [];
    for await (const group of library.listGroups({ by: "content" }))
      byContent.push(group.map(({ path }) => path));
    expect(byContent).toEqual([[pathOf(0), pathOf(1), pathOf(2)]]);
  });
});

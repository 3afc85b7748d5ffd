// Many files at once: all that can go in does, and each one that cannot is named.

import { beforeAll, describe, expect, it } from "vitest";
import { type Library, type LibraryFileInput, openLibrary } from "../../../src/library/index.ts";
import { useDatabase } from "../../support/database.ts";
import { makeFile, makeFiles } from "./support.ts";

const database = useDatabase({ empty: true });

let count = 0;
/** A library of its own, in a schema whose name needs quotes. */
const open = (): Promise<Library> =>
  openLibrary(database.database, { schema: 'my "library"', library: `library ${++count}` });

beforeAll(async () => {
  await open();
});

const pathOf = (index: number): string => makeFile(index).path;

/** As JavaScript callers do it. */
const nothing = [null, undefined, []] as unknown as never[][];

describe("nothing at all", () => {
  it.each(nothing)("%j is an error", async (items) => {
    const library = await open();
    const files = { code: "USAGE", message: "files cannot be null or empty" };
    const paths = { code: "USAGE", message: "paths cannot be null or empty" };
    await expect(library.batchInsertFiles(items)).rejects.toMatchObject(files);
    await expect(library.batchUpdateFiles(items)).rejects.toMatchObject(files);
    await expect(library.batchDeleteFiles(items)).rejects.toMatchObject(paths);
    await expect(library.batchMarkInactive(items)).rejects.toMatchObject(paths);
    await expect(library.batchGetFilesByPaths(items)).rejects.toMatchObject(paths);
    await expect(library.batchGetFilesByHashes(items)).rejects.toMatchObject({ code: "USAGE" });
  });
});

describe("batch sizes", () => {
  it.each([0, -5, 1, 3, 9999, Number.POSITIVE_INFINITY])("%d is clamped", async (batchSize) => {
    const library = await open();
    const done = { read: 7, changed: 7, unchanged: 0, failures: [] };
    expect(await library.batchInsertFiles(makeFiles(7), { batchSize })).toEqual(done);
    const paths = makeFiles(7).map(({ path }) => path);
    const found = await library.batchGetFilesByPaths(paths, { batchSize });
    const later = [...found.values()].map((file) => ({ ...file, title: "other" }) as LibraryFileInput);
    expect(await library.batchUpdateFiles(later, { batchSize })).toEqual(done);
    expect(await library.batchMarkInactive(paths, { batchSize })).toEqual(done);
    expect(await library.batchDeleteFiles(paths, { batchSize })).toEqual(done);
  });

  it("what is no number is refused", async () => {
    const library = await open();
    await expect(library.batchInsertFiles(makeFiles(1), { batchSize: Number.NaN })).rejects.toMatchObject({
      code: "USAGE",
    });
  });
});

describe("inserting", () => {
  it("1,000 files are 1,000 rows, and come back as they went in", async () => {
    const library = await open();
    const report = await library.batchInsertFiles(makeFiles(1000));
    expect(report).toEqual({ read: 1000, changed: 1000, unchanged: 0, failures: [] });
    expect(await library.countFiles()).toBe(1000);
    const file = await library.findFileByPath(pathOf(123));
    expect(file).toMatchObject({ ...makeFile(123), filename: "song 123.mp3", format: "mp3", kind: "audio" });
    expect(file).toMatchObject({ isActive: true, state: "present", isHashOfName: false, warnings: [] });
    expect(file?.indexedAt).toBeInstanceOf(Date);
  });

  it("a path that stands twice in the middle: 999 rows and one failure", async () => {
    const library = await open();
    const files = makeFiles(1000);
    files[500] = makeFile(499, { title: "again" });
    const report = await library.batchInsertFiles(files);
    expect(report).toMatchObject({ read: 1000, changed: 999, unchanged: 0 });
    expect(report.failures).toEqual([
      {
        index: 500,
        path: pathOf(499),
        code: "duplicate_path",
        message: `${pathOf(499)} stands in the input already, at 499.`,
      },
    ]);
    expect(await library.countFiles()).toBe(999);
    expect((await library.findFileByPath(pathOf(499)))?.title).toBe("Song 499");
  });

  it.each([5, 50, 5000])("paths that are there already, among %d, are named", async (size) => {
    const library = await open();
    await library.batchInsertFiles([makeFile(2), makeFile(4)]);
    const report = await library.batchInsertFiles(makeFiles(size));
    expect(report).toMatchObject({ read: size, changed: size - 2 });
    expect(report.failures.map(({ index, path, code }) => [index, path, code])).toEqual([
      [2, pathOf(2), "duplicate_path"],
      [4, pathOf(4), "duplicate_path"],
    ]);
    expect(await library.countFiles()).toBe(size);
  });

  it("every file that cannot be stored is named, with why, and the others go in", async () => {
    const library = await open();
    await library.addFile(makeFile(7));
    const files = makeFiles(1200);
    files[3] = makeFile(3, { size: -1 });
    files[4] = makeFile(4, { path: "../outside.mp3" });
    files[5] = null as never;
    files[600] = makeFile(600, { artist: "nul\0" });
    files[601] = makeFile(601, { tags: { text: "\ud800" } });
    files[602] = makeFile(602, { isrc: 5 as never });
    files[603] = makeFile(603, { artist: 5 as never });
    files[900] = makeFile(900, { state: "lost" as never });
    files[901] = makeFile(901, { kind: "video" as never });
    const report = await library.batchInsertFiles(files, { batchSize: 100 });
    expect(report.failures.map(({ index, path, code }) => [index, path, code])).toEqual([
      [3, pathOf(3), "invalid_file"],
      [4, "../outside.mp3", "invalid_file"],
      [5, "", "invalid_file"],
      [7, pathOf(7), "duplicate_path"],
      [600, pathOf(600), "nul_character"],
      [601, pathOf(601), "lone_surrogate"],
      [602, pathOf(602), "wrong_type"],
      [603, pathOf(603), "invalid_file"],
      [900, pathOf(900), "check_violation"],
      [901, pathOf(901), "check_violation"],
    ]);
    for (const { message } of report.failures) expect(message).not.toBe("");
    expect(report).toMatchObject({ read: 1200, changed: 1190 });
    expect(await library.countFiles()).toBe(1191);
  });

  it("what other programs leave out is no reason: no time of change, no hash of the content", async () => {
    const library = await open();
    const bare = { path: "bare", size: 0 };
    expect(await library.batchInsertFiles([bare])).toMatchObject({ changed: 1 });
    expect(await library.findFileByPath("bare")).toMatchObject({
      format: "",
      mtimeNs: null,
      contentHash: null,
      artist: null,
      isHashOfName: true,
    });
  });

  it("years and durations that cannot be are left out, with a warning", async () => {
    const library = await open();
    await library.batchInsertFiles([makeFile(1, { year: 1800, duration: -1 }), makeFile(2, { year: 2101 })]);
    expect(await library.findFileByPath(pathOf(1))).toMatchObject({
      year: null,
      duration: null,
      warnings: ["year 1800 is left out", "duration -1 is left out"],
    });
    expect(await library.findFileByPath(pathOf(2))).toMatchObject({ year: null });
  });

  it("tags come back as they were, whatever JSON can say", async () => {
    const library = await open();
    const tags = {
      genre: ["Jazz", "Blues \u2028"],
      "a.b": { c: [null, true, 1.5, -0.25, 1e21] },
      "": "\\u0000",
    };
    await library.batchInsertFiles([makeFile(1, { tags })]);
    expect((await library.findFileByPath(pathOf(1)))?.tags).toEqual(tags);
    await library.addFile(makeFile(2, { tags }));
    expect((await library.findFileByPath(pathOf(2)))?.tags).toEqual(tags);
  });

  it("paths that are no UTF-8, and the longest that a disk takes", async () => {
    const library = await open();
    const long = Array.from({ length: 16 }, (_, part) => String.fromCodePoint(0x4e00 + part).repeat(80)).join(
      "/",
    );
    const paths = ["caf\\xe9/a.mp3", "back\\\\slash.mp3", "new\nline\ttab.mp3", "😀/é.mp3", long];
    const report = await library.batchInsertFiles(paths.map((path) => ({ path, size: 1 })));
    expect(report).toMatchObject({ changed: 5, failures: [] });
    const found = await library.batchGetFilesByPaths(paths);
    expect([...found.values()].map((file) => file?.path)).toEqual(paths);
  });

  it("tags longer than a row of an index can be", async () => {
    const library = await open();
    const long = Array.from({ length: 9000 }, (_, index) =>
      String.fromCodePoint(0x4e00 + ((index * 7919) % 20_000)),
    );
    const text = long.join("");
    const file = makeFile(1, { artist: text, title: text, album: text });
    expect(await library.batchInsertFiles([file])).toMatchObject({ changed: 1, failures: [] });
    expect(await library.searchByArtistTitle({ artist: text })).toHaveLength(1);
  });

  it("nothing is changed when it is cancelled", async () => {
    const library = await open();
    const signal = AbortSignal.abort();
    await expect(library.batchInsertFiles(makeFiles(300), { signal })).rejects.toMatchObject({
      code: "CANCELLED",
    });
    await expect(library.batchDeleteFiles(["a"], { signal })).rejects.toMatchObject({ code: "CANCELLED" });
    expect(await library.countFiles()).toBe(0);
  });
});

describe("updating", () => {
  const stored = async (library: Library, size: number): Promise<LibraryFileInput[]> => {
    await library.batchInsertFiles(makeFiles(size));
    const found = await library.batchGetFilesByPaths(makeFiles(size).map(({ path }) => path));
    return [...found.values()] as LibraryFileInput[];
  };

  it("writes all columns of those that differ", async () => {
    const library = await open();
    const files = await stored(library, 1000);
    const changed = files.map((file, index) =>
      index % 2 === 0 ? file : { ...file, title: "new", year: null },
    );
    expect(await library.batchUpdateFiles(changed)).toEqual({
      read: 1000,
      changed: 500,
      unchanged: 500,
      failures: [],
    });
    const [first, second] = [
      await library.findFileByPath(pathOf(0)),
      await library.findFileByPath(pathOf(1)),
    ];
    expect(first).toEqual(files[0]);
    expect(second).toEqual({ ...files[1], title: "new", year: null });
  });

  it("files without an id, with one that is not there, and twice the same are named; the others are updated", async () => {
    const library = await open();
    const other = await open();
    const theirs = await other.addFile(makeFile(0));
    const files = (await stored(library, 6)).map((file) => ({ ...file, album: "new" }));
    const broken = files.map((file, index) => {
      if (index === 1) return { ...file, id: null };
      if (index === 2) return { ...file, id: 1_000_000_000 };
      if (index === 3) return { ...file, id: theirs };
      if (index === 4) return { ...file, id: files[5]?.id ?? null };
      return file;
    });
    const report = await library.batchUpdateFiles(broken);
    expect(report.failures.map(({ index, code }) => [index, code])).toEqual([
      [1, "no_id"],
      [2, "not_found"],
      [3, "not_found"],
      [4, "duplicate_id"],
    ]);
    expect(report).toMatchObject({ read: 6, changed: 2, unchanged: 0 });
    expect((await other.findFileByPath(pathOf(0)))?.album).toBe("Album 0");
  });

  it("any number of files may fail, and all of them are named", async () => {
    const library = await open();
    const id = await library.addFile(makeFile(0));
    const absent = Array.from({ length: 150_000 }, (_, index) => ({
      path: `${index}`,
      size: 1,
      id: 1_000_000_000 + index,
    }));
    const report = await library.batchUpdateFiles([{ ...makeFile(0), id, title: "new" }, ...absent]);
    expect(report).toMatchObject({ read: 150_001, changed: 1, unchanged: 0 });
    expect(report.failures).toHaveLength(150_000);
  });

  it("a path that another file has is a failure", async () => {
    const library = await open();
    const files = await stored(library, 300);
    files[200] = { ...(files[200] as LibraryFileInput), path: pathOf(5) };
    files[201] = { ...(files[201] as LibraryFileInput), title: "new" };
    files[202] = { ...(files[202] as LibraryFileInput), state: "lost" as never };
    const report = await library.batchUpdateFiles(files);
    expect(report).toMatchObject({ changed: 1, unchanged: 297 });
    expect(report.failures.map(({ index, path, code }) => [index, path, code])).toEqual([
      [200, pathOf(5), "duplicate_path"],
      [202, pathOf(202), "check_violation"],
    ]);
  });

  it("keeps the time at which it was indexed, unless another one is given", async () => {
    const library = await open();
    const [file] = await stored(library, 1);
    const later = { ...(file as LibraryFileInput), title: "new", indexedAt: null };
    expect(await library.batchUpdateFiles([later])).toMatchObject({ changed: 1, failures: [] });
    expect(await library.updateFile({ ...later, title: "newer" })).toBe(true);
    expect((await library.findFileByPath(pathOf(0)))?.indexedAt).toEqual(file?.indexedAt);
    const indexedAt = new Date("2001-02-03T04:05:06.789Z");
    await library.batchUpdateFiles([{ ...(file as LibraryFileInput), indexedAt }]);
    expect((await library.findFileByPath(pathOf(0)))?.indexedAt).toEqual(indexedAt);
  });
});

describe("deleting and marking", () => {
  it("paths that are not there are named, the others are deleted", async () => {
    const library = await open();
    await library.batchInsertFiles(makeFiles(10));
    const report = await library.batchDeleteFiles([pathOf(1), "absent", pathOf(2), pathOf(1), "nul\0"]);
    expect(report.failures.map(({ index, path, code }) => [index, path, code])).toEqual([
      [1, "absent", "not_found"],
      [3, pathOf(1), "duplicate_path"],
      [4, "nul\0", "not_found"],
    ]);
    expect(report).toMatchObject({ read: 5, changed: 2, unchanged: 0 });
    expect(await library.countFiles()).toBe(8);
  });

  it("files that are inactive already are not counted as changed", async () => {
    const library = await open();
    await library.batchInsertFiles(makeFiles(10));
    await library.markInactive(pathOf(3));
    const report = await library.batchMarkInactive([pathOf(3), pathOf(4), "absent", pathOf(4)]);
    expect(report).toMatchObject({ read: 4, changed: 1, unchanged: 2 });
    expect(report.failures).toMatchObject([{ index: 2, path: "absent", code: "not_found" }]);
    expect(await library.countFiles()).toBe(8);
    expect(await library.countFiles({ activeOnly: false })).toBe(10);
    expect(await library.findFileByPath(pathOf(4))).toMatchObject({ isActive: false });
  });

  it("a row that the server will not let go is named", async () => {
    const library = await open();
    await library.batchInsertFiles(makeFiles(300));
    const file = await library.findFileByPath(pathOf(150));
    await database.rows(`create table public.playlist (file_id bigint references "my ""library""".file)`);
    await database.rows("insert into public.playlist values ($1)", [file?.id]);
    const report = await library.batchDeleteFiles(makeFiles(300).map(({ path }) => path));
    expect(report).toMatchObject({ read: 300, changed: 299 });
    expect(report.failures).toMatchObject([{ index: 150, path: pathOf(150), code: "foreign_key_violation" }]);
    await database.rows("drop table public.playlist");
  });
});

describe("looking up", () => {
  it("2,500 paths, active or not, in their order", async () => {
    const library = await open();
    await library.batchInsertFiles(makeFiles(2000));
    await library.batchMarkInactive([pathOf(7)]);
    const paths = makeFiles(2500).map(({ path }) => path);
    const found = await library.batchGetFilesByPaths([...paths, paths[0] as string]);
    expect([...found.keys()]).toEqual(paths);
    const titles = [...found.values()].map((file) => file?.title ?? null);
    expect(titles).toEqual(makeFiles(2500).map(({ title }, index) => (index < 2000 ? title : null)));
    expect(found.get(pathOf(7))).toMatchObject({ isActive: false });
  });

  it("a failure of the database is an error, and never 'not there'", async () => {
    const library = await openLibrary(database.database, { schema: "gone" });
    await library.batchInsertFiles(makeFiles(3));
    await database.rows("alter table gone.file rename to elsewhere");
    await expect(library.batchGetFilesByPaths([pathOf(0)])).rejects.toMatchObject({ code: "DATABASE" });
    await expect(library.batchGetFilesByHashes(["x"])).rejects.toMatchObject({ code: "DATABASE" });
    await expect(library.batchInsertFiles(makeFiles(2))).rejects.toMatchObject({ code: expect.any(String) });
  });

  it("hashes: active files only, each once however often a hash is asked for", async () => {
    const library = await open();
    const twins = makeFiles(1500).map((file, index) => ({
      ...file,
      title: `Song ${index % 500}`,
      artist: "A",
    }));
    await library.batchInsertFiles(twins);
    await library.batchMarkInactive([pathOf(500)]);
    const file = await library.findFileByPath(pathOf(0));
    const hash = file?.metadataHash as string;
    const others = Array.from({ length: 600 }, (_, index) => `none ${index}`);
    const found = await library.batchGetFilesByHashes([hash, ...others, hash], "metadata");
    expect(found.size).toBe(601);
    expect(found.get(hash)?.map(({ path }) => path)).toEqual([pathOf(0), pathOf(1000)]);
    expect(found.get("none 5")).toEqual([]);
    const content = await library.batchGetFilesByHashes([file?.contentHash as string], "content");
    expect([...content.values()]).toEqual([[file]]);
    expect(await library.batchGetFilesByHashes(["x"], "audio")).toEqual(new Map([["x", []]]));
    expect(await library.batchGetFilesByHashes(["x"], "full")).toEqual(new Map([["x", []]]));
  });

  it("a hash of another kind is refused", async () => {
    const library = await open();
    await expect(library.batchGetFilesByHashes(["x"], "md5" as never)).rejects.toMatchObject({
      code: "USAGE",
      message: "hash_type must be 'metadata', 'content', 'audio' or 'full', got md5",
    });
  });

  it("keys that no row can have are not there", async () => {
    const library = await open();
    await library.batchInsertFiles([{ path: "\ufffd", size: 1 }]);
    const found = await library.batchGetFilesByPaths(["\ud800", "nul\0"]);
    expect([...found.values()]).toEqual([null, null]);
  });
});

describe("a batch operation", () => {
  it("writes when it is done", async () => {
    const library = await open();
    const inserted = await library.batchOperation("insert", async ({ add }) => {
      for (const file of makeFiles(5)) add(file);
      expect(await library.countFiles()).toBe(0);
    });
    expect(inserted).toMatchObject({ read: 5, changed: 5 });
    const file = (await library.findFileByPath(pathOf(0))) as LibraryFileInput;
    const updated = await library.batchOperation("update", ({ add }) => add({ ...file, title: "new" }));
    expect(updated).toMatchObject({ changed: 1 });
    const deleted = await library.batchOperation("delete", ({ add }) => add(pathOf(1)));
    expect(deleted).toMatchObject({ changed: 1 });
    expect(await library.countFiles()).toBe(4);
  });

  it("writes nothing when its work fails", async () => {
    const library = await open();
    const work = library.batchOperation("insert", ({ add }) => {
      add(makeFile(1));
      throw new RangeError("stop");
    });
    await expect(work).rejects.toThrow(RangeError);
    expect(await library.countFiles()).toBe(0);
  });

  it("of nothing is an empty report; of an unknown kind it is an error before any work", async () => {
    const library = await open();
    const empty = { read: 0, changed: 0, unchanged: 0, failures: [] };
    expect(await library.batchOperation("delete", () => undefined)).toEqual(empty);
    let worked = false;
    const unknown = library.batchOperation("upsert" as never, () => {
      worked = true;
    });
    await expect(unknown).rejects.toMatchObject({ code: "USAGE" });
    expect(worked).toBe(false);
  });
});

it("a value of another kind costs its own row, no other", async () => {
  const library = await open();
  const odd = [{ track: null }, { warnings: 5 }, { bitrate: 5n }, { year: Symbol("y") }];
  const files = [
    makeFile(0),
    ...odd.map((more, index) => ({ ...makeFile(index + 1), ...more })),
    makeFile(9),
  ];
  const { changed, failures } = await library.batchInsertFiles(files as unknown as LibraryFileInput[]);
  // No track is no track.
  expect(changed).toBe(3);
  expect(failures.map(({ index, code }) => [index, code])).toEqual([
    [2, "invalid_file"],
    [3, "invalid_file"],
    [4, "invalid_file"],
  ]);
});

it("a path that is too long for the index is told as such, and one that leads out of the library is refused", async () => {
  const library = await open();
  let seed = 1;
  const random = Array.from({ length: 3000 }, () => {
    seed = (seed * 48271) % 2147483647;
    return String.fromCharCode(33 + (seed % 90)).replace(/[/\\.]/, "x");
  }).join("");
  const { failures } = await library.batchInsertFiles([
    makeFile(0, { path: random }),
    makeFile(1, { path: "\\x2e\\x2e/passwd" }),
    makeFile(2, { path: "\\x61.wav" }),
  ]);
  expect(failures.map(({ code }) => code)).toEqual([
    "program_limit_exceeded",
    "invalid_file",
    "invalid_file",
  ]);
});

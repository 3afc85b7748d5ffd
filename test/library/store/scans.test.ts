// What scans write: all in one transaction, one scan at a time; and many writers at once.

import { spawn } from "node:child_process";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type Library, type LibraryFile, makeLibraryFile, openLibrary } from "../../../src/library/index.ts";
import { useDatabase } from "../../support/database.ts";
import { makeFile, makeFiles } from "./support.ts";

const database = useDatabase({ empty: true });

let count = 0;
/** A library of its own. */
const open = (): Promise<Library> => openLibrary(database.database, { library: `library ${++count}` });

const pathOf = (index: number): string => makeFile(index).path;

async function stored(library: Library, size: number): Promise<LibraryFile[]> {
  await library.batchInsertFiles(makeFiles(size));
  const found = await library.batchGetFilesByPaths(makeFiles(size).map(({ path }) => path));
  return [...found.values()] as LibraryFile[];
}

const child = fileURLToPath(new URL("./writerChild.ts", import.meta.url));

/** Rows that the process inserted. */
async function run(args: readonly string[]): Promise<number> {
  const running = spawn(process.execPath, ["--import", "tsx", child, database.dsn, ...args]);
  const [said, complained]: [string[], string[]] = [[], []];
  running.stdout.on("data", (text: Buffer) => said.push(text.toString()));
  running.stderr.on("data", (text: Buffer) => complained.push(text.toString()));
  const code = await new Promise((resolve) => running.on("close", resolve));
  expect(code, complained.join("")).toBe(0);
  return Number(said.join(""));
}

const idOf = (file: LibraryFile | undefined): number => file?.id as number;

describe("what a scan found", () => {
  it("of nothing is nothing", async () => {
    const library = await open();
    expect(await library.applyScan({})).toEqual({
      inserted: 0,
      updated: 0,
      unchanged: 0,
      moved: 0,
      reactivated: 0,
      missing: 0,
      verified: 0,
      asBefore: [],
      failures: [],
    });
  });

  it("is written together", async () => {
    const library = await open();
    const files = await stored(library, 10);
    const at = (index: number): LibraryFile => files[index] as LibraryFile;
    const report = await library.applyScan({
      insert: [makeLibraryFile(makeFile(20)), makeLibraryFile(makeFile(21))],
      update: [{ ...at(0), title: "new" }, at(1)],
      move: [{ id: idOf(at(2)), file: { ...at(2), id: null, path: "moved/2.mp3" } }],
      missing: [idOf(at(3)), idOf(at(4))],
      verified: [idOf(at(5))],
    });
    expect(report).toEqual({
      inserted: 2,
      updated: 1,
      unchanged: 1,
      moved: 1,
      reactivated: 0,
      missing: 2,
      verified: 1,
      asBefore: [],
      failures: [],
    });
    expect(await library.findFileByPath("moved/2.mp3")).toMatchObject({ id: idOf(at(2)) });
    expect(await library.findFileByPath(pathOf(2))).toBeNull();
    const missing = await library.findFileByPath(pathOf(3));
    expect(missing).toMatchObject({ isActive: false, state: "missing" });
    expect(missing?.missingSince).toBeInstanceOf(Date);
    expect((await library.findFileByPath(pathOf(5)))?.lastVerified).toBeInstanceOf(Date);
    const back = await library.applyScan({ reactivate: [idOf(at(3)), idOf(at(6))], missing: [idOf(at(4))] });
    expect(back).toMatchObject({ reactivated: 1, missing: 0, asBefore: [idOf(at(6)), idOf(at(4))] });
    // An update of one that was missing brings it back, too.
    expect(await library.applyScan({ update: [{ ...at(4), title: "back" }, at(7)] })).toMatchObject({
      updated: 1,
      reactivated: 1,
    });
    expect(await library.findFileByPath(pathOf(3))).toMatchObject({
      isActive: true,
      state: "present",
      missingSince: null,
    });
  });

  it("files that changed places, or moved one after the other", async () => {
    const library = await open();
    const files = await stored(library, 4);
    const move = [1, 0, 3].map((to, from) => ({
      id: idOf(files[from]),
      file: { ...(files[from] as LibraryFile), path: pathOf(to) },
    }));
    // The fourth goes where the third was.
    move.push({ id: idOf(files[3]), file: { ...(files[3] as LibraryFile), path: pathOf(2) } });
    expect(await library.applyScan({ move })).toMatchObject({ moved: 4, failures: [] });
    const ids = await Promise.all(
      [0, 1, 2, 3].map(async (index) => idOf((await library.findFileByPath(pathOf(index))) ?? undefined)),
    );
    expect(ids).toEqual([1, 0, 3, 2].map((index) => idOf(files[index])));
  });

  it("what cannot be written is named, with its list, and the rest is written", async () => {
    const library = await open();
    const files = await stored(library, 4);
    const at = (index: number): LibraryFile => files[index] as LibraryFile;
    const report = await library.applyScan({
      insert: [makeLibraryFile(makeFile(30)), makeLibraryFile(makeFile(3)), makeLibraryFile(makeFile(30))],
      update: [
        { ...at(0), id: 1_000_000_000 },
        { ...at(1), album: "new" },
      ],
      move: [
        { id: idOf(at(2)), file: { ...at(2), path: pathOf(3) } },
        { id: 1_000_000_000, file: { ...at(2), path: "elsewhere" } },
      ],
    });
    expect(report).toMatchObject({ inserted: 1, updated: 1, moved: 0 });
    expect(report.failures.map(({ change, index, code }) => [change, index, code])).toEqual([
      ["insert", 1, "duplicate_path"],
      ["insert", 2, "duplicate_path"],
      ["update", 0, "not_found"],
      ["move", 0, "duplicate_path"],
      ["move", 1, "not_found"],
    ]);
    expect(await library.findFileByPath(pathOf(2))).toMatchObject({ id: idOf(at(2)) });
  });
});

describe("the lock of scans", () => {
  it("lets one scan in after the other, and tells the second one", async () => {
    const library = await open();
    const said: string[] = [];
    const log = { notice: (message: string) => void said.push(message) };
    const order: string[] = [];
    const first = library.withScanLock(async () => {
      order.push("first begins");
      await setTimeout(300);
      order.push("first ends");
    });
    await setTimeout(100);
    const second = library.withScanLock(async () => void order.push("second"), { log });
    await Promise.all([first, second]);
    expect(order).toEqual(["first begins", "first ends", "second"]);
    expect(said).toEqual([
      expect.stringMatching(
        /^Another scan of the library ".+" is running \(pid \d+, copycat, for \d+ s\); waiting for it to end\.$/,
      ),
    ]);
    const other = await open();
    expect(await library.withScanLock(() => other.withScanLock(async () => "both"))).toBe("both");
  });

  it("is let go when the work fails, and can be waited for no longer than wanted", async () => {
    const library = await open();
    await expect(library.withScanLock(() => Promise.reject(new RangeError("x")))).rejects.toThrow(RangeError);
    await library.withScanLock(async () => {
      const signal = AbortSignal.timeout(200);
      await expect(library.withScanLock(async () => 1, { signal })).rejects.toMatchObject({
        code: "CANCELLED",
      });
    });
    expect(await library.withScanLock(async () => 2)).toBe(2);
  });
});

describe("what passes by itself", () => {
  it("is tried again: nothing is lost, nothing is there twice", async () => {
    const library = await openLibrary(database.database, { schema: "flaky" });
    await stored(library, 300);
    // What a sequence gave stays given when a transaction is rolled back.
    await database.rows(`
      create sequence flaky.tries;
      create function flaky.fail() returns trigger language plpgsql as $$ begin
        if nextval('flaky.tries') <= 2 then raise exception 'busy' using errcode = '40001'; end if;
        return null;
      end $$;
      create trigger fail after insert or update or delete on flaky.file
        for each statement execute function flaky.fail()`);
    const again = () => database.rows("select setval('flaky.tries', 1, false)");
    const paths = makeFiles(300).map(({ path }) => path);
    expect(await library.batchInsertFiles(makeFiles(300, 200))).toMatchObject({ changed: 200 });
    await again();
    expect(await library.batchMarkInactive(paths)).toMatchObject({ changed: 300, failures: [] });
    await again();
    expect(await library.batchDeleteFiles(paths)).toMatchObject({ changed: 300, failures: [] });
    await again();
    expect(await library.applyScan({ insert: [makeLibraryFile(makeFile(900))] })).toMatchObject({
      inserted: 1,
    });
    expect(await library.countFiles({ activeOnly: false })).toBe(201);
  });
});

describe("8 writers at once", () => {
  it("of the same files in other orders: each file is in once", async () => {
    const name = (await open()).name;
    const writers = await Promise.all(
      Array.from({ length: 8 }, () => openLibrary(database.database, { library: name })),
    );
    const reports = await Promise.all(
      writers.map((library, writer) => {
        const files = makeFiles(1500);
        return library.batchInsertFiles(writer % 2 === 0 ? files : files.reverse());
      }),
    );
    expect(reports.reduce((sum, { changed }) => sum + changed, 0)).toBe(1500);
    for (const { read, changed, failures } of reports) {
      expect(changed + failures.length).toBe(read);
      expect(failures.every(({ code }) => code === "duplicate_path")).toBe(true);
    }
    expect(await writers[0]?.countFiles()).toBe(1500);
  });

  it("in processes of their own: nothing is lost, nothing is there twice", async () => {
    const { name } = await open();
    const before = await deadlocks();
    const shares = Array.from({ length: 8 }, (_, share) => [name, String(share), "8", "800"]);
    const inserted = await Promise.all(shares.map(run));
    expect(inserted.reduce((sum, rows) => sum + rows, 0)).toBe(800);
    const library = await openLibrary(database.database, { library: name });
    expect(await library.countFiles({ activeOnly: false })).toBe(800);
    for await (const { album } of library.listFiles({ activeOnly: false })) {
      expect(album).toEqual(expect.stringMatching(/^by [0-7]$/));
    }
    expect(await deadlocks()).toBe(before);
  });

  it("that insert, change, mark and delete what overlaps: nobody deadlocks", async () => {
    const library = await open();
    const files = await stored(library, 800);
    const paths = files.map(({ path }) => path);
    const before = await deadlocks();
    const changed = (album: string) => files.map((file) => ({ ...file, album }));
    const [, , marked, , deleted] = await Promise.all([
      library.batchUpdateFiles(changed("a")),
      library.batchUpdateFiles(changed("b").reverse()),
      library.batchMarkInactive([...paths].reverse()),
      library.batchInsertFiles(makeFiles(800, 400)),
      library.batchDeleteFiles(paths.slice(700).reverse()),
      library.batchUpdateFiles(changed("c")),
      library.batchMarkInactive(paths.slice(0, 700)),
      library.applyScan({ verified: files.map(idOf).reverse() }),
    ]);
    expect(deleted).toMatchObject({ changed: 100, failures: [] });
    expect(marked.read).toBe(800);
    expect(await deadlocks()).toBe(before);
    const count = await library.countFiles({ activeOnly: false });
    // The paths that were deleted may have been inserted again.
    expect(count).toBeGreaterThanOrEqual(1100);
    expect(count).toBeLessThanOrEqual(1200);
  });
});

/** Statistics of a session are sent when it is idle for a while. */
async function deadlocks(): Promise<number> {
  await database.rows("select pg_stat_force_next_flush()");
  await setTimeout(1100);
  return database.value<number>(
    "select deadlocks::int from pg_stat_database where datname = current_database()",
  );
}

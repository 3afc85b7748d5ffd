// A library in a database of a Citus cluster: its tables stay on the coordinator, and answer as on plain PostgreSQL.

import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type Database, openDatabase } from "../../src/database/index.ts";
import {
  deleteLibrary,
  type Library,
  listLibraries,
  openLibrary,
  searchFiles,
} from "../../src/library/index.ts";
import { makeFile, makeFiles } from "../library/store/support.ts";
import { useDatabase } from "../support/database.ts";

const schema = `Library ${randomBytes(6).toString("hex")}`;
const plain = useDatabase({ empty: true, plain: true });
let citus: Database;
let libraries: Library[];

beforeAll(async () => {
  citus = await openDatabase({ dsn: inject("citusUrl") });
  libraries = [
    await openLibrary(citus, { schema, root: "/music" }),
    await openLibrary(plain.database, { schema, root: "/music" }),
  ];
});

afterAll(async () => {
  await citus.pool.query(`drop schema if exists "${schema}" cascade`);
  await citus.close();
});

/** The same of both; given once. */
async function both<Result>(work: (library: Library) => Promise<Result>): Promise<Result> {
  const [there, here] = [await work(libraries[0] as Library), await work(libraries[1] as Library)];
  expect(timeless(there)).toEqual(timeless(here));
  return there;
}

/** Without the moments at which rows were written. */
function timeless(value: unknown): unknown {
  if (value instanceof Date) return "a moment";
  if (value instanceof Map) return [...value].map(timeless);
  if (Array.isArray(value)) return value.map(timeless);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, timeless(part)]));
}

const paths = makeFiles(2500).map(({ path }) => path);

test("its tables are ordinary ones of the coordinator", async () => {
  const { rows } = await citus.pool.query(
    `select count(*)::int as tables, count(p.logicalrelid)::int as distributed
     from pg_class c left join pg_dist_partition p on p.logicalrelid = c.oid
     where c.relnamespace = $1::regnamespace and c.relkind = 'r'`,
    [`"${schema}"`],
  );
  expect(rows[0]).toMatchObject({ tables: expect.any(Number), distributed: 0 });
});

test("files are added, changed, marked and deleted by thousands", async () => {
  const files = [...makeFiles(2500), makeFile(7), makeFile(9000, { size: -1 })];
  const added = await both((library) => library.batchInsertFiles(files));
  expect(added).toMatchObject({ read: 2502, changed: 2500 });
  expect(added.failures.map(({ index }) => index)).toEqual([2500, 2501]);
  const stored = await both((library) => library.batchGetFilesByPaths(paths.slice(0, 1200)));
  const changed = [...stored.values()].map((file, index) => ({ ...file, title: `New ${index % 900}` }));
  expect(await both((library) => library.batchUpdateFiles(changed as never))).toMatchObject({
    changed: 1200,
  });
  expect(await both((library) => library.batchUpdateFiles(changed as never))).toMatchObject({
    unchanged: 1200,
  });
  const marked = [...paths.slice(1000, 2200), "not there"];
  expect(await both((library) => library.batchMarkInactive(marked))).toMatchObject({ changed: 1200 });
  expect(await both((library) => library.batchDeleteFiles([...paths.slice(2300), "none"]))).toMatchObject({
    changed: 200,
  });
});

test("one by one", async () => {
  const steps = await both(async (library) => [
    await library.addFile(makeFile(7000)),
    await library.fileExists(makeFile(7000).path),
    await library.markInactive(makeFile(7000).path),
    await library.deleteFile(makeFile(7000).path),
    await library.fileExists(makeFile(7000).path),
    await library.countFiles(),
  ]);
  expect(steps.slice(1)).toEqual([true, true, true, false, 1100]);
});

test("lookups, searches and statistics", async () => {
  const hashes = makeFiles(3, 5).map(({ contentHash }) => contentHash as string);
  expect((await both((library) => library.batchGetFilesByHashes(hashes, "content"))).size).toBe(3);
  const found = await both((library) => searchFiles(library, { words: ["song"], limit: 20 }));
  expect(found.files.length).toBeGreaterThan(0);
  await both(async (library) => ({ ...(await library.getStatistics()), computedAt: null }));
});

test("a library is deleted with its files", async () => {
  const list = () => both((library) => listLibraries(library.database, { schema }));
  expect(await list()).toHaveLength(1);
  await both((library) => deleteLibrary(library.database, { schema }));
  expect(await list()).toEqual([]);
});

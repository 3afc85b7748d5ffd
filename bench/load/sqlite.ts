// The notes' pattern in SQLite, without Python in the way: one transaction, prepared statements, the closure's trigger
// dropped and the closure made by one recursive CTE. SQLite's own settings, which are durable.

import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type Database from "better-sqlite3";
import type { NodeRecord } from "../../src/catalog/index.ts";
import { checkCounts, countSql } from "./check.ts";
import { prepareRecords } from "./records.ts";
import { missingSqlite, openSqlite } from "./sqliteLibrary.ts";
import type { Way } from "./types.ts";

const schema = readFileSync(new URL("sql/sqlite.sql", import.meta.url), "utf8");
const triggerName = "update_closure_table_when_inserting";

export const sqlite: Way = {
  name: "sqlite",
  label: "SQLite, better-sqlite3",
  missing: missingSqlite,
  load: async ({ files, entities, locators, isThorough }) => {
    const path = join(files.folder, "catalog.db");
    await removeDatabase(path);
    const database = await openSqlite(path);
    try {
      makeTables(database);
      const records = await prepareRecords(entities, locators);
      globalThis.gc?.();
      const start = performance.now();
      await load(database, records);
      const elapsedMs = performance.now() - start;
      checkSqlite(database, entities, isThorough);
      return { entities, elapsedMs };
    } finally {
      database.close();
      await removeDatabase(path);
    }
  },
};

/** For other measurements: Tiled's tables in an empty database, with these records. */
export async function fillSqlite(
  database: Database.Database,
  records: AsyncIterable<NodeRecord[]>,
): Promise<void> {
  makeTables(database);
  await load(database, records);
}

function makeTables(database: Database.Database): void {
  // As in the notes: Python leaves them off, too, and the load is faster for it.
  database.pragma("foreign_keys = off");
  database.exec(schema);
}

export async function removeDatabase(path: string): Promise<void> {
  for (const suffix of ["", "-journal", "-wal", "-shm"]) await rm(`${path}${suffix}`, { force: true });
}

async function load(database: Database.Database, records: AsyncIterable<NodeRecord[]>): Promise<void> {
  database.exec("begin immediate");
  const trigger = database.prepare("select sql from sqlite_master where name = ?").pluck().get(triggerName);
  database.exec(`drop trigger ${triggerName}`);
  const insertNode = makeInserter(database);
  for await (const batch of records) for (const node of batch) insertNode(node);
  database.exec(`
    delete from nodes_closure;
    insert into nodes_closure (ancestor, descendant, depth)
    with recursive climb (ancestor, descendant, depth, next) as (
      select id, id, 0, parent from nodes
      union all
      select n.id, c.descendant, c.depth + 1, n.parent from climb c join nodes n on n.id = c.next
    )
    select ancestor, descendant, depth from climb`);
  database.exec(String(trigger));
  database.exec("commit");
  database.exec("analyze");
}

function makeInserter(database: Database.Database): (node: NodeRecord) => void {
  const node = database.prepare(
    "insert into nodes (parent, key, structure_family, metadata, specs, access_blob) values (?, ?, ?, ?, ?, ?)",
  );
  const structure = database.prepare("insert or ignore into structures (id, structure) values (?, ?)");
  const source = database.prepare(
    "insert into data_sources (node_id, structure_id, mimetype, parameters, properties, management, structure_family) " +
      "values (?, ?, ?, ?, ?, ?, ?)",
  );
  const asset = database.prepare("insert into assets (data_uri, is_directory, size) values (?, ?, ?)");
  const association = database.prepare(
    "insert into data_source_asset_association (data_source_id, asset_id, parameter, num) values (?, ?, ?, ?)",
  );
  const nodeIds = new Map<string, number | bigint>([["", 0]]);
  const assetIds = new Map<string, number | bigint>();
  const structures = new Set<string>();
  return ({ parentPath, key, structureFamily, metadata, specs, accessBlob, dataSource }) => {
    const parent = nodeIds.get(parentPath.join("/"));
    const id = node.run(parent, key, structureFamily, metadata, specs, accessBlob).lastInsertRowid;
    if (structureFamily === "container") nodeIds.set([...parentPath, key].join("/"), id);
    if (dataSource === null) return;
    const { structure: shape, mimetype, parameters, properties, management } = dataSource;
    if (shape !== null && !structures.has(shape.id)) {
      structures.add(shape.id);
      structure.run(shape.id, shape.json);
    }
    const values = [id, shape?.id, mimetype, parameters, properties, management, structureFamily];
    const sourceId = source.run(...values).lastInsertRowid;
    for (const { dataUri, isDirectory, size, parameter, num } of dataSource.assets) {
      const assetId = assetIds.get(dataUri) ?? asset.run(dataUri, isDirectory ? 1 : 0, size).lastInsertRowid;
      assetIds.set(dataUri, assetId);
      association.run(sourceId, assetId, parameter, num);
    }
  };
}

/** @throws Error when anything else is there than should be */
export function checkSqlite(database: Database.Database, entities: number, isThorough: boolean): void {
  checkCounts(database.prepare<[], Record<string, unknown>>(countSql).get(), entities);
  const triggers = database.prepare("select count(*) from sqlite_master where name = ?").pluck();
  if (triggers.get(triggerName) !== 1) throw new Error(`The trigger ${triggerName} is gone.`);
  if (!isThorough) return;
  const broken = database.pragma("foreign_key_check") as unknown[];
  const differing = database.prepare(differingClosureSql).pluck().get();
  if (broken.length > 0 || differing !== 0) {
    throw new Error(`${broken.length} broken references, ${differing} wrong closure rows.`);
  }
}

/** Rows of the closure that the tree does not say; the counts agree, so none can be missing then. */
const differingClosureSql = `\
with recursive climb (ancestor, descendant, depth, next) as (
  select id, id, 0, parent from nodes
  union all
  select n.id, c.descendant, c.depth + 1, n.parent from climb c join nodes n on n.id = c.next
)
select count(*) from (
  select ancestor, descendant, depth from nodes_closure
  except
  select ancestor, descendant, depth from climb
)`;

// Which keys have an index for comparison, asked before each search for equality.

import { type Database, readEngineTables } from "../../database/index.ts";
import { promotedTable } from "../promoted/ownTables.ts";
import type { KeyPath } from "./condition.ts";
import { runSearch } from "./run.ts";

export interface PromotedPath {
  path: KeyPath;
  /** Id of the node below which it is promoted; null: everywhere. */
  datasetId: number | null;
}

/** Databases in which the table of promoted keys can be read. One that cannot is asked again: the table may come. */
const readable = new WeakSet<Database>();

/**
 * The promoted keys whose index can be used. `listPromotedKeys` tells sizes and scans, too, and takes 1.2 ms; this takes
 * 0.5 ms, as finding the dataset does at the same time. It asks whether the table can be read, since each search would
 * otherwise leave an error in the server's log.
 */
export async function promotedPaths(database: Database, schema: string): Promise<PromotedPath[]> {
  if (!readable.has(database)) {
    if (!(await isReadable(database))) return [];
    readable.add(database);
  }
  return readEngineTables<PromotedPath>(
    database,
    `\
select k.path, k.dataset_id as "datasetId"
from ${promotedTable} k
join pg_index i on i.indisvalid
  and i.indexrelid = to_regclass(
    format('%I.%I', k.catalog_schema, k.index_names[array_position(k.kinds, 'comparison')]))
where k.catalog_schema = $1`,
    [schema],
  );
}

async function isReadable(database: Database): Promise<boolean> {
  const [schemaName, tableName] = promotedTable.split(".");
  const [row] = await runSearch<{ isThere: boolean }>(database, {
    text: `\
select exists (
  select from pg_class c join pg_namespace s on s.oid = c.relnamespace
  where s.nspname = $1 and c.relname = $2
    and has_schema_privilege(s.oid, 'usage') and has_table_privilege(c.oid, 'select')) as "isThere"`,
    values: [schemaName, tableName],
  });
  return row?.isThere === true;
}

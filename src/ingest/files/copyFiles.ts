// The account of a dataset's files goes along with its nodes, so that where it comes to, unchanged files are known.

import { pipeline } from "node:stream/promises";
import type { ClientBase, PoolClient } from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import { digestSql, newNodeIdSql, type TableDigest, treeTable } from "../../catalog/index.ts";
import { quoteLiteral } from "../../database/index.ts";
import { runTable } from "../runs/sql.ts";
import { fileTable } from "./sql.ts";

export interface DatasetOfCatalog {
  /** Of the catalog's tables. */
  schema: string;
  key: string;
}

/** Files of the dataset `f`: by its key, and, of inputs that are a file each, those whose nodes are in it. */
const isOwnSql = ({ schema, key }: DatasetOfCatalog): string => `\
f.catalog_schema = ${quoteLiteral(schema)} and (f.dataset = ${quoteLiteral(key)} or (f.dataset = '' and exists (
  select from unnest(f.tops) u (id) join ${treeTable} t on t.id = u.id)))`;

/** Runs that are over; those that read the files, and those that filled this dataset alone. */
const isOwnRunSql = (dataset: DatasetOfCatalog): string => `\
r.status <> 'running' and (
  (r.catalog_schema = ${quoteLiteral(dataset.schema)} and r.dataset = ${quoteLiteral(dataset.key)})
  or r.id in (select f.run_id from ${fileTable} f where ${isOwnSql(dataset)}))`;

export async function hasAccount(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ present: boolean }>(
    "select to_regclass($1) is not null and to_regclass($2) is not null as present",
    [fileTable, runTable],
  );
  return rows[0]?.present === true;
}

/**
 * Copies files, and the runs that read them, in the transactions of `copyDataset`, after it. The engine's tables must be
 * there on both sides.
 *
 * @param schema of the destination's catalog
 * @returns how many files
 */
export async function copyFiles(
  source: PoolClient,
  destination: PoolClient,
  dataset: DatasetOfCatalog,
  schema: string,
): Promise<number> {
  const files = await stream(source, destination, {
    table: fileTable,
    staged: "copycat_in_file",
    query: `select %columns from ${fileTable} f where ${isOwnSql(dataset)}`,
  });
  const runs = await stream(source, destination, {
    table: runTable,
    staged: "copycat_in_run",
    query: `select %columns from ${runTable} r where ${isOwnRunSql(dataset)}`,
  });
  // What an earlier time has left of a dataset whose nodes are gone.
  await destination.query(`delete from ${fileTable} where catalog_schema = $1 and dataset = $2`, [
    schema,
    dataset.key,
  ]);
  const own: Readonly<Record<string, string>> = { tops: newTopsSql, catalog_schema: quoteLiteral(schema) };
  const values = files.columns.map((column) => own[column] ?? `r.${column}`);
  const { rowCount } = await destination.query(`\
insert into ${fileTable} (${files.columns.join(", ")})
select ${values.join(", ")} from copycat_in_file r
on conflict (catalog_schema, dataset, input, root, relative_path) do update
set ${files.columns.map((column) => `${column} = excluded.${column}`).join(", ")}`);
  await destination.query(
    `insert into ${runTable} (${runs.columns.join(", ")})
select ${runs.columns.map((column) => (column === "catalog_schema" ? quoteLiteral(schema) : column)).join(", ")} from copycat_in_run
on conflict do nothing`,
  );
  return rowCount ?? 0;
}

/** In their order. A node that is gone stays one that is not there: its file is read again. */
const newTopsSql = `\
coalesce((select array_agg(coalesce(${newNodeIdSql("u.id")}, -1) order by u.place)
  from unnest(r.tops) with ordinality u (id, place)), '{}')`;

interface StreamedTable {
  table: string;
  staged: string;
  /** With `%columns` where these are to stand. */
  query: string;
}

async function stream(
  source: PoolClient,
  destination: PoolClient,
  { table, staged, query }: StreamedTable,
): Promise<{ columns: string[] }> {
  await destination.query(`create temp table ${staged} (like ${table}) on commit drop`);
  const { rows } = await destination.query<{ name: string }>(
    "select attname::text as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped",
    [table],
  );
  const columns = rows.map(({ name }) => name);
  const list = columns.join(", ");
  const out = source.query(copyTo(`copy (${query.replace("%columns", list)}) to stdout`));
  await pipeline(out, destination.query(copyFrom(`copy ${staged} (${list}) from stdin`)));
  await destination.query(`analyze ${staged}`);
  return { columns };
}

/** As `digestDataset`, of the account. */
export async function digestFiles(client: ClientBase, dataset: DatasetOfCatalog): Promise<TableDigest> {
  const table = fileTable;
  if (!(await hasAccount(client))) return { table, rows: 0, digest: "" };
  const { rows } = await client.query<Omit<TableDigest, "table">>(
    digestSql(`\
select (to_jsonb(f) - array['tops', 'catalog_schema'])::text || coalesce((
  select string_agg(coalesce(encode(t.path, 'hex'), 'gone'), ' ' order by u.place)
  from unnest(f.tops) with ordinality u (id, place) left join ${treeTable} t on t.id = u.id), '') as line
from ${fileTable} f where ${isOwnSql(dataset)}`),
  );
  const [row] = rows;
  return row === undefined || row.rows === 0 ? { table, rows: 0, digest: "" } : { table, ...row };
}

/** Before the nodes go. Runs stay: they took place here. */
export async function forgetFiles(client: ClientBase, dataset: DatasetOfCatalog): Promise<void> {
  if (await hasAccount(client)) await client.query(`delete from ${fileTable} f where ${isOwnSql(dataset)}`);
}

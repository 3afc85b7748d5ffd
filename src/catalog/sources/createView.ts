// Makes a materialized view of a dataset: a row an entity, a typed column a metadata key.

import { createHash } from "node:crypto";
import type { PoolClient } from "pg";
import {
  checkIdentifier,
  type Database,
  ensureEngineTables,
  longestNameBytes,
  quoteIdentifier,
  withTransaction,
  wrapDatabaseError,
} from "../../database/index.ts";
import { CopycatError, errorCode } from "../../errors.ts";
import { aside, setting, words } from "../../wording.ts";
import { getNode } from "../findNode.ts";
import { quoteLiterals } from "../promoted/literals.ts";
import { viewTable } from "../promoted/ownTables.ts";
import { type CatalogNames, catalogNames } from "../tables.ts";
import { cutToBytes, mostColumns, planColumns, type ViewColumn } from "./viewColumns.ts";
import { defaultViewSchema, readViewState, recordView, type ViewOptions } from "./viewRecords.ts";
import { createViewSql } from "./viewSql.ts";

export interface CreateViewOptions extends ViewOptions {
  /** Default: the path of the dataset, slashes as underscores. */
  name?: string;
  /** Makes it again with the columns that the metadata has now. Rights that were granted on the old one are lost. */
  replace?: boolean;
}

export interface CreatedView {
  schema: string;
  name: string;
  /** Quoted and qualified: ready for SQL. */
  sqlName: string;
  dataset: string;
  columns: ViewColumn[];
  rows: number;
  elapsedMs: number;
}

/**
 * Makes the view and fills it. It is refreshed after every ingest that changed the dataset, and by `refreshViews`.
 *
 * Columns: id, key, path, one a key of the metadata, time_created, time_updated. A key with values of one type becomes
 * bigint, double precision, numeric, boolean or text, all others jsonb.
 *
 * @throws CopycatError NOT_FOUND (no such dataset); USAGE when it is no container, or the name is taken or none;
 * PERMISSION; DATABASE
 *
 * @example
 * const { sqlName } = await createView(database, "VDP");
 * await database.pool.query(`select avg("Ja_meV") from ${sqlName}`);
 */
export async function createView(
  database: Database,
  dataset: string,
  options: CreateViewOptions = {},
): Promise<CreatedView> {
  const start = performance.now();
  const { schema = database.catalogSchema, viewSchema = defaultViewSchema, onNotice } = options;
  checkIdentifier(viewSchema, "The schema of the views");
  const names = catalogNames(schema);
  const node = await getNode(database, dataset, schema);
  if (node.structureFamily !== "container") {
    throw new CopycatError(
      "USAGE",
      `${node.path} is an ${node.structureFamily}; a view shows a dataset, such as VDP.`,
    );
  }
  const name = options.name ?? defaultName(node.path);
  checkIdentifier(name, "The name of the view");
  const place = { names, viewSchema, name, replace: options.replace === true };
  await ensureEngineTables(database, viewTable);
  try {
    return await withTransaction(database, async (client) => {
      await client.query("set local work_mem = '256MB'");
      const target = { id: node.id, path: node.path };
      const planned = await planColumns(client, names, node.id);
      if (planned.length > mostColumns) {
        onNotice?.(`${node.path} has ${planned.length} keys; the view has the first ${mostColumns} of them.`);
      }
      const columns = planned.slice(0, mostColumns);
      const state = await readViewState(client, names, node.id);
      const rows = await build(client, { ...place, target, columns });
      await recordView(client, { schema: viewSchema, name, catalogSchema: schema, target, columns, state });
      const sqlName = quoteIdentifier(viewSchema, name);
      const elapsedMs = Math.round(performance.now() - start);
      return { schema: viewSchema, name, sqlName, dataset: node.path, columns, rows, elapsedMs };
    });
  } catch (error) {
    throw wrapDatabaseError(error, `Making the view ${name} failed, nothing was changed`);
  }
}

interface BuildJob {
  names: CatalogNames;
  viewSchema: string;
  name: string;
  replace: boolean;
  target: { id: number; path: string };
  columns: readonly ViewColumn[];
}

/** Under another name first: readers of an old one wait for its exchange only. */
async function build(client: PoolClient, job: BuildJob): Promise<number> {
  const { names, viewSchema, name, target, columns } = job;
  const isTaken = await checkFree(client, job);
  await ensureSchema(client, viewSchema);
  const making = `copycat_new_${createHash("sha256").update(name).digest("hex").slice(0, 10)}`;
  const view = quoteIdentifier(viewSchema, making);
  const [pathLiteral = "''", ...keyLiterals] = await quoteLiterals(client, [
    target.path === "/" ? "/" : `${target.path}/`,
    ...columns.map(({ key }) => key),
  ]);
  const definition = { view, datasetId: target.id, columns, keyLiterals, pathLiteral };
  await client.query(createViewSql(names, definition));
  await client.query(`create unique index on ${view} (id)`);
  await client.query(`analyze ${view}`);
  if (isTaken) await dropOld(client, quoteIdentifier(viewSchema, name));
  await client.query(`alter materialized view ${view} rename to ${quoteIdentifier(name)}`);
  const { rows } = await client.query<{ rows: number }>(
    `select count(*)::float8 as rows from ${quoteIdentifier(viewSchema, name)}`,
  );
  return rows[0]?.rows ?? 0;
}

/** True when a view of ours stands there, to be replaced. */
async function checkFree(client: PoolClient, { viewSchema, name, replace }: BuildJob): Promise<boolean> {
  const { rows } = await client.query<{ isOurs: boolean }>(
    `\
select exists (select from copycat.dataset_view where view_schema = $2 and view_name = $3) as "isOurs"
where to_regclass($1) is not null`,
    [quoteIdentifier(viewSchema, name), viewSchema, name],
  );
  const [found] = rows;
  if (found === undefined) return false;
  if (found.isOurs && replace) return true;
  throw new CopycatError(
    "USAGE",
    found.isOurs
      ? words(
          `The view ${name} is there already. Refresh it (copycat view refresh), or make it again with `,
          setting("replace", true),
          ".",
        )
      : words(
          `${viewSchema}.${name} is there already, and copycat did not make it. Give the view another name`,
          aside("name"),
          ".",
        ),
  );
}

/** `create schema if not exists` needs the right to make schemas even where there is nothing to make. */
async function ensureSchema(client: PoolClient, schema: string): Promise<void> {
  const { rows } = await client.query("select from pg_namespace where nspname = $1", [schema]);
  if (rows.length === 0) await client.query(`create schema ${quoteIdentifier(schema)}`);
}

/** @throws CopycatError USAGE when other objects lean on it (2BP01) */
export async function dropOld(client: Pick<PoolClient, "query">, view: string): Promise<void> {
  try {
    await client.query(`drop materialized view if exists ${view}`);
  } catch (error) {
    if (errorCode(error) !== "2BP01") throw error;
    throw new CopycatError(
      "USAGE",
      `Other views or functions use ${view}, so it stays. Drop them first. Nothing was changed.`,
      { cause: error },
    );
  }
}

function defaultName(path: string): string {
  const name = path.slice(1).replaceAll("/", "_");
  return cutToBytes(name === "" ? "datasets" : name, longestNameBytes);
}

// A dataset from one database into another, row by row as it is, but for the ids.

import { pipeline } from "node:stream/promises";
import type { PoolClient } from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import type { Engine } from "../../database/index.ts";
import { CopycatError } from "../../errors.ts";
import { guardOnline } from "../guard.ts";
import { prepareTransaction } from "../prepareTransaction.ts";
import type { CatalogNames } from "../tables.ts";
import { copyAccessTags } from "./accessTags.ts";
import {
  type ColumnsOf,
  type CopiedTable,
  copiedTables,
  readColumns,
  relationOf,
  requireSameColumns,
} from "./copiedTables.ts";
import {
  copyClosureSql,
  insertRowsSql,
  mapName,
  mergeAssetsSql,
  reserveIdsSql,
  stagedName,
} from "./copySql.ts";
import { collectTree, findDataset } from "./tree.ts";

export interface CopyOptions {
  /** The source's tables. */
  from: CatalogNames;
  /** The destination's. */
  to: CatalogNames;
  /** Of the destination. */
  engine: Engine;
  onNotice?: (message: string) => void;
  /** A table has come: how many rows. */
  onTable?: (table: string, rows: number) => void;
  signal?: AbortSignal;
}

/**
 * Copies the dataset that `collectTree` has listed in the source's transaction, in the destination's transaction, and lists
 * it there as well. Rows stream through COPY into temp tables; the catalog's own lock is held from then on.
 *
 * @throws CopycatError CONFLICT when the destination has it; CATALOG_VERSION when the catalogs have other columns;
 * PERMISSION, DATABASE
 */
export async function copyDataset(
  source: PoolClient,
  destination: PoolClient,
  key: string,
  options: CopyOptions,
): Promise<void> {
  const { from, to, signal } = options;
  const target = await prepareTransaction(destination, to, options.engine);
  const columns = await readColumns(source, from);
  requireSameColumns(columns, await readColumns(destination, to));
  for (const table of copiedTables) {
    const rows = await stream(source, destination, { from, to, table, columns, signal });
    options.onTable?.(table.name, rows);
  }
  signal?.throwIfAborted();
  const { onNotice } = options;
  const guard = await guardOnline(destination, target, {
    ...(onNotice === undefined ? {} : { onNotice }),
    ...(signal === undefined ? {} : { signal }),
  });
  if ((await findDataset(destination, to, key)) !== null) {
    throw new CopycatError(
      "CONFLICT",
      `The dataset ${key} came to the destination meanwhile. Run the same command again: it compares both.`,
    );
  }
  await insert(destination, to, columns);
  await guard.release();
  await copyAccessTags({ client: source, names: from }, { client: destination, names: to });
  await collectTree(destination, to, key);
}

interface Streamed {
  from: CatalogNames;
  to: CatalogNames;
  table: CopiedTable;
  columns: ColumnsOf;
  signal: AbortSignal | undefined;
}

/** What the server gives is what the other one takes: text of COPY, in the pieces in which it comes. */
async function stream(
  source: PoolClient,
  destination: PoolClient,
  { from, to, table, columns, signal }: Streamed,
): Promise<number> {
  const list = (columns.get(table.name) ?? []).map((column) => `"${column}"`).join(", ");
  const staged = stagedName(table.name);
  await destination.query(`create temp table ${staged} (like ${relationOf(to, table.name)}) on commit drop`);
  const out = source.query(
    copyTo(
      `copy (select ${list} from ${relationOf(from, table.name)} r where ${table.isOwn(from)}) to stdout`,
    ),
  );
  const into = destination.query(copyFrom(`copy ${staged} (${list}) from stdin`));
  await pipeline(out, into, { ...(signal === undefined ? {} : { signal }) });
  if (out.rowCount !== into.rowCount) {
    throw new CopycatError(
      "INTERNAL",
      `COPY of ${table.name} sent ${out.rowCount} rows, the other server stored ${into.rowCount}. Nothing was changed; ` +
        "please report this.",
    );
  }
  await destination.query(`analyze ${staged}`);
  return into.rowCount;
}

async function insert(client: PoolClient, names: CatalogNames, columns: ColumnsOf): Promise<void> {
  for (const table of copiedTables) {
    if (table.hasId) for (const statement of reserveIdsSql(names, table)) await client.query(statement);
    await client.query(insertRowsSql(names, table, columns.get(table.name) ?? []));
    if (table.name === "assets") {
      for (const statement of mergeAssetsSql(names)) await client.query(statement);
    }
  }
  for (const statement of copyClosureSql(names)) await client.query(statement);
}

/** The new id of an expression that is an old one, in statements after the copy, in its transaction; null for others. */
export const newNodeIdSql = (old: string): string =>
  `(select m.new from ${mapName("nodes")} m where m.old = ${old})`;

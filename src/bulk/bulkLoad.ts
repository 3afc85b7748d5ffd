// The engine for one table: records -> COPY -> (staging -> merge) -> counts.

import type { PoolClient } from "pg";
import { type Database, withCancel, withRetry, wrapDatabaseError } from "../database/index.ts";
import { CopycatError } from "../errors.ts";
import { loadCommitting } from "./committedLoad.ts";
import { type Feed, openFeed } from "./feed.ts";
import { inTransaction, isDatabase, type LoadTarget } from "./inTransaction.ts";
import { type BulkLoadOptions, type BulkReport, checkLoadOptions } from "./loadOptions.ts";
import type { Records, TableDescription } from "./types.ts";
import { withClient } from "./withClient.ts";

/**
 * Loads records into a table, whatever the table.
 *
 * All in one transaction unless `commitEvery` says otherwise: a record that cannot go in is rejected and the rest goes
 * in; any other error leaves the table as it was. Keys that stand twice in the input are settled first: the last
 * record counts under `update` (columns in `addColumns` add up), the first one under `skip`; under `error` they are a
 * conflict like any other. Memory is bounded by batches, not by the input.
 *
 * @param db a Database, for a transaction of its own; or a client inside a transaction of the caller's, who commits
 * @param records any iterable of objects by column name, or of arrays in the columns' order; a function that gives one
 * can be read again, so that the load is tried again after a deadlock or a lost connection
 * @throws CopycatError USAGE (options, or a description that does not fit the table), CONFLICT (policy `error`),
 * TOO_MANY_REJECTS, INVALID_INPUT (`onError: "abort"`), CANCELLED, CONNECTION, DATABASE; whatever `records` throws
 *
 * @example
 * const table: TableDescription = {
 *   schema: "public",
 *   name: "samples",
 *   columns: [
 *     { name: "id", type: "int8", required: true },
 *     { name: "label", type: "text" },
 *     { name: "meta", type: "jsonb", default: {} },
 *   ],
 *   conflictKey: ["id"],
 * };
 * const report = await bulkLoad(database, table, [{ id: 1, label: "a" }], { policy: "update" });
 * // { read: 1, inserted: 1, updated: 0, unchanged: 0, skipped: 0, duplicates: 0, rejected: 0 }
 */
export async function bulkLoad(
  db: LoadTarget,
  table: TableDescription,
  records: Records | (() => Records),
  options: BulkLoadOptions,
): Promise<BulkReport> {
  checkLoadOptions(options);
  try {
    options.signal?.throwIfAborted();
    if (options.commitEvery === undefined) return await loadWhole(db, table, records, options);
    if (isDatabase(db)) return await loadCommitting(db, table, records, options);
    throw new CopycatError(
      "USAGE",
      "commitEvery needs a Database: a client is in a transaction of the caller's.",
    );
  } catch (error) {
    throw explainLoadError(error, table, options);
  }
}

async function loadWhole(
  db: LoadTarget,
  table: TableDescription,
  records: Records | (() => Records),
  options: BulkLoadOptions,
): Promise<BulkReport> {
  const { attempts, signal } = options;
  const attempt = async (number: number): Promise<BulkReport> => {
    if (number > 1) options.onRestart?.();
    const { feed, report } = isDatabase(db)
      ? await beginOnDatabase(db, table, records, options)
      : { feed: await openFeed(db, table, records, options), report: null };
    if (report !== null) return report;
    try {
      return await inTransaction(db, signal, (client) => feed.load(client));
    } catch (error) {
      feed.close();
      throw error;
    }
  };
  // Not where a second attempt would find a consumed iterator, and lose rows in silence; nor in a transaction that
  // is not ours to begin again.
  if (typeof records !== "function" || !isDatabase(db)) return attempt(1);
  return withRetry(attempt, {
    ...(attempts === undefined ? {} : { attempts }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Looks at the table and reads the beginning of the input; a small input is loaded with that. */
async function beginOnDatabase(
  database: Database,
  table: TableDescription,
  records: Records | (() => Records),
  options: BulkLoadOptions,
): Promise<{ feed: Feed; report: BulkReport | null }> {
  return withClient(database, (client) =>
    withCancel(database, client as PoolClient, options.signal, async () => {
      const feed = await openFeed(client, table, records, options);
      try {
        return { feed, report: await feed.loadSmall(client, database) };
      } catch (error) {
        feed.close();
        throw error;
      }
    }),
  );
}

function explainLoadError(error: unknown, table: TableDescription, options: BulkLoadOptions): unknown {
  const outcome =
    options.commitEvery === undefined ? "nothing was changed" : "what was committed before stays";
  if (options.signal?.aborted === true) {
    return new CopycatError("CANCELLED", `Cancelled; ${outcome}.`, { cause: error });
  }
  return wrapDatabaseError(error, `Loading into ${table.schema}.${table.name} failed, ${outcome}`);
}

// Many rows changed or deleted by their keys: the keys go through staging like rows that are loaded.

import type { ClientBase } from "pg";
import { wrapDatabaseError } from "../database/index.ts";
import { CopycatError } from "../errors.ts";
import { type Batch, type BatchBuilder, type LaneBatch, makeBatches } from "./batch.ts";
import { batchBytes, defaultBatchRows } from "./batchSize.ts";
import { inTransaction, type LoadTarget } from "./inTransaction.ts";
import { joinByIndex } from "./joinByIndex.ts";
import { type BulkLoadOptions, checkRejectOptions, type RejectOptions } from "./loadOptions.ts";
import { LoadSession } from "./loadSession.ts";
import { lookAhead } from "./lookAhead.ts";
import { mergeSlices } from "./mergeSlices.ts";
import { makeBuilder, openTable } from "./openTable.ts";
import { pump } from "./pump.ts";
import { isRowRefusal } from "./rejects.ts";
import { longLoadSettings } from "./settings.ts";
import { settle } from "./settle.ts";
import { hasTwins, preparedSmall, valuesByColumn } from "./smallLoad.ts";
import { deleteSliceSql, updateSliceSql, updateValuesSql } from "./sql/mergeStaged.ts";
import { forgetMissingSql, listMissingSql } from "./sql/missing.ts";
import { makeStagedTable } from "./stagedTable.ts";
import { Staging } from "./staging.ts";
import type { Records, TableDescription } from "./types.ts";

export interface BulkChangeOptions
  extends RejectOptions,
    Pick<BulkLoadOptions, "onProgress" | "signal" | "batchRows" | "facts"> {
  /** Told of each key that is not in the table, with its place in the input. */
  onMissing?: (position: number, record: string) => void | Promise<void>;
}

interface ChangeReport {
  read: number;
  /** Keys that are not in the table. */
  missing: number;
  /** Records whose key stands more than once in the input, but for the last one. */
  duplicates: number;
  rejected: number;
}

/** `read` is the sum of the others. */
export interface BulkUpdateReport extends ChangeReport {
  updated: number;
  /** Rows that were equal already. */
  unchanged: number;
}

/** `read` is the sum of the others. */
export interface BulkDeleteReport extends ChangeReport {
  deleted: number;
}

/**
 * Updates rows by their keys: the columns of the description, whatever else the table has. A row that is equal already
 * is not written; a key that is not there is reported, never inserted. Not for tables in shards of a Citus cluster.
 *
 * @example
 * const flags = { schema: "public", name: "samples", conflictKey: ["id"],
 *   columns: [{ name: "id", type: "int8" }, { name: "active", type: "bool" }] };
 * await bulkUpdate(database, flags, [{ id: 1, active: false }, { id: 99, active: false }]);
 * // { read: 2, updated: 1, unchanged: 0, missing: 1, duplicates: 0, rejected: 0 }
 */
export async function bulkUpdate(
  db: LoadTarget,
  table: TableDescription,
  records: Records,
  options: BulkChangeOptions = {},
): Promise<BulkUpdateReport> {
  requireChanges(table);
  return change(db, table, records, options, { small: updateSmall, staged: updateStaged });
}

function requireChanges({
  name,
  columns,
  conflictKey,
  updateColumns,
  touchColumns = [],
  addColumns = [],
}: TableDescription): void {
  const kept = new Set([...conflictKey, ...touchColumns]);
  const changed = [...addColumns, ...(updateColumns ?? columns.map((column) => column.name))];
  if (changed.some((column) => !kept.has(column))) return;
  throw new CopycatError(
    "USAGE",
    `There is nothing to change in rows of ${name}: its columns are keys, and such as are written when others change.`,
  );
}

/**
 * Deletes rows by their keys. A row that others refer to is a reject, the others go. Not for tables in shards of a Citus cluster.
 *
 * @param table needs its key columns only
 * @example
 * await bulkDelete(database, { schema: "public", name: "samples", conflictKey: ["id"],
 *   columns: [{ name: "id", type: "int8" }] }, [{ id: 1 }, { id: 99 }]);
 * // { read: 2, deleted: 1, missing: 1, duplicates: 0, rejected: 0 }
 */
export async function bulkDelete(
  db: LoadTarget,
  table: TableDescription,
  records: Records,
  options: BulkChangeOptions = {},
): Promise<BulkDeleteReport> {
  const { schema, name, conflictKey } = table;
  const columns = table.columns.filter((column) => conflictKey.includes(column.name));
  return change(db, { schema, name, conflictKey, columns }, records, options, { staged: deleteStaged });
}

interface Work<Report> {
  /** For a batch that is the whole input; null when it has to go through staging, with nothing changed. */
  small?: (client: ClientBase, session: LoadSession, batch: Batch) => Promise<Report | null>;
  staged: (
    client: ClientBase,
    session: LoadSession,
    staging: Staging,
    common: ChangeReport,
  ) => Promise<Report>;
}

async function updateStaged(
  client: ClientBase,
  session: LoadSession,
  staging: Staging,
  common: ChangeReport,
): Promise<BulkUpdateReport> {
  let updated = 0;
  const { length: refused } = await mergeSlices<{ updated: number }>(client, session, staging, {
    text: updateSliceSql(staging.table),
    onCounts: (counts) => {
      updated += counts.updated;
    },
  });
  const unchanged = staging.rows - common.duplicates - common.missing - updated - refused;
  return { ...common, rejected: common.rejected + refused, updated, unchanged };
}

class NotAllFound extends Error {}

/** One statement in place of a temp table and its dozen: 100 rows of 40 columns in half of the time. */
async function updateSmall(
  client: ClientBase,
  { table }: LoadSession,
  batch: Batch,
): Promise<BulkUpdateReport | null> {
  const values = valuesByColumn(table, batch);
  if (values === null || hasTwins(table, values)) return null;
  const rows = batch.records.length;
  const statement = preparedSmall(updateValuesSql(makeStagedTable(table, "")), values);
  // The plan is kept: one by index is right whatever the size that the table will have.
  const updated = await joinByIndex(
    client,
    async () => {
      const { rows: counts } = await client.query<{ found: number; updated: number }>(statement);
      if (counts[0]?.found !== rows) throw new NotAllFound();
      return counts[0].updated;
    },
    { first: "savepoint copycat_small", last: "release savepoint copycat_small" },
  ).catch((error: unknown) => {
    if (error instanceof NotAllFound || isRowRefusal(error)) return null;
    throw error;
  });
  if (updated === null) {
    // Which row was refused, or is missing, is found in staging.
    await client.query("rollback to savepoint copycat_small; release savepoint copycat_small");
    return null;
  }
  const { read, rejected } = batch;
  return { read, rejected, missing: 0, duplicates: 0, updated, unchanged: rows - updated };
}

async function deleteStaged(
  client: ClientBase,
  session: LoadSession,
  staging: Staging,
  common: ChangeReport,
): Promise<BulkDeleteReport> {
  let deleted = 0;
  const { length: refused } = await mergeSlices<{ deleted: number }>(client, session, staging, {
    text: deleteSliceSql(staging.table),
    onCounts: (counts) => {
      deleted += counts.deleted;
    },
  });
  return { ...common, rejected: common.rejected + refused, deleted };
}

async function change<Report>(
  db: LoadTarget,
  table: TableDescription,
  records: Records,
  options: BulkChangeOptions,
  work: Work<Report>,
): Promise<Report> {
  checkRejectOptions(options);
  if (table.conflictKey.length === 0) {
    throw new CopycatError(
      "USAGE",
      `Rows of ${table.name} are found by a key; name its columns in conflictKey.`,
    );
  }
  try {
    options.signal?.throwIfAborted();
    return await inTransaction(db, options.signal, (client) =>
      changeOnClient(client, table, records, options, work),
    );
  } catch (error) {
    if (options.signal?.aborted === true) {
      throw new CopycatError("CANCELLED", "Cancelled; nothing was changed.", { cause: error });
    }
    throw wrapDatabaseError(error, `Changing ${table.schema}.${table.name} failed, nothing was changed`);
  }
}

async function changeOnClient<Report>(
  client: ClientBase,
  table: TableDescription,
  records: Records,
  options: BulkChangeOptions,
  work: Work<Report>,
): Promise<Report> {
  const resolved = await openTable(client, table, "change", options.facts);
  if (resolved.isDistributed) throw inShards(table);
  const session = new LoadSession(resolved, { ...options, policy: "update" });
  const builder = makeBuilder(session.table, options);
  const { onProblem } = session;
  const { signal } = options;
  const most = { rows: options.batchRows ?? defaultBatchRows, bytes: batchBytes };
  const batches = makeBatches(records, { builders: [builder] }, most, { onProblem, signal });
  try {
    const { only, all } = await lookAhead(batches, signal);
    const small =
      only === null || only.records.length === 0 ? null : await work.small?.(client, session, only);
    if (only !== null && small) session.sent(only);
    const report = small ?? (await changeStaged(client, session, { batches: all, builder }, options, work));
    signal?.throwIfAborted();
    return report;
  } catch (error) {
    // Not awaited: a source that is stuck would never answer.
    void batches.return(undefined).catch(() => undefined);
    throw error;
  }
}

/** Citus joins no temp table with shards. */
function inShards({ schema, name }: TableDescription): CopycatError {
  return new CopycatError(
    "USAGE",
    `Rows of ${schema}.${name} lie in shards of a Citus cluster, where rows are not changed or deleted through staging. A load ` +
      "with the policy update changes rows by their keys there, and inserts those that are missing.",
  );
}

async function changeStaged<Report>(
  client: ClientBase,
  session: LoadSession,
  { batches, builder }: { batches: AsyncGenerator<LaneBatch>; builder: BatchBuilder },
  options: BulkChangeOptions,
  work: Work<Report>,
): Promise<Report> {
  await client.query(longLoadSettings);
  const staging = await Staging.create(client, session, (batch) => builder.recycle(batch));
  const common: ChangeReport = { read: 0, missing: 0, duplicates: 0, rejected: 0 };
  try {
    await pump(
      batches,
      async (batch) => {
        common.read += batch.read;
        common.rejected += batch.rejected;
        await staging.add(batch);
        session.sent(batch);
      },
      options.signal,
    );
    await staging.end();
  } catch (error) {
    await staging.abandon(error);
    throw error;
  }
  common.rejected += staging.refused;
  common.duplicates = (await settle(client, staging, "update", [])).duplicates;
  common.missing = await takeMissing(client, staging, options);
  const report = await work.staged(client, session, staging, common);
  await staging.drop();
  return report;
}

async function takeMissing(
  client: ClientBase,
  { table }: Staging,
  { onMissing }: BulkChangeOptions,
): Promise<number> {
  if (onMissing !== undefined) {
    await client.query(`declare copycat_missing no scroll cursor for ${listMissingSql(table)}`);
    for (;;) {
      const { rows } = await client.query<{ position: number; record: string }>(
        "fetch 1000 from copycat_missing",
      );
      for (const { position, record } of rows) await onMissing(position, record);
      if (rows.length === 0) break;
    }
    await client.query("close copycat_missing");
  }
  const { rows } = await client.query<{ missing: number }>(forgetMissingSql(table));
  return rows[0]?.missing ?? 0;
}

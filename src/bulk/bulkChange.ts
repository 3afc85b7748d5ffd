// Many rows changed or deleted by their keys: the keys go through staging like rows that are loaded.

import type { ClientBase } from "pg";
import { wrapDatabaseError } from "../database/index.ts";
import { CopycatError } from "../errors.ts";
import { makeBatches } from "./batch.ts";
import { batchBytes, defaultBatchRows } from "./batchSize.ts";
import { inTransaction, type LoadTarget } from "./inTransaction.ts";
import { type BulkLoadOptions, checkRejectOptions, type RejectOptions } from "./loadOptions.ts";
import { LoadSession } from "./loadSession.ts";
import { mergeSlices } from "./mergeSlices.ts";
import { makeBuilder, openTable } from "./openTable.ts";
import { pump } from "./pump.ts";
import { longLoadSettings } from "./settings.ts";
import { settle } from "./settle.ts";
import { deleteSliceSql, updateSliceSql } from "./sql/mergeStaged.ts";
import { forgetMissingSql, listMissingSql } from "./sql/missing.ts";
import { Staging } from "./staging.ts";
import type { Records, TableDescription } from "./types.ts";

export interface BulkChangeOptions
  extends RejectOptions,
    Pick<BulkLoadOptions, "onProgress" | "signal" | "batchRows"> {
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
 * is not written; a key that is not there is reported, never inserted.
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
  return change(db, table, records, options, async (client, session, staging, common) => {
    let updated = 0;
    const refused = await mergeSlices<{ updated: number }>(client, session, staging, {
      text: updateSliceSql(staging.table),
      onCounts: (counts) => {
        updated += counts.updated;
      },
    });
    const unchanged = staging.rows - common.duplicates - common.missing - updated - refused;
    return { ...common, rejected: common.rejected + refused, updated, unchanged };
  });
}

/**
 * Deletes rows by their keys. A row that others refer to is a reject, the others go.
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
  return change(
    db,
    { schema, name, conflictKey, columns },
    records,
    options,
    async (client, session, staging, common) => {
      let deleted = 0;
      const refused = await mergeSlices<{ deleted: number }>(client, session, staging, {
        text: deleteSliceSql(staging.table),
        onCounts: (counts) => {
          deleted += counts.deleted;
        },
      });
      return { ...common, rejected: common.rejected + refused, deleted };
    },
  );
}

type Work<Report> = (
  client: ClientBase,
  session: LoadSession,
  staging: Staging,
  common: ChangeReport,
) => Promise<Report>;

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
  const session = new LoadSession(await openTable(client, table, "change"), { ...options, policy: "update" });
  await client.query(longLoadSettings);
  const builder = makeBuilder(session.table, options);
  const staging = await Staging.create(client, session, (batch) => builder.recycle(batch));
  const common: ChangeReport = { read: 0, missing: 0, duplicates: 0, rejected: 0 };
  const { onProblem } = session;
  const { signal } = options;
  const most = { rows: options.batchRows ?? defaultBatchRows, bytes: batchBytes };
  try {
    await pump(
      makeBatches(records, { builders: [builder] }, most, { onProblem, signal }),
      async (batch) => {
        common.read += batch.read;
        common.rejected += batch.rejected;
        await staging.add(batch);
        session.sent(batch);
      },
      signal,
    );
    await staging.end();
  } catch (error) {
    await staging.abandon(error);
    throw error;
  }
  common.rejected += staging.refused;
  common.duplicates = (await settle(client, staging, "update", [])).duplicates;
  common.missing = await takeMissing(client, staging, options);
  const report = await work(client, session, staging, common);
  await staging.drop();
  signal?.throwIfAborted();
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

// A handful of rows: one statement that commits by itself. A transaction with its look at the table takes twice as many
// round trips, so that 10 rows took half as long again as 10 prepared INSERTs.

import type { ClientBase, QueryConfig } from "pg";
import { explainCommitError, statementName } from "../database/index.ts";
import type { Batch } from "./batch.ts";
import { copyAtOnce } from "./copyBatch.ts";
import { copyTarget } from "./directPath.ts";
import { type BulkReport, emptyReport } from "./loadOptions.ts";
import type { LoadSession } from "./loadSession.ts";
import { isRowRefusal } from "./rejects.ts";
import type { ResolvedColumn, ResolvedTable } from "./resolveTable.ts";
import { mergeValuesSql } from "./sql/mergeStaged.ts";
import { makeStagedTable } from "./stagedTable.ts";
import type { BulkRecord } from "./types.ts";

/** Above this a transaction costs next to nothing. */
export const smallRows = 100;
const smallBytes = 256 * 1024;

export function isSmall({ records, bytes }: Batch): boolean {
  return records.length <= smallRows && bytes.length <= smallBytes;
}

/** Tables in which a small load has met its like: the next one is likely to, and a failed COPY stands in the log. */
const metBefore = new WeakMap<object, Set<string>>();

/**
 * Loads a batch that is the whole input: by COPY, or by INSERT with ON CONFLICT where rows may be there already. Null
 * when it is not to be had that way, and nothing has happened: it is no small one, keys stand twice, or the server
 * refuses a row, which has to be found.
 *
 * @param owner whose loads these are; what is known of a table is kept for it
 * @throws CopycatError CONNECTION when the connection broke, since nobody knows whether the rows are in
 */
export async function loadSmall(
  client: ClientBase,
  owner: object,
  session: LoadSession,
  batch: Batch,
): Promise<BulkReport | null> {
  const { table, options } = session;
  const rows = batch.records.length;
  if (rows === 0 || !isSmall(batch)) return null;
  const known = metBefore.get(owner) ?? new Set();
  metBefore.set(owner, known);
  const name = `${table.schema}.${table.name}`;
  const report = { ...emptyReport(), read: batch.read, rejected: batch.rejected };
  if (table.canCopyDirectly && !known.has(name) && (await insertByCopy(client, table, batch))) {
    return { ...report, inserted: rows };
  }
  const counts = await insertByValues(client, session, batch);
  if (counts === null) return null;
  const untouched = rows - counts.inserted - counts.updated;
  if (counts.inserted === rows) known.delete(name);
  else known.add(name);
  return { ...report, ...counts, [options.policy === "update" ? "unchanged" : "skipped"]: untouched };
}

/** False when the server refuses a row, or one is there already. */
async function insertByCopy(client: ClientBase, table: ResolvedTable, batch: Batch): Promise<boolean> {
  try {
    await copyAtOnce(client, copyTarget(table, batch), { bytes: batch.bytes, rows: batch.records.length });
    return true;
  } catch (error) {
    if (isRowRefusal(error)) return false;
    throw explainCommitError(error);
  }
}

async function insertByValues(
  client: ClientBase,
  { table, options }: LoadSession,
  batch: Batch,
): Promise<{ inserted: number; updated: number } | null> {
  const values = valuesByColumn(table, batch);
  if (values === null || (options.policy !== "error" && hasTwins(table, values))) return null;
  const text = mergeValuesSql(makeStagedTable(table, ""), options.policy);
  try {
    const { rows } = await client.query<{ inserted: number; updated: number }>(preparedSmall(text, values));
    return rows[0] ?? null;
  } catch (error) {
    if (isRowRefusal(error)) return null;
    throw explainCommitError(error);
  }
}

/** Prepared: planning it takes longer than running it. */
export function preparedSmall(text: string, values: (string | null)[][]): QueryConfig<(string | null)[][]> {
  return { name: statementName(text), text, values };
}

/** As text, an array a column; null when a record was changed since it was encoded, and the encoded one counts. */
export function valuesByColumn({ columns }: ResolvedTable, batch: Batch): (string | null)[][] | null {
  if (!batch.isAsEncoded()) return null;
  const { records } = batch;
  return columns.map((column, index) => records.map((record) => valueText(record, column, index)));
}

/** As the encoder writes it: a default stands for what is missing, and for null where the column is required. */
function valueText(
  record: BulkRecord,
  { name, required, default: otherwise, codec }: ResolvedColumn,
  index: number,
): string | null {
  const given = Array.isArray(record) ? record[index] : (record as Record<string, unknown>)[name];
  const value = given === undefined || (given === null && required) ? otherwise : given;
  return value === undefined || value === null ? null : codec.toText(codec.parse(value));
}

/** A key stands twice. */
export function hasTwins(
  { columns, conflictKey }: ResolvedTable,
  values: readonly (string | null)[][],
): boolean {
  const keys = conflictKey.map((name) => values[columns.findIndex((column) => column.name === name)] ?? []);
  const seen = new Set(keys[0]?.map((_text, row) => JSON.stringify(keys.map((key) => key[row]))));
  return seen.size < (keys[0]?.length ?? 0);
}

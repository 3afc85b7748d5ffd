// Rows straight into their table, without staging, for as long as none meets its like there.

import type { ClientBase } from "pg";
import { errorCode } from "../errors.ts";
import type { Batch } from "./batch.ts";
import { type BisectOptions, type CopyTarget, copyOrBisect, type Refusal } from "./copyBatch.ts";
import type { LoadSession } from "./loadSession.ts";
import { isShardRefusal } from "./rejects.ts";
import type { ResolvedColumn, ResolvedTable } from "./resolveTable.ts";
import { probeSql } from "./sql/probe.ts";
import type { BulkRecord } from "./types.ts";

/** Keys of the first batch that are looked up before the first row is sent. */
const probedKeys = 50;

export interface Probe {
  /** Some of the keys are there. */
  present: boolean;
  /** The table holds nothing. */
  empty: boolean;
}

/**
 * Looks up a sample of the batch's keys. Without it, a load of rows that are all there would leave up to a batch of
 * dead rows behind, and use up as many ids.
 */
export async function probeKeys(client: ClientBase, table: ResolvedTable, batch: Batch): Promise<Probe> {
  const keys = table.conflictKey.map((name) => table.columns.findIndex((column) => column.name === name));
  const step = Math.max(1, Math.floor(batch.records.length / probedKeys));
  const values: string[][] = keys.map(() => []);
  for (let index = 0; index < batch.records.length; index += step) {
    const record = batch.records[index];
    for (const [place, columnIndex] of keys.entries()) {
      const column = table.columns[columnIndex];
      if (column !== undefined && record !== undefined)
        values[place]?.push(keyText(record, column, columnIndex));
    }
  }
  // Not prepared: a plan for an empty table would stay when it has grown.
  const { rows } = await client.query<Probe>(probeSql(table), values);
  return rows[0] ?? { present: true, empty: false };
}

/** A value of the key as its type's text; the record has been encoded, so it fits. */
export function keyText(
  record: BulkRecord,
  { name, default: otherwise, codec }: ResolvedColumn,
  index: number,
): string {
  const given = Array.isArray(record) ? record[index] : (record as Record<string, unknown>)[name];
  return codec.toText(codec.parse(given ?? otherwise));
}

/** Thrown when a row meets its like: from here on rows have to go through staging. Nothing of the batch is in. */
export class MetItsLike extends Error {
  override readonly name = "MetItsLike";
}

/**
 * @param onPart runs in the savepoint of each part that went in, and releases it
 * @returns rows that the server refused for another reason; all others are in
 * @throws MetItsLike
 */
export async function copyDirectly(
  client: ClientBase,
  { table, options }: LoadSession,
  batch: Batch,
  { onPart, suspect }: Pick<BisectOptions, "onPart" | "suspect"> = {},
): Promise<Refusal[]> {
  const encoded = { bytes: batch.bytes, rows: batch.positions.length };
  const rethrow = (error: unknown): boolean => isConflict(table, error);
  try {
    return await copyOrBisect(client, copyTarget(table, batch), encoded, {
      rethrow,
      signal: options.signal,
      suspect,
      ...(onPart === undefined ? {} : { onPart }),
    });
  } catch (error) {
    if (!isConflict(table, error)) throw error;
    throw new MetItsLike("A row of this batch is there already.", { cause: error });
  }
}

/** The table itself. */
export function copyTarget(table: ResolvedTable, { format }: Batch): CopyTarget {
  return { table: [table.schema, table.name], columns: table.columns.map(({ name }) => name), format };
}

/**
 * A unique violation that is a question of the merge policy: of the conflict key, or of an index whose name tells
 * nothing, as those of partitions do. What a shard refuses may be one.
 */
export function isConflict(table: ResolvedTable, error: unknown): boolean {
  if (isShardRefusal(error)) return true;
  if (errorCode(error) !== "23505") return false;
  const { constraint } = error as { constraint?: string };
  return constraint === undefined || !table.otherUniqueNames.includes(constraint);
}

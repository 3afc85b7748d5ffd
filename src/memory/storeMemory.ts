// One entry, stored at once.

import { CopycatError } from "../errors.ts";
import { describeMemoryTable, requireTable } from "./describeTable.ts";
import { kinds } from "./kinds.ts";
import { makeRowTexts } from "./shape/rowTexts.ts";
import { makeShaper } from "./shape/shaper.ts";
import { storeSql } from "./sql/store.ts";
import { type MemoryTarget, querier, requireReadableStore, type StoreOptions } from "./store.ts";
import type { MemoryEntryInput } from "./types.ts";

export interface StoreMemoryOptions extends StoreOptions {
  /** An entry without an embedding leaves the one that is stored. Default: it takes it away. */
  keepEmbedding?: boolean;
}

/**
 * Stores one entry, or renews the one that has its key: one statement. For ten and more, `bulkInsertMemoryEntries`.
 *
 * @returns what happened; nothing is written for an entry that is there already and equal
 * @throws CopycatError INVALID_INPUT (`namespace, key, and value are required` when one of them is missing or empty, or
 * what is wrong with another field), NOT_FOUND (no store)
 *
 * @example
 * await storeMemory(database, { namespace: "context", key: "session-1", value: "...", ttlSeconds: 3600 }); // "inserted"
 */
export async function storeMemory(
  db: MemoryTarget,
  entry: MemoryEntryInput,
  options: StoreMemoryOptions = {},
): Promise<"inserted" | "updated" | "unchanged"> {
  if (isBlank(entry?.namespace) || isBlank(entry.key) || isBlank(entry.value)) {
    throw new CopycatError("INVALID_INPUT", "namespace, key, and value are required");
  }
  const { keepEmbedding = false } = options;
  const store = await requireReadableStore(db, options);
  const kind = kinds.entries;
  const table = requireTable(store, "entries");
  const shaper = makeShaper({ kind, table, now: new Date(), extraFields: "reject" });
  const shaped = shaper.shape(entry, 0);
  if ("problem" in shaped) throw new CopycatError("INVALID_INPUT", shaped.problem.message);
  const { columns } = describeMemoryTable(store, kind, table, { fields: shaper.fields, keepEmbedding });
  const texts = makeRowTexts(columns, store.embedding)(shaped.row);
  if (!Array.isArray(texts)) throw new CopycatError("INVALID_INPUT", `Entry 0: ${texts.message}`);
  const statement = storeSql(store, { columns, updates: kind.updates, keepEmbedding });
  const values = store.isDistributed ? [...texts, await readMoment(db)] : texts;
  const { rows } = await querier(db).query<{ is_new: boolean }>(statement, values);
  if (rows[0] === undefined) return "unchanged";
  return rows[0].is_new ? "inserted" : "updated";
}

/** The server's, as reads of what has expired take it; as a text that a worker reads the same, whatever its DateStyle is. */
async function readMoment(db: MemoryTarget): Promise<string> {
  const { rows } = await querier(db).query<{ moment: string }>(
    `select to_char(statement_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as moment`,
  );
  return rows[0]?.moment ?? new Date().toISOString();
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

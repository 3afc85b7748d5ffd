// The table that all ways load: one shape, and an exact account of what must be in it.

import type pg from "pg";
import type { Database } from "../../src/index.ts";
import { ensureMemory } from "../../src/memory/index.ts";
import { checkState, checksumSql, rowChecksum, type TableState } from "../support/checksum.ts";
import { dimensions, type Entry } from "./entries.ts";

export type EmbeddingType = "vector" | "real[]";

const schema = "memory";
/** Its name, qualified. */
export const table = "memory.memory_entries";

export const columns = ["namespace", "key", "value", "embedding", "metadata", "tags"] as const;

export interface TableShape {
  embedding: EmbeddingType;
  /** `key`: the unique key's and the primary key's; `store`: all that the store has, GIN among them. */
  indexes: "key" | "store";
  /** Storage of the embedding; default is the store's own. */
  storage?: "plain" | "external" | "extended" | "main" | undefined;
  /** Up to this many bytes (128 to 8160, default 2032) a row keeps its long values, as they are. */
  toastTupleTarget?: number | undefined;
  /** default_toast_compression of the database. */
  compression?: "pglz" | "lz4" | undefined;
}

/**
 * Fresh and empty, as copycat makes it, for all ways. Without an HNSW index: that is built after a load. Without the
 * other indexes as well unless the shape asks for them: the key's and the ids' remain.
 */
export async function createTable(database: Database, shape: TableShape): Promise<void> {
  const { embedding, storage, toastTupleTarget } = shape;
  const { pool } = database;
  await pool.query(`drop schema if exists ${schema} cascade`);
  await ensureMemory(database, { schema, embedding, dimensions });
  if (shape.indexes === "key") await dropIndexes(pool);
  // Autovacuum would come and go at moments of its own.
  await pool.query(`alter table ${table} set (autovacuum_enabled = off)`);
  if (storage !== undefined) {
    await pool.query(`alter table ${table} alter column embedding set storage ${storage}`);
  }
  if (toastTupleTarget !== undefined) {
    await pool.query(`alter table ${table} set (toast_tuple_target = ${toastTupleTarget})`);
  }
}

/** All that no constraint needs. */
async function dropIndexes(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ name: string }>(
    `select indexrelid::regclass::text as name from pg_index
    where indrelid = $1::regclass
      and not exists (select from pg_constraint where conindid = indexrelid)`,
    [table],
  );
  for (const { name } of rows) await pool.query(`drop index ${name}`);
}

/** Bytes of the table, of what was moved out of its rows (TOAST), and of its indexes. */
export async function tableBytes(client: pg.Client) {
  const { rows } = await client.query<{ heap: string; toast: string; indexes: string }>(`
    select pg_relation_size(oid) as heap, pg_indexes_size(oid) as indexes,
      coalesce(pg_total_relation_size(nullif(reltoastrelid, 0)), 0) as toast
    from pg_class where oid = '${table}'::regclass`);
  const [sizes] = rows;
  return { heap: Number(sizes?.heap), toast: Number(sizes?.toast), indexes: Number(sizes?.indexes) };
}

const separator = "\u001f";

/** What the table must hold after the first 1, 2, ... entries: made from the entries, by none of the ways. */
export function expectStates(entries: readonly Entry[], embedding: EmbeddingType): TableState[] {
  let sum = 0n;
  return entries.map((entry, index) => {
    const text = [
      entry.namespace,
      entry.key,
      entry.value,
      jsonbText(entry.metadata),
      entry.tags.join("\u001e"),
      "",
    ];
    sum += rowChecksum([text.join(separator), embeddingBytes(entry.embedding, embedding)]);
    return { rows: index + 1, checksum: sum.toString() };
  });
}

/** @throws Error when the table holds other rows, or others of the defaults' values. */
export async function checkTable(
  client: pg.Client,
  label: string,
  expected: TableState | undefined,
  embedding: EmbeddingType,
): Promise<void> {
  const send = embedding === "vector" ? "vector_send(embedding)" : "array_send(embedding)";
  const text = `namespace || e'\\x1f' || key || e'\\x1f' || value || e'\\x1f' || metadata || e'\\x1f'
    || array_to_string(tags, e'\\x1e') || e'\\x1f'`;
  const { rows } = await client.query<TableState>(
    checksumSql(table, `convert_to(${text}, 'UTF8') || ${send}`),
  );
  checkState(label, rows[0], expected ?? { rows: 0, checksum: "0" });
  const { rows: odd } = await client.query<{ odd: number }>(`
    select count(*)::int as odd from ${table}
    where created_at is null or updated_at is null or expires_at is not null or id is null`);
  if (odd[0]?.odd !== 0) throw new Error(`${label}: ${odd[0]?.odd} rows without the defaults' values`);
}

/** The text that jsonb gives a flat object: keys by length, then by bytes. */
function jsonbText(value: Entry["metadata"]): string {
  const keys = Object.keys(value).sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  return `{${keys.map((key) => `${JSON.stringify(key)}: ${JSON.stringify(value[key])}`).join(", ")}}`;
}

/** What vector_send and array_send answer. */
function embeddingBytes(values: readonly number[], embedding: EmbeddingType): Buffer {
  if (embedding === "vector") {
    const bytes = Buffer.alloc(4 + values.length * 4);
    bytes.writeInt16BE(values.length);
    for (const [index, value] of values.entries()) bytes.writeFloatBE(value, 4 + index * 4);
    return bytes;
  }
  const bytes = Buffer.alloc(20 + values.length * 8);
  for (const [index, field] of [1, 0, 700, values.length, 1].entries()) bytes.writeInt32BE(field, index * 4);
  for (const [index, value] of values.entries()) {
    bytes.writeInt32BE(4, 20 + index * 8);
    bytes.writeFloatBE(value, 24 + index * 8);
  }
  return bytes;
}

// Builds the HNSW index: after a load, never during it.

import type { PoolClient } from "pg";
import { type Database, quoteIdentifier, withCancel, wrapDatabaseError } from "../database/index.ts";
import { CopycatError, errorCode } from "../errors.ts";
import { type IndexProgress, watchBuild } from "./buildProgress.ts";
import { countEmbeddedSql, createHnswSql, type HnswOptions, hnswIndexName } from "./sql/hnsw.ts";
import { type MemoryStore, requireStore, type StoreOptions } from "./store.ts";
import type { EmbeddingType } from "./types.ts";

export type { IndexProgress } from "./buildProgress.ts";

export interface BuildIndexOptions extends StoreOptions, HnswOptions {
  /** Told about four times a second. */
  onProgress?: (progress: IndexProgress) => void;
  signal?: AbortSignal;
}

export interface BuiltIndex {
  /** Null where none can be: see `reason`. */
  name: string | null;
  /** False when it was there already. */
  created: boolean;
  elapsedMs: number;
  /** For people: why there is none. */
  reason: string | null;
}

/** HNSW_MAX_DIM of pgvector's hnsw.h, and twice that for halfvec. */
const hnswDimensions: Readonly<Record<EmbeddingType, number>> = { vector: 2000, halfvec: 4000, "real[]": 0 };

/** Why no HNSW index can be over the embeddings; null when one can. */
export function whyNoHnsw({ embedding: { type, dimensions } }: MemoryStore): string | null {
  if (type === "real[]")
    return "the embeddings are stored as real[], and only pgvector's types have an HNSW index";
  if (dimensions === null) return "the column takes embeddings of any dimension, and an HNSW index needs one";
  const most = hnswDimensions[type];
  if (dimensions <= most) return null;
  const hint = type === "vector" && dimensions <= hnswDimensions.halfvec ? "; halfvec takes up to 4000" : "";
  return `an HNSW index takes ${type} up to ${most} dimensions${hint}, and the store has ${dimensions}`;
}

/**
 * Builds the HNSW index (cosine) over the entries' embeddings, if there is none yet. Searches work without it, exactly
 * and in time that grows with the rows. While it is built, entries can be read but not written, unless `concurrently`.
 *
 * @throws CopycatError NOT_FOUND (no store), PERMISSION, DATABASE, CANCELLED
 *
 * @example
 * await buildMemoryIndex(database, { onProgress: ({ phase, done, total }) => console.log(phase, done, total) });
 */
export async function buildMemoryIndex(
  database: Database,
  options: BuildIndexOptions = {},
): Promise<BuiltIndex> {
  const store = await requireStore(database, options);
  const start = performance.now();
  const elapsed = (): number => Math.round(performance.now() - start);
  const reason = whyNoHnsw(store);
  if (reason !== null) return { name: null, created: false, elapsedMs: 0, reason };
  if (store.hnswIndex !== null) return { name: store.hnswIndex, created: false, elapsedMs: 0, reason: null };
  checkHnswOptions(options);
  const created = await createIndex(database, store, createHnswSql(store, options), options);
  return { name: hnswIndexName, created, elapsedMs: elapsed(), reason: null };
}

/**
 * Runs one `create index` with the memory and the processes that it is worth.
 *
 * @returns false when another session has just made it
 */
export async function createIndex(
  database: Database,
  store: MemoryStore,
  statement: string,
  { onProgress, signal }: Pick<BuildIndexOptions, "onProgress" | "signal">,
): Promise<boolean> {
  const client = await database.pool.connect();
  const unwatch = onProgress === undefined ? null : await watchBuild(database, client, onProgress);
  try {
    await setBuildSettings(client, store);
    return await withCancel(database, client, signal, () => runStatement(client, statement));
  } catch (error) {
    if (signal?.aborted === true) {
      throw new CopycatError("CANCELLED", "The index was not built: cancelled.", { cause: error });
    }
    throw wrapDatabaseError(error, "Building the HNSW index failed");
  } finally {
    unwatch?.();
    if (/concurrently/.test(statement)) await dropInvalid(client, store).catch(() => undefined);
    // Its settings were made for this job.
    client.release(true);
  }
}

async function runStatement(client: PoolClient, statement: string): Promise<boolean> {
  try {
    await client.query(statement);
    return true;
  } catch (error) {
    const code = errorCode(error);
    // 42P07, 23505: another session was faster.
    if (code === "42P07" || code === "23505") return false;
    // A parallel build keeps its graph in shared memory, of which containers have 64 MB in /dev/shm: alone it does not.
    if (code !== "53100" && code !== "53200") throw error;
    await client.query("set max_parallel_maintenance_workers = 0");
    await client.query(statement);
    return true;
  }
}

/** More is for the administrator to give. */
const mostMegabytes = 2048;
const bytesPerNode = 400;

/** $1: megabytes that the graph needs. Four times shared_buffers, since who gave little there has not much to give. */
const buildSettingsSql = `\
select set_config('maintenance_work_mem', greatest(
    pg_size_bytes(current_setting('maintenance_work_mem')),
    least($1::bigint * 1024 * 1024, 4 * pg_size_bytes(current_setting('shared_buffers')))
  ) / 1024 || 'kB', false),
  set_config('max_parallel_maintenance_workers', greatest(
    current_setting('max_parallel_maintenance_workers')::int, current_setting('max_parallel_workers')::int
  )::text, false)`;

/**
 * A graph that fits into maintenance_work_mem is built in memory, beyond it on disk and many times slower. Raised only,
 * and only as far as the rows need. Workers as many as the server has: 50,000 rows of 384 took 14 s without, 8 s with
 * them (two cores).
 */
async function setBuildSettings(client: PoolClient, store: MemoryStore): Promise<void> {
  const { rows } = await client.query<{ rows: number }>(countEmbeddedSql(store), [2_000_000]);
  const bytes = (rows[0]?.rows ?? 0) * ((store.embedding.dimensions ?? 0) * 4 + bytesPerNode);
  const megabytes = Math.min(mostMegabytes, Math.ceil((bytes * 1.2) / 2 ** 20) + 64);
  await client.query(buildSettingsSql, [megabytes]);
}

/** What a concurrent build leaves behind when it fails. */
async function dropInvalid(client: PoolClient, { schema }: MemoryStore): Promise<void> {
  const { rows } = await client.query(
    "select from pg_index where indexrelid = to_regclass($1) and not indisvalid",
    [quoteIdentifier(schema, hnswIndexName)],
  );
  if (rows.length > 0) await client.query(`drop index ${quoteIdentifier(schema, hnswIndexName)}`);
}

function checkHnswOptions({ m, efConstruction }: HnswOptions): void {
  for (const [name, value, least, most] of [
    ["m", m, 2, 100],
    ["efConstruction", efConstruction, 4, 1000],
  ] as const) {
    if (value !== undefined && !(Number.isInteger(value) && value >= least && value <= most)) {
      throw new CopycatError(
        "USAGE",
        `${name} is ${value}; it must be a whole number from ${least} to ${most}.`,
      );
    }
  }
}

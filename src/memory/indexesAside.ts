// Vector indexes out of the way of a large load, and back again.

import type { BulkReport } from "../bulk/index.ts";
import { type Database, quoteIdentifier } from "../database/index.ts";
import { errorMessage } from "../errors.ts";
import { createIndex } from "./buildMemoryIndex.ts";
import { kinds } from "./kinds.ts";
import { type LoadJob, progressOf } from "./loadJob.ts";
import type { ReadRecords, RecordsOf } from "./rowSource.ts";
import { countEmbeddedSql, listVectorIndexesSql } from "./sql/hnsw.ts";
import type { MemoryTarget } from "./store.ts";

/** A load below this is no reason to build an index anew. */
const asideRows = 10_000;

/** So many records are looked up to see whether a load brings anything new. */
const probedRecords = 50;

interface VectorIndex {
  name: string;
  definition: string;
}

/**
 * Runs a load without the vector indexes, when that pays: it is large against the table, and its records are new.
 * They are dropped and built in transactions of their own, since an index that is dropped locks readers out until
 * its transaction ends. When the process dies in between, searches are exact, and the next large load builds one.
 */
export async function withIndexesAside(
  db: MemoryTarget,
  job: LoadJob,
  records: ReadRecords,
  load: () => Promise<BulkReport>,
): Promise<BulkReport> {
  if (!("pool" in db)) return load();
  const aside = await takeIndexes(db, job, records);
  if (aside.length === 0) return load();
  try {
    return await load();
  } finally {
    if (job.options.signal?.aborted !== true) await putBack(db, job, aside);
    else job.log.notice(`Cancelled with the vector index dropped; \`copycat memory index\` builds one.`);
  }
}

async function takeIndexes(database: Database, job: LoadJob, records: ReadRecords): Promise<VectorIndex[]> {
  const { store, kind, options } = job;
  const { totalRows = 0, rebuildIndex = "auto" } = options;
  if (kind !== "entries" || !store.hasVector || rebuildIndex === "never" || totalRows < asideRows) return [];
  const { rows: indexes } = await database.pool.query<VectorIndex & { valid: boolean }>(
    listVectorIndexesSql,
    [store.schema],
  );
  if (indexes.length === 0) return [];
  // Larger than what is there: more than half of the table afterwards.
  const { rows } = await database.pool.query<{ rows: number }>(countEmbeddedSql(store), [totalRows]);
  if ((rows[0]?.rows ?? 0) >= totalRows || !(await areNew(database, job, records))) return [];
  const names = indexes.map(({ name }) => quoteIdentifier(store.schema, name)).join(", ");
  job.log.notice(`Dropped the vector index for the load; it is built again afterwards.`);
  await database.pool.query(`drop index ${names}`);
  return indexes.filter(({ valid }) => valid);
}

async function putBack(database: Database, job: LoadJob, indexes: readonly VectorIndex[]): Promise<void> {
  for (const { name, definition } of indexes) {
    try {
      await createIndex(database, job.store, definition, progressOf(job, 0));
    } catch (error) {
      // The rows are in, or an error of the load is on its way; searches work without.
      job.log.notice(
        `The vector index ${name} could not be built again: ${errorMessage(error)} To build it: ${definition};`,
      );
    }
  }
}

/** Whether fewer than half of the first records are there already: to load a file again needs no new index. */
async function areNew(database: Database, { store, kind }: LoadJob, records: ReadRecords): Promise<boolean> {
  if (typeof records !== "function") return false;
  const { conflictKey, table } = kinds[kind];
  const found: Record<string, unknown>[] = [];
  for await (const record of records() as RecordsOf<Record<string, unknown>>) {
    found.push(record);
    if (found.length === probedRecords) break;
  }
  const keys = conflictKey.map((name) =>
    found.map((record) => String(record[name] ?? "").replaceAll("\0", "")),
  );
  const { rows } = await database.pool.query<{ known: number }>(
    `select count(*)::int as known from unnest($1::text[], $2::text[]) as k(a, b)
join ${quoteIdentifier(store.schema, table)} t on t.${conflictKey[0]} = k.a and t.${conflictKey[1]} = k.b`,
    keys,
  );
  return (rows[0]?.known ?? 0) * 2 < found.length;
}

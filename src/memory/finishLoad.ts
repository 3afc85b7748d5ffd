// After a load: a first vector index when there is reason for one, statistics.

import type { BulkReport } from "../bulk/index.ts";
import { type Database, quoteIdentifier } from "../database/index.ts";
import { CopycatError, errorMessage } from "../errors.ts";
import { buildMemoryIndex, whyNoHnsw } from "./buildMemoryIndex.ts";
import { kinds } from "./kinds.ts";
import { type LoadJob, progressOf } from "./loadJob.ts";
import { countEmbeddedSql, listVectorIndexesSql } from "./sql/hnsw.ts";
import type { MemoryTarget } from "./store.ts";

/**
 * Below this an exact search takes less than 50 ms (50,000 vectors of 384), so nobody needs an index that is approximate
 * and takes 15 times as long to build as the rows to load.
 */
export const indexFromRows = 50_000;

/** Nothing follows a load below this: a load of 10 rows takes as long as these questions. */
const largeRows = 1000;

/** After the commit. The rows are in already, so a failure is a notice. */
export async function finishLoad(db: MemoryTarget, job: LoadJob, report: BulkReport): Promise<void> {
  const changed = report.inserted + report.updated;
  if (!("pool" in db) || changed === 0) return;
  try {
    await buildFirstIndex(db, job, report);
    await analyze(db, job, changed);
  } catch (error) {
    if (error instanceof CopycatError && error.code === "CANCELLED") return;
    job.log.notice(`All is in, but what follows a load failed: ${errorMessage(error)}`);
  }
}

async function buildFirstIndex(database: Database, job: LoadJob, report: BulkReport): Promise<void> {
  const { store, kind, options } = job;
  if (kind !== "entries" || report.inserted < largeRows || whyNoHnsw(store) !== null) return;
  const { rows: present } = await database.pool.query(listVectorIndexesSql, [store.schema]);
  if (present.length > 0) return;
  const { signal, indexFrom = indexFromRows } = options;
  const { rows } = await database.pool.query<{ rows: number }>(countEmbeddedSql(store), [indexFrom]);
  if ((rows[0]?.rows ?? 0) < indexFrom) return;
  const built = await buildMemoryIndex(database, {
    store,
    ...progressOf(job, report.rejected),
    ...(signal === undefined ? {} : { signal }),
  });
  if (built.created) job.log.notice(`Built the HNSW index ${built.name} in ${built.elapsedMs} ms.`);
}

/**
 * 6,000 rows are looked at instead of 30,000: 25 ms instead of 110 for 100,000 entries, and enough for plans until
 * autovacuum comes by, which takes the server's own target.
 */
const statisticsTarget = 20;

/** Below a tenth of the table autovacuum does as well, and the work has to grow with the new rows. */
async function analyze(
  database: Database,
  { store, kind, options }: LoadJob,
  changed: number,
): Promise<void> {
  if (changed < largeRows) return;
  const name = quoteIdentifier(store.schema, kinds[kind].table);
  const { rows } = await database.pool.query<{ known: number }>(
    "select reltuples::float8 as known from pg_class where oid = $1::regclass",
    [name],
  );
  if (changed * 10 < (rows[0]?.known ?? 0)) return;
  options.onProgress?.({ phase: "analyze", done: changed, total: changed, rejected: 0, elapsedMs: 0 });
  // What the plans of reads depend on; the values themselves would take as long again, and are left to autovacuum.
  const columns = [...kinds[kind].conflictKey.slice(0, 1), "created_at", "expires_at"].filter((column) =>
    store.tables[kind]?.columns.has(column),
  );
  const list = columns.map((column) => quoteIdentifier(column)).join(", ");
  await database.pool.query(
    `set local default_statistics_target = ${statisticsTarget}; analyze ${name} (${list})`,
  );
}

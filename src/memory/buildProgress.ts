// How far the build of an index has come, asked over another connection.

import type { PoolClient } from "pg";
import type { Database } from "../database/index.ts";
import { buildProgressSql } from "./sql/hnsw.ts";

export interface IndexProgress {
  /** PostgreSQL's word for it: `building index: loading tuples`. */
  phase: string;
  /** Rows so far; blocks of the table where the server counts those. */
  done: number;
  /** Null when the server does not say. */
  total: number | null;
  elapsedMs: number;
}

interface Progress {
  phase: string;
  blocks_done: number;
  blocks_total: number;
  tuples_done: number;
  tuples_total: number;
}

const intervalMs = 250;

/** Asks until the function that it returns is called. A question that fails is no reason to stop a build. */
export async function watchBuild(
  database: Database,
  client: PoolClient,
  onProgress: (progress: IndexProgress) => void,
): Promise<() => void> {
  const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
  const start = performance.now();
  let isAsking = false;
  let isOver = false;
  const ask = async (): Promise<void> => {
    if (isAsking) return;
    isAsking = true;
    const found = await database.pool
      .query<Progress>(buildProgressSql, [rows[0]?.pid])
      .catch(() => ({ rows: [] }));
    isAsking = false;
    const progress = found.rows[0];
    if (progress === undefined || isOver) return;
    const byTuples = progress.tuples_total > 0;
    const total = byTuples ? progress.tuples_total : progress.blocks_total;
    onProgress({
      phase: progress.phase,
      done: byTuples ? progress.tuples_done : progress.blocks_done,
      total: total > 0 ? total : null,
      elapsedMs: Math.round(performance.now() - start),
    });
  };
  const timer = setInterval(() => void ask(), intervalMs);
  return () => {
    isOver = true;
    clearInterval(timer);
  };
}

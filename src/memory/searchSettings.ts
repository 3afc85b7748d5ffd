// Settings of pgvector for one search.

import type { ClientBase } from "pg";
import { withReading } from "../database/index.ts";
import type { MemoryStore, MemoryTarget } from "./store.ts";

/**
 * The index looks at `ef_search` candidates, 40 by default, so no more rows come out; and where pgvector can (0.8), it
 * goes on while filters leave too few. In a transaction that is rolled back, or a savepoint of the caller's, so that
 * the settings end with the search.
 */
export async function withIndexSettings<Result>(
  db: MemoryTarget,
  store: MemoryStore,
  limit: number,
  work: (client: ClientBase) => Promise<Result>,
): Promise<Result> {
  const candidates = Math.min(1000, Math.max(100, 2 * limit));
  const [major = 0, minor = 0] = (store.vector?.version ?? "").split(".").map(Number);
  const settings = [
    `set local hnsw.ef_search = ${candidates}`,
    ...(major > 0 || minor >= 8 ? ["set local hnsw.iterative_scan = strict_order"] : []),
  ].join("; ");
  const run = async (client: ClientBase): Promise<Result> => {
    await client.query(settings);
    return work(client);
  };
  if ("pool" in db) return withReading(db, run);
  await db.query("savepoint copycat_search");
  try {
    return await run(db);
  } finally {
    await db.query("rollback to savepoint copycat_search; release savepoint copycat_search");
  }
}

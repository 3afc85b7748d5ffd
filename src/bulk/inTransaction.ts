// Where a load runs: in a transaction of its own, or in the caller's.

import type { ClientBase } from "pg";
import { type Database, withCancel, withTransaction } from "../database/index.ts";
import { loadSettings } from "./settings.ts";

/** A pool, for a transaction of the load's own; or a client inside a transaction of the caller's, who commits. */
export type LoadTarget = Database | ClientBase;

export function isDatabase(db: LoadTarget): db is Database {
  return "pool" in db;
}

/** Runs `work` so that it is in as a whole or not at all. A caller's transaction goes on as before when it fails. */
export async function inTransaction<Result>(
  db: LoadTarget,
  signal: AbortSignal | undefined,
  work: (client: ClientBase) => Promise<Result>,
): Promise<Result> {
  if (isDatabase(db)) {
    return withTransaction(db, (client) => withCancel(db, client, signal, () => work(client)), loadSettings);
  }
  await db.query("savepoint copycat_load");
  try {
    const result = await work(db);
    await db.query("release savepoint copycat_load");
    return result;
  } catch (error) {
    await db
      .query("rollback to savepoint copycat_load; release savepoint copycat_load")
      .catch(() => undefined);
    throw error;
  }
}

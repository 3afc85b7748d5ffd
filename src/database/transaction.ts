// One connection, one transaction, and no way to leave either half done.

import type { PoolClient } from "pg";
import { CopycatError, errorCode, errorMessage } from "../errors.ts";
import type { Database } from "./connect.ts";
import { isSqlState } from "./sqlstate.ts";

type Work<Result> = (client: PoolClient) => Promise<Result>;

/**
 * Runs `work` on a connection of its own inside a transaction: commit when it returns, rollback when it throws.
 *
 * After an error the connection is closed instead of going back to the pool: a COPY may still be running on it,
 * and the server rolls back by itself when a connection ends.
 *
 * @throws what `work` throws; CopycatError CONNECTION when the connection broke during the commit itself, since then
 * nobody knows whether it took place.
 */
export function withTransaction<Result>(database: Database, work: Work<Result>): Promise<Result> {
  return runInTransaction(database, work, commit);
}

/** As `withTransaction`, but rolls back in the end: what happens inside is only looked at. */
export function withRollback<Result>(database: Database, work: Work<Result>): Promise<Result> {
  return runInTransaction(database, work, async (client) => {
    await client.query("rollback");
  });
}

async function runInTransaction<Result>(
  database: Database,
  work: Work<Result>,
  finish: (client: PoolClient) => Promise<void>,
): Promise<Result> {
  const client = await database.pool.connect();
  // Without a listener, a connection that breaks between two queries would end the process.
  const ignore = (): void => undefined;
  client.on("error", ignore);
  try {
    // Named, since a role may default to something else: a load must see what was committed while it waited.
    await client.query("begin isolation level read committed read write");
    const result = await work(client);
    await finish(client);
    client.off("error", ignore);
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

async function commit(client: PoolClient): Promise<void> {
  try {
    await client.query("commit");
  } catch (error) {
    const code = errorCode(error);
    // A SQLSTATE of another class than 08 (connection) and 57 (operator) is the server's refusal: rolled back.
    if (code !== undefined && isSqlState(code) && !/^(08|57)/.test(code)) throw error;
    throw new CopycatError(
      "CONNECTION",
      `The connection broke during the commit (${errorMessage(error)}), so it is not known whether the changes are in. ` +
        "Run the same command again: what is in already is left alone.",
      { cause: error },
    );
  }
}

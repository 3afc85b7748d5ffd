// One connection, one transaction, and no way to leave either half done.

import type { PoolClient } from "pg";
import type { Database } from "./connect.ts";

/**
 * Runs `work` on a connection of its own inside a transaction: commit when it returns, rollback when it throws.
 *
 * After an error the connection is closed instead of going back to the pool: a COPY may still be running on it,
 * and the server rolls back by itself when a connection ends.
 */
export async function withTransaction<Result>(
  database: Database,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  return withClient(database, async (client) => {
    await client.query("begin");
    const result = await work(client);
    await client.query("commit");
    return result;
  });
}

/** As `withTransaction`, but rolls back in the end: what happens inside is only looked at. */
export async function withRollback<Result>(
  database: Database,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  return withClient(database, async (client) => {
    await client.query("begin");
    const result = await work(client);
    await client.query("rollback");
    return result;
  });
}

async function withClient<Result>(
  database: Database,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await database.pool.connect();
  // Without a listener, a connection that breaks between two queries would end the process.
  const ignore = (): void => undefined;
  client.on("error", ignore);
  try {
    const result = await work(client);
    client.off("error", ignore);
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

// One connection of a test database, closed afterwards whatever became of the test.

import type { PoolClient } from "pg";
import type { Database } from "../../src/database/index.ts";

/** Runs `work` on a connection of its own, after `setup`. */
export async function withSession<Result>(
  database: Database,
  setup: string,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await database.pool.connect();
  try {
    await client.query(setup);
    return await work(client);
  } finally {
    client.release(true);
  }
}

// Several questions about one state of the store.

import type { PoolClient } from "pg";
import type { Database } from "../../database/index.ts";
import { withPool } from "./readUpdates.ts";

/** What somebody commits between the questions is seen by none of them. Also on a server that only follows another one. */
export function withOneView<Result>(
  database: Database,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  return withPool(database)(async (client) => {
    await client.query("begin isolation level repeatable read, read only");
    const result = await work(client);
    await client.query("commit");
    return result;
  });
}

// One connection for several statements, whether the caller brings it or not.

import type { ClientBase } from "pg";
import { isDatabase, type LoadTarget } from "./inTransaction.ts";

/** Runs `work` on the caller's client, or on one of the database's, which is closed when it fails. */
export async function withClient<Result>(
  db: LoadTarget,
  work: (client: ClientBase) => Promise<Result>,
): Promise<Result> {
  if (!isDatabase(db)) return work(db);
  const client = await db.pool.connect();
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

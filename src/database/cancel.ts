// Cancelling what the server is doing.

import type { PoolClient } from "pg";
import type { Database } from "./connect.ts";

/**
 * While `work` runs, an abort of the signal cancels the statement that runs on `client` (SQLSTATE 57014), over
 * another connection. A COPY that waits for its source is not reached this way: end the source.
 */
export async function withCancel<Result>(
  database: Database,
  client: PoolClient,
  signal: AbortSignal | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  if (signal === undefined) return work();
  const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
  const cancel = (): void => {
    // Best effort: whoever aborts checks the signal between two statements as well.
    database.pool.query("select pg_cancel_backend($1)", [rows[0]?.pid]).catch(() => undefined);
  };
  signal.addEventListener("abort", cancel, { once: true });
  try {
    return await work();
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}

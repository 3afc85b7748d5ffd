// Cancelling what the server is doing.

import type { PoolClient } from "pg";
import type { Database } from "./connect.ts";

const againMs = 500;

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
  let again: NodeJS.Timeout | undefined;
  const cancel = (): void => {
    // Best effort, and again until the work has ended: one that comes between two statements reaches none of them.
    // With its type: Citus has a second one, of bigint.
    database.pool.query("select pg_cancel_backend($1::int)", [rows[0]?.pid]).catch(() => undefined);
    again = setTimeout(cancel, againMs);
  };
  signal.addEventListener("abort", cancel, { once: true });
  try {
    return await work();
  } finally {
    signal.removeEventListener("abort", cancel);
    clearTimeout(again);
  }
}

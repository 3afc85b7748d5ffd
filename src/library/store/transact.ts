// One transaction for a change of many rows, tried again when it fails for a reason that passes.

import type { PoolClient } from "pg";
import { withCancel, withRetry, withTransaction, wrapDatabaseError } from "../../database/index.ts";
import { CopycatError } from "../../errors.ts";
import type { LibraryScope } from "./tables.ts";

/** @throws CopycatError CANCELLED, CONNECTION, DATABASE; nothing was changed then */
export async function transact<Result>(
  { database }: LibraryScope,
  { doing, signal }: { doing: string; signal?: AbortSignal | undefined },
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  try {
    signal?.throwIfAborted();
    return await withRetry(
      () => withTransaction(database, (client) => withCancel(database, client, signal, () => work(client))),
      { signal },
    );
  } catch (error) {
    if (signal?.aborted === true) {
      throw new CopycatError("CANCELLED", "Cancelled; nothing was changed.", { cause: error });
    }
    throw wrapDatabaseError(error, `${doing} failed, nothing was changed`);
  }
}

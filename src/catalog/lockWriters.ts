// Nobody else writes to the catalog: readers go on, writers wait.

import { setTimeout as sleep } from "node:timers/promises";
import type { PoolClient } from "pg";
import {
  describeSessions,
  listTableUsers,
  type Questioner,
  queryWithRefusal,
  sqlState,
} from "../database/index.ts";
import { errorCode } from "../errors.ts";

export interface LockOptions {
  /** The nodes first. */
  tables: readonly string[];
  onNotice?: (message: string) => void;
  signal?: AbortSignal;
  /** Waits so long at a time, and looks at the signal in between; for who cannot be cancelled otherwise. */
  stepMs?: number;
}

const pauseMs = 50;

/**
 * As a load does it: waits for the nodes with nothing in hand, and takes the other tables only if they are free, since
 * Tiled may hold one of them and wait for the nodes.
 *
 * @param asker who asks for whom it waits. Another connection, where the transaction is to see what was committed while it
 * waited: a repeatable read sees what there was at its first query, and LOCK is none.
 */
export async function lockWriters(
  client: PoolClient,
  asker: Questioner,
  { tables, onNotice, signal, stepMs }: LockOptions,
): Promise<void> {
  const [nodes, ...others] = tables;
  for (let tries = 0; ; tries++) {
    signal?.throwIfAborted();
    await client.query("savepoint copycat_lock");
    if (stepMs !== undefined) await client.query(`set local lock_timeout = ${stepMs}`);
    try {
      await queryWithRefusal(
        client,
        `lock table ${nodes} in share row exclusive mode${tries === 0 ? " nowait" : ""}`,
      );
      await queryWithRefusal(client, `lock table ${others.join(", ")} in share row exclusive mode nowait`);
      return;
    } catch (error) {
      if (errorCode(error) !== sqlState.lockNotAvailable) throw error;
    }
    await client.query("rollback to savepoint copycat_lock; release savepoint copycat_lock");
    if (tries === 0) {
      const who = describeSessions(await listTableUsers(asker, tables, false));
      onNotice?.(`Another program is writing to the catalog${who}; waiting for it to finish.`);
    } else await sleep(pauseMs);
  }
}

// A command that waits for another program's lock says so, whatever it does.

import type { Database } from "./connect.ts";
import { describeSessions, listBlockers, type Session } from "./holders.ts";

/** Shorter waits are nobody's concern. */
const intervalMs = 2000;

/**
 * Asks every two seconds who keeps the pool's connections waiting, and tells when others do than were told before.
 *
 * @returns ends it
 */
export function watchWaits(
  { pool, pids }: Pick<Database, "pool" | "pids">,
  tell: (message: string, sessions: readonly Session[]) => void,
): () => void {
  let told = "";
  let isAsking = false;
  const ask = async (): Promise<void> => {
    const sessions = await listBlockers(pool, pids());
    const who = sessions.map(({ pid }: Session) => pid).join();
    if (who !== told && who !== "")
      tell(`Waiting for another program${describeSessions(sessions)}.`, sessions);
    told = who;
  };
  const timer = setInterval(() => {
    // Where nobody can say, or all connections are at work, the wait goes on without a word.
    if (isAsking || (pool.waitingCount > 0 && pool.idleCount === 0)) return;
    isAsking = true;
    ask()
      .catch(() => undefined)
      .finally(() => {
        isAsking = false;
      });
  }, intervalMs);
  timer.unref();
  return () => clearInterval(timer);
}

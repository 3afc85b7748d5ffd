// An advisory lock that tells others that a process lives: the server lets it go when the process is gone.

import pg from "pg";
import type { Database } from "./connect.ts";

/** What the lock is for, a number of ours, and which one of these: any text. */
export interface LockName {
  classId: number;
  key: string;
}

/** SQL that is true where somebody holds the lock. `key` is an expression. */
export function isLockedSql(classId: number, key: string): string {
  // objsubid is 2 for locks that have two keys. An advisory lock belongs to one database.
  return `\
exists (
  select from pg_locks
  where locktype = 'advisory' and granted and objsubid = 2 and classid = ${classId} and objid = hashtext(${key})::oid
    and database = (select oid from pg_database where datname = current_database()))`;
}

export class SessionLock {
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  /**
   * Takes the lock on a connection beside the pool's, which a pool of one connection could not spare, and which stays
   * idle outside of any transaction. Null when somebody else has it.
   *
   * When the connection breaks, the lock is gone; nobody is told.
   */
  static async take({ pool }: Database, { classId, key }: LockName): Promise<SessionLock | null> {
    const client = new pg.Client(pool.options);
    client.on("error", () => undefined);
    try {
      await client.connect();
      // A server may end sessions that are idle for long.
      await client.query("set idle_session_timeout = 0");
      const { rows } = await client.query<{ isMine: boolean }>(
        'select pg_try_advisory_lock($1, hashtext($2)) as "isMine"',
        [classId, key],
      );
      if (rows[0]?.isMine === true) return new SessionLock(client);
    } catch (error) {
      void close(client);
      throw error;
    }
    await close(client);
    return null;
  }

  /** Lets the lock go; once it resolves, somebody else can take it. Never throws. */
  async release(): Promise<void> {
    // The server notices the end of a connection a moment later; until then nobody else could take it.
    await this.#client.query("select pg_advisory_unlock_all()").catch(() => undefined);
    await close(this.#client);
  }
}

async function close(client: pg.Client): Promise<void> {
  await client.end().catch(() => undefined);
}

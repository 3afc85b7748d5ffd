// An advisory lock that tells others that a process lives: the server lets it go when the process is gone.

import pg from "pg";
import { CopycatError } from "../errors.ts";
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
    const client = makeClient(pool);
    try {
      await prepare(client);
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

  /** As `take`, but waits for whoever has it. @throws CopycatError CANCELLED when the signal fires meanwhile */
  static async wait(
    { pool }: Database,
    { classId, key }: LockName,
    signal?: AbortSignal,
  ): Promise<SessionLock> {
    const client = makeClient(pool);
    // The server gives up waiting for a client that is gone no sooner than it looks.
    const stop = (): void => void close(client);
    signal?.addEventListener("abort", stop);
    try {
      signal?.throwIfAborted();
      await prepare(client);
      await client.query(noticeGoneClientSql);
      await client.query("select pg_advisory_lock($1, hashtext($2))", [classId, key]);
      signal?.throwIfAborted();
      return new SessionLock(client);
    } catch (error) {
      void close(client);
      if (signal?.aborted !== true) throw error;
      throw new CopycatError("CANCELLED", "Cancelled while waiting for another process.", { cause: error });
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  /** Lets the lock go; once it resolves, somebody else can take it. Never throws. */
  async release(): Promise<void> {
    // The server notices the end of a connection a moment later; until then nobody else could take it.
    await this.#client.query("select pg_advisory_unlock_all()").catch(() => undefined);
    await close(this.#client);
  }
}

/** Windows servers cannot. */
const noticeGoneClientSql =
  "do $$ begin perform set_config('client_connection_check_interval', '2s', false); exception when others then null; end $$";

function makeClient(pool: pg.Pool): pg.Client {
  const client = new pg.Client(pool.options);
  client.on("error", () => undefined);
  return client;
}

async function prepare(client: pg.Client): Promise<void> {
  await client.connect();
  // A server may end sessions that are idle for long, and statements that wait for long.
  await client.query("set idle_session_timeout = 0; set statement_timeout = 0; set lock_timeout = 0");
}

async function close(client: pg.Client): Promise<void> {
  await client.end().catch(() => undefined);
}

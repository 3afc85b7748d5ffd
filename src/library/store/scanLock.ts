// One scan of a library at a time: two would each find the other's files missing or new.

import { AsyncLocalStorage } from "node:async_hooks";
import type { PoolClient } from "pg";
import { describeSessions, listLockHolders, SessionLock } from "../../database/index.ts";
import { CopycatError } from "../../errors.ts";
import { type Log, silentLog } from "../../log.ts";
import { ask } from "./ask.ts";
import type { LibraryScope } from "./tables.ts";

/** Ours among the advisory locks with two keys. */
const classId = 1_280_000_001;

/** Held by a scan's transaction while it writes. */
const writingClassId = 1_280_000_002;

interface HeldLock {
  key: string;
  /** Of the server's process that has it. */
  pid: number | null;
}

/** The locks in whose work a call is made, the newest first. */
const heldLocks = new AsyncLocalStorage<readonly HeldLock[]>();

const keyOf = ({ tables, libraryId }: LibraryScope): string => `${tables.schema} ${libraryId}`;

export async function withScanLock<Result>(
  scope: LibraryScope,
  work: () => Promise<Result>,
  { name, log = silentLog, signal }: { name: string; log?: Log; signal?: AbortSignal | undefined },
): Promise<Result> {
  const { database } = scope;
  const key = keyOf(scope);
  let lock = await SessionLock.take(database, { classId, key });
  if (lock === null) {
    const who = describeSessions(await listLockHolders(database.pool, classId, key));
    log.notice(`Another scan of the library "${name}" is running${who}; waiting for it to end.`);
    lock = await SessionLock.wait(database, { classId, key }, signal);
  }
  try {
    const held = [{ key, pid: await findHolder(scope) }, ...(heldLocks.getStore() ?? [])];
    return await heldLocks.run(held, work);
  } finally {
    await lock.release();
  }
}

const holderSql = `
  select pid from pg_locks
  where locktype = 'advisory' and granted and objsubid = 2 and classid = $1 and objid = hashtext($2)::oid
    and database = (select oid from pg_database where datname = current_database())`;

async function findHolder(scope: LibraryScope): Promise<number | null> {
  const key = keyOf(scope);
  const doing = "Looking at the lock of scans";
  // One that lost its lock while it wrote may still be writing.
  const text = "select pg_advisory_xact_lock($1, hashtext($2))";
  await ask(scope, { text, values: [writingClassId, key], doing });
  const [row] = await ask<{ pid: number }>(scope, { text: holderSql, values: [classId, key], doing });
  return row?.pid ?? null;
}

/**
 * In the transaction that writes for a scan: that no other scan can have begun since. Does nothing outside of `withScanLock`.
 *
 * @throws CopycatError CONNECTION when the connection that had the lock is gone
 */
export async function requireScanLock(client: PoolClient, scope: LibraryScope): Promise<void> {
  const key = keyOf(scope);
  const held = heldLocks.getStore()?.find((lock) => lock.key === key);
  if (held === undefined) return;
  // A scan that begins from now on waits until this one's transaction has ended.
  await client.query("select pg_advisory_xact_lock($1, hashtext($2))", [writingClassId, key]);
  const { rows } = await client.query<{ pid: number }>(holderSql, [classId, key]);
  if (held.pid !== null && rows[0]?.pid === held.pid) return;
  throw new CopycatError(
    "CONNECTION",
    "The connection that keeps other scans away from the library broke while this one ran, so another one may have begun. " +
      "Nothing more was written; run the same command again.",
  );
}

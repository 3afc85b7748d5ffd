// A connection for building and dropping indexes beside everybody else: one such job at a time in a database, and what
// it waits for is told.

import { setTimeout as sleep } from "node:timers/promises";
import type { PoolClient } from "pg";
import {
  type Database,
  describeSession,
  describeSessions,
  listTurnHolders,
  sqlState,
  withCancel,
} from "../../database/index.ts";
import { errorCode } from "../../errors.ts";

export interface TurnOptions {
  onNotice?: (message: string) => void;
  signal?: AbortSignal;
}

/** Each time a load has come in between; that many in a row do not. */
const mostAttempts = 5;

/**
 * Runs `work` on a connection of its own, outside of any transaction, when no other such job runs in the database: two
 * that build the same index would take each other's unfinished one for a leftover.
 *
 * An index that is built beside others waits for older transactions; when one of those comes to wait for the index, as a load
 * does that has read its files meanwhile, neither would ever end. Then the index steps back and begins again behind it: `work`
 * may run several times, and undoes what it did when it fails.
 */
export async function withIndexTurn<Result>(
  database: Database,
  options: TurnOptions,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await runOnce(database, options, work);
    } catch (error) {
      const isCrossed = error instanceof SteppedBack || errorCode(error) === sqlState.deadlockDetected;
      if (!isCrossed || options.signal?.aborted === true || attempt === mostAttempts) {
        throw error instanceof SteppedBack ? error.cause : error;
      }
      options.onNotice?.(
        "Another session has come to wait for the index that waits for it; the index begins again.",
      );
    }
  }
}

/** The statement was cancelled by `watchBlockers`; `cause` is the server's word on it. */
class SteppedBack extends Error {}

async function runOnce<Result>(
  database: Database,
  options: TurnOptions,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await database.pool.connect();
  client.on("error", () => undefined);
  let watch: Watch = { hasSteppedBack: false, end: () => undefined };
  try {
    await prepareConnection(client);
    await takeTurn(client, options);
    watch = await watchBlockers(database, client, options);
    return await withCancel(database, client, options.signal, () => work(client));
  } catch (error) {
    throw watch.hasSteppedBack ? new SteppedBack("", { cause: error }) : error;
  } finally {
    watch.end();
    // The turn and the settings end with the connection.
    client.release(true);
  }
}

async function prepareConnection(client: PoolClient): Promise<void> {
  await client.query("set lock_timeout = 0");
  await client.query(buildSettingsSql);
  // A build whose client was killed ends soon. Windows servers cannot.
  await client.query("set client_connection_check_interval = '2s'").catch(() => undefined);
}

/** Never less than what the server was set to. */
const buildSettingsSql = `\
select set_config('maintenance_work_mem',
    greatest(pg_size_bytes(current_setting('maintenance_work_mem')), pg_size_bytes('256MB')) / 1024 || 'kB', false),
  set_config('max_parallel_maintenance_workers',
    greatest(current_setting('max_parallel_maintenance_workers')::int, 4)::text, false)`;

const pauseMs = 200;

/** Its hash is the key of the lock. */
const turn = "copycat: indexes of the catalog";

/** By asking again and again: who waits in the server for a lock is a transaction that the build would wait for. */
async function takeTurn(client: PoolClient, { onNotice, signal }: TurnOptions): Promise<void> {
  for (let tries = 0; ; tries++) {
    signal?.throwIfAborted();
    const { rows } = await client.query<{ isMine: boolean }>(
      'select pg_try_advisory_lock(hashtextextended($1, 0)) as "isMine"',
      [turn],
    );
    if (rows[0]?.isMine === true) return;
    if (tries === 0 && onNotice !== undefined) {
      const who = describeSessions(await listTurnHolders(client, turn));
      onNotice(`Another copycat builds or drops indexes in this database${who}; waiting for it to finish.`);
    }
    await sleep(pauseMs);
  }
}

interface Blocker {
  pid: number;
  application: string | null;
  state: string | null;
  seconds: number | null;
  waitsForUs: boolean;
}

const blockersSql = `\
select pid, nullif(application_name, '') as application, state,
  extract(epoch from clock_timestamp() - xact_start)::int as seconds,
  $1 = any (pg_blocking_pids(pid)) as "waitsForUs"
from pg_stat_activity where pid = any (pg_blocking_pids($1))`;

/** Well below deadlock_timeout (1 s), after which the server would end the load. */
const watchIntervalMs = 250;

interface Watch {
  hasSteppedBack: boolean;
  end(): void;
}

/** Tells of each session that keeps the build waiting, once, and cancels the build when that one waits for it. */
async function watchBlockers(
  database: Database,
  client: PoolClient,
  { onNotice }: TurnOptions,
): Promise<Watch> {
  const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
  const told = new Set<number>();
  let isAsking = false;
  let isOver = false;
  const ask = async (): Promise<void> => {
    if (isAsking) return;
    isAsking = true;
    // A question that fails is no reason to stop a build.
    const found = await database.pool.query<Blocker>(blockersSql, [rows[0]?.pid]).catch(() => ({ rows: [] }));
    isAsking = false;
    for (const blocker of isOver ? [] : found.rows) {
      if (blocker.waitsForUs) await stepBack();
      if (told.has(blocker.pid)) continue;
      told.add(blocker.pid);
      onNotice?.(describeBlocker(blocker));
    }
  };
  const stepBack = async (): Promise<void> => {
    watch.hasSteppedBack = true;
    // With its type: Citus has a second one, of bigint.
    await database.pool.query("select pg_cancel_backend($1::int)", [rows[0]?.pid]).catch(() => undefined);
  };
  const timer = setInterval(() => void ask(), watchIntervalMs);
  const end = (): void => {
    isOver = true;
    clearInterval(timer);
  };
  const watch: Watch = { hasSteppedBack: false, end };
  return watch;
}

function describeBlocker(blocker: Blocker): string {
  const state = blocker.state === null ? "" : `, ${blocker.state}`;
  return (
    `Waiting for another session to end its transaction (${describeSession(blocker)}${state}): an index that is built or ` +
    "dropped beside others has to wait for the older ones. Searches and writers go on meanwhile."
  );
}

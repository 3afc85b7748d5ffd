// A connection for building and dropping indexes beside everybody else: one such job at a time in a database, and what
// it waits for is told.

import { setTimeout as sleep } from "node:timers/promises";
import type { PoolClient } from "pg";
import { type Database, withCancel } from "../../database/index.ts";

export interface TurnOptions {
  onNotice?: (message: string) => void;
  signal?: AbortSignal;
}

/**
 * Runs `work` on a connection of its own, outside of any transaction, when no other such job runs in the database: two
 * that build the same index would take each other's unfinished one for a leftover.
 */
export async function withIndexTurn<Result>(
  database: Database,
  options: TurnOptions,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await database.pool.connect();
  client.on("error", () => undefined);
  let unwatch = (): void => undefined;
  try {
    await prepareConnection(client);
    await takeTurn(client, options);
    unwatch = await watchBlockers(database, client, options);
    return await withCancel(database, client, options.signal, () => work(client));
  } finally {
    unwatch();
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

/** By asking again and again: who waits in the server for a lock is a transaction that the build would wait for. */
async function takeTurn(client: PoolClient, { onNotice, signal }: TurnOptions): Promise<void> {
  for (let tries = 0; ; tries++) {
    signal?.throwIfAborted();
    const { rows } = await client.query<{ isMine: boolean }>(
      `select pg_try_advisory_lock(hashtextextended('copycat: indexes of the catalog', 0)) as "isMine"`,
    );
    if (rows[0]?.isMine === true) return;
    if (tries === 0)
      onNotice?.("Another copycat builds or drops indexes in this database; waiting for it to finish.");
    await sleep(pauseMs);
  }
}

interface Blocker {
  pid: number;
  application: string | null;
  state: string | null;
  seconds: number | null;
}

const blockersSql = `\
select pid, nullif(application_name, '') as application, state,
  extract(epoch from clock_timestamp() - xact_start)::int as seconds
from pg_stat_activity where pid = any (pg_blocking_pids($1))`;

const watchIntervalMs = 500;

/** Tells of each session that keeps the build waiting, once. */
async function watchBlockers(
  database: Database,
  client: PoolClient,
  { onNotice }: TurnOptions,
): Promise<() => void> {
  if (onNotice === undefined) return () => undefined;
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
    for (const blocker of found.rows) {
      if (isOver || told.has(blocker.pid)) continue;
      told.add(blocker.pid);
      onNotice(describeBlocker(blocker));
    }
  };
  const timer = setInterval(() => void ask(), watchIntervalMs);
  return () => {
    isOver = true;
    clearInterval(timer);
  };
}

function describeBlocker({ pid, application, state, seconds }: Blocker): string {
  const facts = [
    `pid ${pid}`,
    ...(application === null ? [] : [application]),
    ...(state === null ? [] : [state]),
    ...(seconds === null ? [] : [`since ${seconds} s`]),
  ];
  return (
    `Waiting for another session to end its transaction (${facts.join(", ")}): an index that is built or dropped beside ` +
    "others has to wait for the older ones. Searches and writers go on meanwhile."
  );
}

// Who keeps others waiting, for messages: "pid 4711, copycat:ingest, for 12 s".

import type { QueryResult, QueryResultRow } from "pg";

/** A pool or a client. */
export interface Questioner {
  query<Row extends QueryResultRow>(text: string, values: unknown[]): Promise<QueryResult<Row>>;
}

export interface Session {
  pid: number;
  application: string | null;
  /** Of a transaction, else of the connection; null where the role may not see it. */
  seconds: number | null;
}

const sessionSql = `\
select a.pid, nullif(a.application_name, '') as application,
  extract(epoch from clock_timestamp() - coalesce(a.xact_start, a.backend_start))::int as seconds
from pg_stat_activity a`;

const here = "(select oid from pg_database where datname = current_database())";

/** Who holds the advisory lock of two keys: `classId`, and the hash of `key`. */
export function listLockHolders(db: Questioner, classId: number, key: string): Promise<Session[]> {
  return list(
    db,
    `l.locktype = 'advisory' and l.objsubid = 2 and l.classid::int8 = $1 and l.objid = hashtext($2)::oid and l.database = ${here}`,
    [classId, key],
  );
}

/** Who holds the advisory lock of one key, which is `hashtextextended(text, seed)`. */
export function listTurnHolders(db: Questioner, text: string, seed = 0): Promise<Session[]> {
  return list(
    db,
    `l.locktype = 'advisory' and l.objsubid = 1 and l.database = ${here}
      and (l.classid::int8 << 32 | l.objid::int8) = hashtextextended($1, $2)`,
    [text, seed],
  );
}

/** Who writes to the tables, or, with `readers`, who uses them at all. Names as in SQL. */
export function listTableUsers(
  db: Questioner,
  tables: readonly string[],
  readers: boolean,
): Promise<Session[]> {
  const modes = readers ? "" : "and l.mode not in ('AccessShareLock', 'RowShareLock')";
  return list(db, `l.relation = any ($1::regclass[]) and l.database = ${here} ${modes}`, [[...tables]]);
}

/** Who keeps these processes waiting, but for themselves. */
export function listBlockers(db: Questioner, pids: readonly number[]): Promise<Session[]> {
  return selectSessions(
    db,
    `a.pid <> all ($1::int[]) and a.pid in (
      select unnest(pg_blocking_pids(w.pid)) from pg_stat_activity w
      where w.pid = any ($1::int[]) and w.wait_event_type = 'Lock')`,
    [[...pids]],
  );
}

/** Who waits for what this process holds. */
export function listWaiters(db: Questioner, pid: number): Promise<Session[]> {
  return selectSessions(db, "$1 = any (pg_blocking_pids(a.pid)) and a.wait_event_type = 'Lock'", [pid]);
}

function list(db: Questioner, condition: string, values: unknown[]): Promise<Session[]> {
  return selectSessions(
    db,
    `a.pid <> pg_backend_pid() and a.pid in (select l.pid from pg_locks l where l.granted and ${condition})`,
    values,
  );
}

async function selectSessions(db: Questioner, condition: string, values: unknown[]): Promise<Session[]> {
  const text = `${sessionSql} where ${condition} order by a.xact_start nulls last, a.pid`;
  return (await db.query<Session>(text, values)).rows;
}

/** " (pid 4711, copycat:ingest, for 12 s)", with a space before; "" when nobody is known. */
export function describeSessions(sessions: readonly Session[]): string {
  const [first, ...others] = sessions;
  if (first === undefined) return "";
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  return ` (${describeSession(first)}${more})`;
}

export function describeSession({ pid, application, seconds }: Session): string {
  const facts = [
    `pid ${pid}`,
    ...(application === null ? [] : [application]),
    ...(seconds === null ? [] : [`for ${seconds} s`]),
  ];
  return facts.join(", ");
}

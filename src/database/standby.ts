// A standby takes reads only, and may be behind its primary: whoever reads from one is told by how much.

import type { Database } from "./connect.ts";

export interface StandbyFacts {
  /** How old the newest change is that came, while more is on its way; 0 when all that came is in; null when nobody knows. */
  behindSeconds: number | null;
  /** It hears from its primary (or another standby) now. */
  isReceiving: boolean;
  /** When the newest change that is in was committed. */
  newest: Date | null;
}

/**
 * The time of the last change alone says nothing: a primary on which nothing happens makes it old. So it counts only while
 * something that was received is not in yet.
 */
const standbySql = `\
select exists (select from pg_stat_wal_receiver) as "isReceiving", pg_last_xact_replay_timestamp() as newest,
  case when pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() then 0
    else extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp())::float8 end as "behindSeconds"`;

/** Null for a primary. */
export async function readStandby({ isStandby, pool }: Database): Promise<StandbyFacts | null> {
  if (!isStandby) return null;
  const { rows } = await pool.query<StandbyFacts>(standbySql);
  return rows[0] ?? null;
}

export function describeStandby({ behindSeconds, isReceiving, newest }: StandbyFacts): string {
  const until =
    newest === null ? "it was made" : newest.toISOString().replace("T", " ").replace(/\..*/, " UTC");
  if (!isReceiving) {
    return `This server is a standby that does not reach its primary: what was written there since ${until} is not seen here.`;
  }
  if (behindSeconds === 0) return "This server is a standby, and has all that its primary sent.";
  const behind =
    behindSeconds === null
      ? ""
      : `, ${behindSeconds.toFixed(behindSeconds < 10 ? 1 : 0)} s behind its primary`;
  return `This server is a standby${behind}: what was written there last is not seen here yet.`;
}

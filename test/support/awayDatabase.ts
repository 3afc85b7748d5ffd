// A database that is away for a while, as one whose server is down: nobody gets in, and who is in is out.

import pg from "pg";
import type { TestDatabase } from "./database.ts";

/** Runs statements in another database of its server. */
export async function administrate(
  { dsn }: Pick<TestDatabase, "dsn">,
  ...statements: string[]
): Promise<void> {
  const url = new URL(dsn);
  url.pathname = "/postgres";
  const client = new pg.Client({ connectionString: url.toString() });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

export const nameOf = ({ dsn }: Pick<TestDatabase, "dsn">): string => new URL(dsn).pathname.slice(1);

export async function endSessions(database: Pick<TestDatabase, "dsn">): Promise<void> {
  const end = `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${nameOf(database)}'`;
  await administrate(database, end);
}

export async function sendAway(database: Pick<TestDatabase, "dsn">): Promise<void> {
  await administrate(database, `alter database ${nameOf(database)} allow_connections false`);
  await endSessions(database);
}

export async function bringBack(database: Pick<TestDatabase, "dsn">): Promise<void> {
  await administrate(database, `alter database ${nameOf(database)} allow_connections true`);
}

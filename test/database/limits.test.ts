// Limits that an administrator sets for a role or a database are for others: a load may rightly be long.

import { expect, test } from "vitest";
import { openDatabase } from "../../src/database/index.ts";
import { useDatabase } from "../support/database.ts";

const db = useDatabase({ empty: true });

test("a connection has no limit of time, whatever the database says", async () => {
  const limits = ["statement_timeout", "idle_in_transaction_session_timeout", "transaction_timeout"];
  const known = await db.rows<{ name: string }>("select name from pg_settings where name = any ($1)", [
    limits,
  ]);
  const name = await db.value<string>("select current_database()");
  for (const limit of known) await db.rows(`alter database ${name} set ${limit.name} = '1ms'`);
  const database = await openDatabase({ dsn: db.dsn });
  const { rows } = await database.pool.query<{ name: string; setting: string }>(
    "select name, setting from pg_settings where name = any ($1)",
    [limits],
  );
  await database.close();
  expect(known.length).toBeGreaterThanOrEqual(2);
  expect(rows.map(({ setting }) => setting)).toEqual(known.map(() => "0"));
});

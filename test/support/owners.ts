// Who owns what is in a schema.

import type { TestDatabase } from "./database.ts";

/**
 * Gives the tables of a schema, and it itself with `andSchema`, to a role. One by one: `reassign owned` ends the coordinator
 * of Citus 13.2.2 with signal 11.
 */
export async function giveTables(
  db: TestDatabase,
  schema: string,
  role: string,
  { andSchema = false } = {},
): Promise<void> {
  const tables = await db.rows<{ name: string }>(
    "select c.oid::regclass::text as name from pg_class c where relnamespace = $1::regnamespace and relkind = 'r'",
    [schema],
  );
  for (const { name } of tables) await db.rows(`alter table ${name} owner to ${role}`);
  if (andSchema) await db.rows(`alter schema ${schema} owner to ${role}`);
}

// The tables that the engine itself keeps in a database. All are made when the first one is needed.

import type { QueryResultRow } from "pg";
import { errorCode } from "../errors.ts";
import type { Database } from "./connect.ts";
import { migrateUp, ownSchema } from "./migrate.ts";
import { sqlState } from "./sqlstate.ts";
import { withTransaction } from "./transaction.ts";

/**
 * Makes the engine's tables where `table`, the one that is needed now, is not there yet.
 *
 * @param table with its schema, as in SQL; without one, all are brought to the newest version
 * @throws CopycatError PERMISSION when the role may not make them; what a lost connection throws, retryable
 */
export async function ensureEngineTables(database: Database, table?: string): Promise<void> {
  const isThere = table !== undefined && (await isPresent(database, table));
  if (isThere) return;
  const { engineMigrations } = await import("../../migrations/engine/index.ts");
  await migrateUp(database, { schema: ownSchema, table: "engine_migration", migrations: engineMigrations });
}

function isPresent(database: Database, table: string): Promise<boolean> {
  return withTransaction(database, async (client) => {
    const { rows } = await client.query<{ present: boolean }>(
      "select to_regclass($1) is not null as present",
      [table],
    );
    return rows[0]?.present === true;
  });
}

/** Rows of a query on these tables; none where they were never made, or where the role may not look at them. */
export async function readEngineTables<Row extends QueryResultRow>(
  database: Database,
  text: string,
  values: readonly unknown[],
): Promise<Row[]> {
  try {
    return (await database.pool.query<Row>(text, [...values])).rows;
  } catch (error) {
    const code = errorCode(error);
    if (code === sqlState.undefinedTable || code === sqlState.insufficientPrivilege) return [];
    throw error;
  }
}

// The tables that remember what was promoted and which views there are. They are made when the first one is.

import type { QueryResultRow } from "pg";
import { type Database, migrateUp, ownSchema, sqlState } from "../../database/index.ts";
import { errorCode } from "../../errors.ts";

export const promotedTable = "copycat.promoted_key";
export const viewTable = "copycat.dataset_view";

/** Makes the tables where there are none yet. */
export async function ensureOwnTables(database: Database): Promise<void> {
  const { rows } = await database.pool.query<{ present: boolean }>(
    "select to_regclass($1) is not null as present",
    [viewTable],
  );
  if (rows[0]?.present === true) return;
  const { engineMigrations } = await import("../../../migrations/engine/index.ts");
  await migrateUp(database, { schema: ownSchema, table: "engine_migration", migrations: engineMigrations });
}

/** Rows of a query on these tables; none where they were never made, or where the role may not look at them. */
export async function readOwnTables<Row extends QueryResultRow>(
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

// The tables of a store: made, brought to the newest version, or asked for.

import { libraryMigrationTable, newestLibraryMigration } from "../../../migrations/library/newest.ts";
import { type Database, migrateUp, quoteIdentifier, wrapDatabaseError } from "../../database/index.ts";
import { CopycatError, errorCode } from "../../errors.ts";

/** Asked with plain SQL: the migrator takes 0.13 s to load, and writes to its tables. */
export async function ensureTables(database: Database, schema: string): Promise<void> {
  if (await isNewest(database, schema)) return;
  const { libraryMigrations } = await import("../../../migrations/library/index.ts");
  await migrateUp(database, {
    schema,
    table: libraryMigrationTable,
    migrations: libraryMigrations({ schema }),
  });
}

async function isNewest(database: Database, schema: string): Promise<boolean> {
  try {
    const { rows } = await database.pool.query(
      `select from ${quoteIdentifier(schema, libraryMigrationTable)} where name >= $1`,
      [newestLibraryMigration],
    );
    return rows.length > 0;
  } catch (error) {
    // undefined_table, invalid_schema_name: there is none yet.
    if (errorCode(error) === "42P01" || errorCode(error) === "3F000") return false;
    throw wrapDatabaseError(error, `The library store in the schema "${schema}" cannot be looked at`);
  }
}

export async function hasTables(database: Database, schema: string): Promise<boolean> {
  try {
    const { rows } = await database.pool.query<{ present: boolean }>(
      "select to_regclass($1) is not null as present",
      [quoteIdentifier(schema, "vetting")],
    );
    return rows[0]?.present === true;
  } catch (error) {
    throw wrapDatabaseError(error, `The library store in the schema "${schema}" cannot be looked at`);
  }
}

/** @throws CopycatError NOT_FOUND, PERMISSION */
export async function requireTables(database: Database, schema: string): Promise<void> {
  if (await hasTables(database, schema)) return;
  throw new CopycatError(
    "NOT_FOUND",
    `There is no library store in the schema "${schema}" yet. Scan a folder first: copycat library scan FOLDER.`,
  );
}

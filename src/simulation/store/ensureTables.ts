// The tables of a store: made, brought to the newest version, or asked for.

import {
  newestSimulationMigration,
  simulationMigrationTable,
} from "../../../migrations/simulation/newest.ts";
import {
  type Database,
  distributedSchemaSettings,
  isDistributedSchema,
  migrateUp,
  quoteIdentifier,
  withTransaction,
  wrapDatabaseError,
} from "../../database/index.ts";
import { CopycatError, errorCode } from "../../errors.ts";

/** Asked with plain SQL: the migrator takes 0.13 s to load, and writes to its tables. */
export async function ensureTables(database: Database, schema: string): Promise<void> {
  if (await isNewest(database, schema)) return;
  const { simulationMigrations } = await import("../../../migrations/simulation/index.ts");
  const isDistributed = await makeSchema(database, schema);
  await migrateUp(database, {
    schema,
    table: simulationMigrationTable,
    migrations: simulationMigrations({ schema, isDistributed }),
  });
}

/**
 * On a Citus cluster a store that is made now has a distributed schema: all of its tables lie on one worker, as those of a
 * catalog do. One that is there stays where it is.
 *
 * @returns whether it is a distributed one
 */
async function makeSchema(database: Database, schema: string): Promise<boolean> {
  if (database.engine.kind !== "citus") return false;
  return withTransaction(database, async (client) => {
    for (const setting of distributedSchemaSettings) await client.query(setting);
    await client.query(`create schema if not exists ${quoteIdentifier(schema)}`);
    return isDistributedSchema(client, database.engine, schema);
  });
}

async function isNewest(database: Database, schema: string): Promise<boolean> {
  try {
    const { rows } = await database.pool.query(
      `select 1 from ${quoteIdentifier(schema, simulationMigrationTable)} where name >= $1`,
      [newestSimulationMigration],
    );
    return rows.length > 0;
  } catch (error) {
    // undefined_table, invalid_schema_name: there is none yet.
    if (errorCode(error) === "42P01" || errorCode(error) === "3F000") return false;
    throw wrapDatabaseError(error, `The simulation store in the schema "${schema}" cannot be looked at`);
  }
}

/** @throws CopycatError NOT_FOUND, PERMISSION */
export async function requireTables(database: Database, schema: string): Promise<void> {
  const table = quoteIdentifier(schema, "update_array");
  const { rows } = await database.pool
    .query<{ present: boolean }>("select to_regclass($1) is not null as present", [table])
    .catch((error: unknown) => {
      throw wrapDatabaseError(error, `The simulation store in the schema "${schema}" cannot be looked at`);
    });
  if (rows[0]?.present === true) return;
  throw new CopycatError(
    "NOT_FOUND",
    `There is no simulation store in the schema "${schema}" yet. Load something first: copycat simulation load PATH.`,
  );
}

// The tables of a store: made, brought to the newest version, or asked for.

import {
  newestSimulationMigration,
  simulationMigrationTable,
} from "../../../migrations/simulation/newest.ts";
import {
  type Database,
  migrateUp,
  quoteIdentifier,
  withTransaction,
  wrapDatabaseError,
} from "../../database/index.ts";
import { CopycatError, errorCode } from "../../errors.ts";

/** Asked with plain SQL: the migrator takes 0.13 s to load, and writes to its tables. */
export async function ensureTables(database: Database, schema: string): Promise<void> {
  const isDistributed = database.engine.kind === "citus";
  if (await isNewest(database, schema, isDistributed)) return;
  const { simulationMigrations } = await import("../../../migrations/simulation/index.ts");
  if (isDistributed) await makeSchema(database, schema);
  await migrateUp(database, {
    schema,
    table: simulationMigrationTable,
    migrations: simulationMigrations({ schema, isDistributed }),
    isEachAlone: isDistributed,
  });
}

/**
 * On a Citus cluster the scenarios of a store that is made now lie on all workers. The schema itself must be an ordinary one:
 * all tables of a distributed schema are on one worker.
 */
async function makeSchema(database: Database, schema: string): Promise<void> {
  await withTransaction(database, async (client) => {
    await client.query("set local citus.enable_schema_based_sharding = off");
    await client.query(`create schema if not exists ${quoteIdentifier(schema)}`);
  });
}

/**
 * The scenarios that have a shard of their own, by name; `[null]` where all are in the tables of one server. A statement is about
 * one of them.
 */
export async function listShards(database: Database, schema: string): Promise<(number | null)[]> {
  if (!(await isSharded(database, schema))) return [null];
  const { rows } = await database.pool.query<{ id: number }>(
    `select id from ${quoteIdentifier(schema, "scenario")} order by name collate "C"`,
  );
  return rows.map(({ id }) => id);
}

/** Whether Citus distributes the store by scenario. */
export async function isSharded({ engine, pool }: Database, schema: string): Promise<boolean> {
  if (engine.kind !== "citus") return false;
  const { rows } = await pool.query(
    "select from pg_attribute where attrelid = to_regclass($1) and attname = 'scenario_id' and not attisdropped",
    [quoteIdentifier(schema, "update")],
  );
  return rows.length > 0;
}

async function isNewest(database: Database, schema: string, isDistributed: boolean): Promise<boolean> {
  try {
    const { rows } = await database.pool.query(
      `select 1 from ${quoteIdentifier(schema, simulationMigrationTable)} where name >= $1`,
      [newestSimulationMigration(isDistributed)],
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

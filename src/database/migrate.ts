// Brings a schema to its newest version. The only file that knows Kysely's Migrator.

import type { Migration, MigrationResult, Migrator } from "kysely";
import { CopycatError } from "../errors.ts";
import type { Database } from "./connect.ts";
import { wrapDatabaseError } from "./sqlstate.ts";

/** Our own tables live here, never in the schema of Tiled's. */
export const ownSchema = "copycat";

/** Migrations that belong together, and the schema whose table says which of them were applied. */
export interface MigrationSet {
  schema: string;
  /** Name of that table; default `migration`. Sets that share a schema need one each. */
  table?: string;
  migrations: Record<string, Migration>;
}

export interface MigrationState {
  name: string;
  /** When it was applied; null when it is pending. */
  appliedAt: Date | null;
}

/**
 * Applies what is pending, all in one transaction; names of what was applied.
 *
 * @param set default: the catalog's
 */
export async function migrateUp(database: Database, set?: MigrationSet): Promise<string[]> {
  const { error, results } = await (await makeMigrator(database, set)).migrateToLatest();
  const failed = results?.find((result: MigrationResult) => result.status === "Error");
  if (error !== undefined) {
    throw wrapDatabaseError(error, `Migration ${failed?.migrationName ?? ""} of ${database.name} failed`);
  }
  if (results === undefined) throw new CopycatError("INTERNAL", "The migrator gave no result.");
  return results.filter((result) => result.status === "Success").map((result) => result.migrationName);
}

/** Every migration and when it was applied; reads only. */
export async function listMigrations(database: Database): Promise<MigrationState[]> {
  const { rows } = await database.pool.query<{ present: boolean }>(
    "select to_regclass($1) is not null as present",
    [`${ownSchema}.migration`],
  );
  if (rows[0]?.present !== true) {
    const { migrations } = await loadMigrations();
    return Object.keys(migrations).map((name) => ({ name, appliedAt: null }));
  }
  const states = await (await makeMigrator(database)).getMigrations();
  return states.map(({ name, executedAt }) => ({ name, appliedAt: executedAt ?? null }));
}

/** Kysely takes 0.13 s of a command's 0.40 s to load, and few commands migrate. */
async function loadMigrations(): Promise<MigrationSet> {
  const { migrations } = await import("../../migrations/index.ts");
  return { schema: ownSchema, migrations };
}

async function makeMigrator(database: Database, set?: MigrationSet): Promise<Migrator> {
  const { schema, table = "migration", migrations } = set ?? (await loadMigrations());
  const { Kysely, Migrator, PostgresDialect } = await import("kysely");
  // Kysely borrows the pool; destroying it would close the pool, so it is left to the garbage collector.
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: database.pool }) });
  return new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(migrations) },
    migrationTableSchema: schema,
    migrationTableName: table,
    migrationLockTableName: `${table}_lock`,
  });
}

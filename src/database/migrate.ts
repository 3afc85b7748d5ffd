// Brings a schema to its newest version. The only file that knows Kysely's Migrator.

import type {
  Migration,
  MigrationResult,
  MigrationResultSet,
  Migrator,
  PostgresPool,
  PostgresPoolClient,
} from "kysely";
import type { Pool } from "pg";
import { CopycatError } from "../errors.ts";
import type { Database } from "./connect.ts";
import { noteConnectionLoss } from "./connectionLoss.ts";
import { quoteIdentifier } from "./identifiers.ts";
import { wrapDatabaseError } from "./sqlstate.ts";

/** Our own tables live here, never in the schema of Tiled's. */
export const ownSchema = "copycat";

const defaultTable = "migration";

/** Migrations that belong together, and the schema whose table says which of them were applied. */
export interface MigrationSet {
  schema: string;
  /** Name of that table; default `migration`. Sets that share a schema need one each. */
  table?: string;
  migrations: Record<string, Migration>;
  /** Each in a transaction of its own; default: all in one. */
  isEachAlone?: boolean;
}

export interface MigrationState {
  name: string;
  /** When it was applied; null when it is pending. */
  appliedAt: Date | null;
}

/**
 * Applies what is pending; names of what was applied.
 *
 * @param set default: the catalog's
 */
export async function migrateUp(database: Database, set?: MigrationSet): Promise<string[]> {
  const watched = watchPool(database.pool);
  const migrator = await makeMigrator(watched.pool, set);
  // Its lock is let go on the same connection, and where that broke this throws.
  const run = set?.isEachAlone === true ? migrateEach(migrator) : migrator.migrateToLatest();
  const { error, results } = await run.catch((error: unknown) => ({ error, results: undefined }));
  if (watched.isLost()) noteConnectionLoss(error);
  const failed = results?.find((result: MigrationResult) => result.status === "Error");
  if (error !== undefined) {
    const what = failed === undefined ? "Migrating" : `Migration ${failed.migrationName} of`;
    throw wrapDatabaseError(error, `${what} ${database.name} failed`);
  }
  if (results === undefined) throw new CopycatError("INTERNAL", "The migrator gave no result.");
  return results.filter((result) => result.status === "Success").map((result) => result.migrationName);
}

async function migrateEach(migrator: Migrator): Promise<MigrationResultSet> {
  const all: MigrationResult[] = [];
  for (;;) {
    const { error, results } = await migrator.migrateUp();
    all.push(...(results ?? []));
    if (error !== undefined || results === undefined || results.length === 0) return { error, results: all };
  }
}

/**
 * Every migration and when it was applied; reads only.
 *
 * @param set default: the catalog's
 */
export async function listMigrations(database: Database, set?: MigrationSet): Promise<MigrationState[]> {
  const { schema, table = defaultTable, migrations } = set ?? (await loadMigrations());
  const { rows } = await database.pool.query<{ present: boolean }>(
    "select to_regclass($1) is not null as present",
    [quoteIdentifier(schema, table)],
  );
  if (rows[0]?.present !== true) {
    return Object.keys(migrations).map((name) => ({ name, appliedAt: null }));
  }
  const states = await (await makeMigrator(watchPool(database.pool).pool, set)).getMigrations();
  return states.map(({ name, executedAt }) => ({ name, appliedAt: executedAt ?? null }));
}

/** Kysely takes 0.13 s of a command's 0.40 s to load, and few commands migrate. */
async function loadMigrations(): Promise<MigrationSet> {
  const { migrations } = await import("../../migrations/index.ts");
  return { schema: ownSchema, migrations };
}

/** Kysely borrows its connections, and lets nobody see them break; what it throws then does not say so. */
function watchPool(pool: Pool): { pool: PostgresPool; isLost: () => boolean } {
  let isLost = false;
  const onLoss = (): void => {
    isLost = true;
  };
  const connect = async (): Promise<PostgresPoolClient> => {
    const client = await pool.connect();
    client.once("error", onLoss);
    return {
      query: client.query.bind(client) as PostgresPoolClient["query"],
      release: () => {
        client.off("error", onLoss);
        client.release();
      },
    };
  };
  // Destroying it would close the pool, so it is left to the garbage collector.
  return { pool: { connect, end: () => Promise.resolve() }, isLost: () => isLost };
}

async function makeMigrator(pool: PostgresPool, set?: MigrationSet): Promise<Migrator> {
  const { schema, table = defaultTable, migrations } = set ?? (await loadMigrations());
  const { Kysely, Migrator, PostgresDialect } = await import("kysely");
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  return new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(migrations) },
    migrationTableSchema: schema,
    migrationTableName: table,
    migrationLockTableName: `${table}_lock`,
  });
}

// What there is to know of a library store before one works with it.

import { libraryMigrationTable, newestLibraryMigration } from "../../../migrations/library/newest.ts";
import { type Database, quoteIdentifier } from "../../database/index.ts";
import { CopycatError } from "../../errors.ts";
import { ask } from "./ask.ts";
import { hasTables } from "./ensureTables.ts";
import { defaultSchema, tablesOf } from "./tables.ts";
import { findTrigrams } from "./trigrams.ts";

export interface LibraryStoreFacts {
  schema: string;
  exists: boolean;
  /** Name of the newest migration that was applied; null when there is no store. */
  version: string | null;
  /** Names of migrations that the next scan applies. */
  pending: string[];
  /** Null when there is no store, or this role may not look. */
  libraries: number | null;
  /** Rows, of files that are missing too. */
  files: number | null;
  /** pg_trgm, for artists that are nearly the same. */
  trigrams: {
    /** Schema that it is in; null when it is not installed. */
    schema: string | null;
    /** Version that the server could install; null when it has none. */
    available: string | null;
  };
  /** Why the store cannot be looked at; null when it can. */
  problem: string | null;
}

/**
 * Looks; changes nothing.
 *
 * @throws CopycatError DATABASE, CONNECTION; a right that is missing is a `problem`
 */
export async function inspectLibraryStore(
  database: Database,
  schema: string = defaultSchema,
): Promise<LibraryStoreFacts> {
  const trigrams = { schema: await findTrigrams(database), available: await findAvailable(database) };
  const none = { schema, exists: false, version: null, libraries: null, files: null, problem: null };
  try {
    if (!(await hasTables(database, schema))) return { ...none, pending: [], trigrams };
    const applied = await listApplied(database, schema);
    const pending = await listPending(schema, applied);
    const counts = await count(database, schema);
    return { ...none, ...counts, exists: true, version: applied.at(-1) ?? null, pending, trigrams };
  } catch (error) {
    if (!(error instanceof CopycatError) || error.code !== "PERMISSION") throw error;
    return { ...none, exists: true, pending: [], trigrams, problem: error.message };
  }
}

async function findAvailable(database: Database): Promise<string | null> {
  const [row] = await ask<{ version: string }>(
    { database },
    {
      text: "select default_version as version from pg_available_extensions where name = 'pg_trgm'",
      values: [],
      doing: "Looking for pg_trgm",
    },
  );
  return row?.version ?? null;
}

async function listApplied(database: Database, schema: string): Promise<string[]> {
  const rows = await ask<{ name: string }>(
    { database },
    {
      text: `select name from ${quoteIdentifier(schema, libraryMigrationTable)} order by name`,
      values: [],
      doing: `Looking at the library store in the schema "${schema}"`,
    },
  );
  return rows.map(({ name }) => name);
}

/** The migrations load what writes schemas, so they are asked only where some are pending. */
async function listPending(schema: string, applied: readonly string[]): Promise<string[]> {
  if (applied.includes(newestLibraryMigration)) return [];
  const { libraryMigrations } = await import("../../../migrations/library/index.ts");
  return Object.keys(libraryMigrations({ schema })).filter((name) => !applied.includes(name));
}

async function count(database: Database, schema: string): Promise<{ libraries: number; files: number }> {
  const tables = tablesOf(schema);
  const [row] = await ask<{ libraries: number; files: string }>(
    { database },
    {
      text: `select (select count(*)::int from ${tables.library}) as libraries, (select count(*) from ${tables.file}) as files`,
      values: [],
      doing: `Counting files in the schema "${schema}"`,
    },
  );
  return { libraries: row?.libraries ?? 0, files: Number(row?.files ?? 0) };
}

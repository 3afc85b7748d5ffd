// The extension that finds what is alike, and the index for it. Made when they are first needed: an index of trigrams
// makes writes a third slower.

import {
  type Database,
  quoteIdentifier,
  sqlState,
  withTransaction,
  wrapDatabaseError,
} from "../../database/index.ts";
import { CopycatError, errorCode } from "../../errors.ts";
import type { LibraryScope } from "./tables.ts";

/** Schema of pg_trgm in this database; null when it is not installed. */
export async function findTrigrams({ pool }: Database): Promise<string | null> {
  const { rows } = await pool.query<{ schema: string }>(
    `select n.nspname as schema from pg_extension e join pg_namespace n on n.oid = e.extnamespace
      where e.extname = 'pg_trgm'`,
  );
  return rows[0]?.schema ?? null;
}

/**
 * The schema of pg_trgm, quoted; makes the extension where the role may, in the schema public, or in the store's own where
 * there is none, and the index of the artists. Without the index searches work and are slower.
 *
 * @throws CopycatError PERMISSION when there is no extension and none can be made: the message says what to run
 */
export async function ensureTrigrams({ database, tables }: LibraryScope): Promise<string> {
  const there = await findTrigrams(database);
  if (there === null) await makeExtension(database, tables.schema);
  const schema = there ?? (await findTrigrams(database));
  if (schema === null) throw explain(undefined);
  await makeIndex({ database, tables }, schema);
  return quoteIdentifier(schema);
}

async function makeIndex(
  { database, tables }: Omit<LibraryScope, "libraryId">,
  schema: string,
): Promise<void> {
  // "if not exists" alone would wait for whoever writes, each time.
  const { rows } = await database.pool.query<{ present: boolean }>(
    "select to_regclass($1) is not null as present",
    [quoteIdentifier(tables.schema, "file_artist_trigrams")],
  );
  if (rows[0]?.present === true) return;
  const statement = `create index if not exists file_artist_trigrams on ${tables.file}
    using gin (artist_key ${quoteIdentifier(schema)}.gin_trgm_ops) where is_active`;
  await unlessRefused(() =>
    // A scan that runs keeps the table: then the next search makes it.
    withTransaction(database, (client) => client.query(statement), "set local lock_timeout = '1s'"),
  );
}

/** A database has an extension once, so it belongs to no store: one that is dropped would take it from the others. */
async function makeExtension(database: Database, ownSchema: string): Promise<void> {
  let refusal: unknown = null;
  for (const schema of [sharedSchema, ownSchema]) {
    const statement = `create extension if not exists pg_trgm with schema ${quoteIdentifier(schema)}`;
    refusal = await unlessRefused(() => database.pool.query(statement));
    if (refusal === null) return;
  }
  throw explain(refusal);
}

/** Where every role may look things up. */
const sharedSchema = "public";

/**
 * No right, somebody else at work, no schema of that name (3F000), a connection that may only read (25006), or no files of the
 * extension on the server (58P01, or 0A000 where it is not on a list).
 */
const refusals = new Set<string>([
  sqlState.insufficientPrivilege,
  sqlState.undefinedObject,
  sqlState.featureNotSupported,
  sqlState.lockNotAvailable,
  "58P01",
  "3F000",
  "25006",
]);
/** Another session has just made it. */
const races = new Set(["23505", "42710", "42P07"]);

/** Null, or the refusal. */
async function unlessRefused(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work();
    return null;
  } catch (error) {
    const code = errorCode(error) ?? "";
    if (races.has(code)) return null;
    if (refusals.has(code)) return error;
    throw wrapDatabaseError(error, "Preparing the search for artists that are nearly the same failed");
  }
}

function explain(cause: unknown): CopycatError {
  const statement = `create extension pg_trgm with schema ${sharedSchema};`;
  return new CopycatError(
    "PERMISSION",
    "Artists that are nearly the same are found with the extension pg_trgm, which this database has not, and this role " +
      `cannot make it. Let the owner of the database run: ${statement} Titles that are alike are found without it.`,
    { cause },
  );
}

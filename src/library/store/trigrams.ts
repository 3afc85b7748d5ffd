// The extension that finds what is alike: where it lives, and whether it can be had.

import { type Database, quoteIdentifier, sqlState, wrapDatabaseError } from "../../database/index.ts";
import { errorCode } from "../../errors.ts";

/** Schema of pg_trgm in this database; null when it is not installed. */
export async function findTrigrams({ pool }: Database): Promise<string | null> {
  const { rows } = await pool.query<{ schema: string }>(
    `select n.nspname as schema from pg_extension e join pg_namespace n on n.oid = e.extnamespace
      where e.extname = 'pg_trgm'`,
  );
  return rows[0]?.schema ?? null;
}

/** Any of these says that a store goes without: no right, or no files of the extension on the server. */
const without = new Set([
  sqlState.insufficientPrivilege,
  sqlState.undefinedObject,
  "58P01",
  sqlState.featureNotSupported,
]);
/** Another session has just made it. */
const raced = new Set(["23505", "42710", "42P06"]);

/**
 * Where it lives; makes it, in the store's own schema, where it is available and the role may. A trusted extension needs no
 * superuser, but the right to create in the database.
 */
export async function ensureTrigrams(database: Database, schema: string): Promise<string | null> {
  const there = await findTrigrams(database);
  if (there !== null) return there;
  const { rows } = await database.pool.query("select from pg_available_extensions where name = 'pg_trgm'");
  if (rows.length === 0) return null;
  // Each a statement of its own, so that a refusal breaks nothing.
  for (const statement of [
    `create schema if not exists ${quoteIdentifier(schema)}`,
    `create extension if not exists pg_trgm with schema ${quoteIdentifier(schema)}`,
  ]) {
    try {
      await database.pool.query(statement);
    } catch (error) {
      const code = errorCode(error) ?? "";
      if (without.has(code)) return null;
      if (!raced.has(code)) throw wrapDatabaseError(error, "Installing pg_trgm failed");
    }
  }
  return findTrigrams(database);
}

// Which type a new store gives its embeddings: pgvector's where it can be had, an array elsewhere.

import { type Database, quoteIdentifier, sqlState, wrapDatabaseError } from "../database/index.ts";
import { CopycatError, errorCode } from "../errors.ts";
import type { VectorExtension } from "./store.ts";
import type { EmbeddingType } from "./types.ts";

export type EmbeddingChoice = "auto" | EmbeddingType;

export const embeddingChoices: readonly EmbeddingChoice[] = ["auto", "vector", "halfvec", "real[]"];

export interface ChosenEmbedding {
  type: EmbeddingType;
  /** The type as SQL writes it, qualified, with its dimensions: `"public".vector(384)`. */
  sql: string;
  /** For people: why it is this one. */
  reason: string;
}

/** pgvector's limit for both of its types (VECTOR_MAX_DIM); an array is held to it as well. */
export const maxDimensions = 16_000;

/**
 * Decides, and creates the extension where it is available and the role may. Every step is a statement of its own, so
 * that a refusal breaks nothing.
 *
 * @throws CopycatError USAGE when pgvector was asked for by name and cannot be had
 */
export async function chooseEmbedding(
  database: Database,
  choice: EmbeddingChoice,
  dimensions: number,
): Promise<ChosenEmbedding> {
  if (choice === "real[]") return { type: "real[]", sql: "real[]", reason: "it was asked for" };
  const found = await ensureVector(database);
  const type = choice === "auto" ? "vector" : choice;
  if ("reason" in found || !(await hasType(database, found, type))) {
    const reason =
      "reason" in found ? found.reason : `pgvector ${found.version} has no type ${type}; 0.7 and newer do`;
    if (choice === "auto") return { type: "real[]", sql: "real[]", reason };
    throw new CopycatError(
      "USAGE",
      `Embeddings cannot be stored as ${choice} in ${database.name}: ${reason}. Install pgvector ` +
        "(https://github.com/pgvector/pgvector), or leave the choice to copycat (auto), which then stores real[].",
    );
  }
  const sql = `${quoteIdentifier(found.schema)}.${type}(${dimensions})`;
  return { type, sql, reason: `pgvector ${found.version} is installed` };
}

const installedSql = `\
select e.extversion as version, n.nspname as schema
from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'vector'`;

/** pgvector as installed in the database; null when it is not. */
export async function readVectorExtension(database: Database): Promise<VectorExtension | null> {
  const { rows } = await database.pool.query<VectorExtension>(installedSql);
  return rows[0] ?? null;
}

/** The version that the server could install; null when it has none. */
export async function readAvailableVector(database: Database): Promise<string | null> {
  const { rows } = await database.pool.query<{ version: string }>(
    "select default_version as version from pg_available_extensions where name = 'vector'",
  );
  return rows[0]?.version ?? null;
}

async function ensureVector(database: Database): Promise<VectorExtension | { reason: string }> {
  const installed = await readVectorExtension(database);
  if (installed !== null) return installed;
  if ((await readAvailableVector(database)) === null) {
    return { reason: "this server has no pgvector to install" };
  }
  try {
    // The schema is named, since search_path may begin with one of the role's own.
    await database.pool.query("create extension if not exists vector with schema public");
  } catch (error) {
    const code = errorCode(error);
    if (code === sqlState.insufficientPrivilege) {
      return {
        reason: "the role may not install pgvector; a superuser can: create extension vector",
      };
    }
    // 23505, 42710: another session has just installed it. 58P01, 0A000: its files are not as they should be.
    if (code !== "23505" && code !== "42710" && code !== "58P01" && code !== "0A000") {
      throw wrapDatabaseError(error, "Installing pgvector failed");
    }
  }
  return (await readVectorExtension(database)) ?? { reason: "pgvector could not be installed" };
}

async function hasType(database: Database, { schema }: VectorExtension, type: string): Promise<boolean> {
  const { rows } = await database.pool.query<{ found: boolean }>(
    "select to_regtype($1) is not null as found",
    [quoteIdentifier(schema, type)],
  );
  return rows[0]?.found === true;
}

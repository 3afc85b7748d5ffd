// Is there a memory store? If there is none, it is made.

import { memoryMigrationTable, newestMemoryMigration } from "../../migrations/memory/newest.ts";
import { checkIdentifier, type Database, migrateUp, quoteIdentifier } from "../database/index.ts";
import { CopycatError } from "../errors.ts";
import { aside, words } from "../wording.ts";
import { chooseEmbedding, type EmbeddingChoice, embeddingChoices, maxDimensions } from "./chooseEmbedding.ts";
import { defaultSchema, type MemoryStore, readMemoryStore } from "./store.ts";

export interface EnsureOptions {
  /** Where the tables live; default `memory`. */
  schema?: string;
  /** Numbers in an embedding; default those of the store that is there, 384 for a new one. */
  dimensions?: number;
  /** Default `auto`: `vector` where pgvector can be had, else `real[]`. A store that is there keeps its own. */
  embedding?: EmbeddingChoice;
}

export interface EnsuredStore extends MemoryStore {
  created: boolean;
  /** For people: why the embeddings are stored as they are. */
  reason: string;
}

export const defaultDimensions = 384;

/**
 * Makes the tables of a memory store in a schema of their own, or takes those that are there as they are, whoever made
 * them. A store of copycat's own is brought to the newest version.
 *
 * @throws CopycatError USAGE when the store that is there has other dimensions or another type than asked for, or
 * pgvector was asked for by name and cannot be had; PERMISSION; CATALOG_VERSION when other tables are in the way
 *
 * @example
 * const store = await ensureMemory(database, { dimensions: 384 });
 * store.embedding; // { type: "vector", dimensions: 384 }, or "real[]" on a server without pgvector
 */
export async function ensureMemory(database: Database, options: EnsureOptions = {}): Promise<EnsuredStore> {
  checkOptions(options);
  const { schema = defaultSchema, embedding = "auto", dimensions } = options;
  checkIdentifier(schema, "The name of the schema");
  const found = await readMemoryStore(database, schema);
  if (found !== null) {
    checkAgrees(found, options);
    if (found.isOwn && (await isBehind(database, schema))) return renew(database, found);
    return { ...found, created: false, reason: "the store was made so" };
  }
  const wanted = dimensions ?? defaultDimensions;
  const chosen = await chooseEmbedding(database, embedding, wanted);
  await migrate(database, schema, chosen.sql, wanted);
  const made = await readMemoryStore(database, schema);
  if (made === null) throw new CopycatError("INTERNAL", `The memory store in ${schema} was not made.`);
  // Another session may have made it, with other wishes, while this one waited for the migrator's lock.
  checkAgrees(made, options);
  return { ...made, created: true, reason: chosen.reason };
}

async function migrate(database: Database, schema: string, embedding: string, dimensions: number) {
  const { memoryMigrations } = await import("../../migrations/memory/index.ts");
  await migrateUp(database, {
    schema,
    table: memoryMigrationTable,
    migrations: memoryMigrations({
      schema,
      embedding,
      dimensions,
      isDistributed: database.engine.kind === "citus",
    }),
  });
}

async function renew(database: Database, { schema, embedding, vector }: MemoryStore): Promise<EnsuredStore> {
  const dimensions = embedding.dimensions ?? defaultDimensions;
  const type =
    embedding.type === "real[]"
      ? "real[]"
      : `${quoteIdentifier(vector?.schema ?? "public")}.${embedding.type}(${dimensions})`;
  await migrate(database, schema, type, dimensions);
  const renewed = await readMemoryStore(database, schema);
  if (renewed === null) throw new CopycatError("INTERNAL", `The memory store in ${schema} is gone.`);
  return { ...renewed, created: false, reason: "the store was made so" };
}

/** Asked with plain SQL: the migrator takes 0.13 s to load, and writes to its tables. */
async function isBehind(database: Database, schema: string): Promise<boolean> {
  const { rows } = await database.pool.query(
    `select from ${quoteIdentifier(schema, memoryMigrationTable)} where name >= $1`,
    [newestMemoryMigration],
  );
  return rows.length === 0;
}

function checkOptions({ dimensions, embedding = "auto" }: EnsureOptions): void {
  if (!embeddingChoices.includes(embedding)) {
    throw new CopycatError(
      "USAGE",
      `Unknown embedding type "${embedding}"; use ${embeddingChoices.join(", ")}.`,
    );
  }
  if (dimensions === undefined) return;
  if (!Number.isSafeInteger(dimensions) || dimensions < 1 || dimensions > maxDimensions) {
    throw new CopycatError(
      "USAGE",
      `dimensions is ${dimensions}; it must be a whole number from 1 to ${maxDimensions}.`,
    );
  }
}

/** @throws CopycatError USAGE */
export function checkAgrees({ schema, embedding }: MemoryStore, options: EnsureOptions): void {
  const { dimensions, embedding: type = "auto" } = options;
  if (dimensions !== undefined && embedding.dimensions !== null && dimensions !== embedding.dimensions) {
    throw new CopycatError(
      "USAGE",
      words(
        `The memory store in the schema "${schema}" holds embeddings of ${embedding.dimensions} dimensions, not ${dimensions}. ` +
          "Leave the dimensions out to use it, or name another schema",
        aside("schema"),
        " for a store of its own.",
      ),
    );
  }
  if (type !== "auto" && type !== embedding.type) {
    throw new CopycatError(
      "USAGE",
      words(
        `The memory store in the schema "${schema}" holds its embeddings as ${embedding.type}, not as ${type}. ` +
          "Leave the type out to use it, or export it and load it into another schema",
        aside("schema"),
        ".",
      ),
    );
  }
}

// A memory store that is there: its schema, its tables as they are, and how its embeddings are stored.

import type { ClientBase, Pool } from "pg";
import type { Database } from "../database/index.ts";
import { CopycatError } from "../errors.ts";
import { aside, words } from "../wording.ts";
import { kinds } from "./kinds.ts";
import { type InspectedStore, inspectStoreSql } from "./sql/inspectStore.ts";
import { type Embedding, type MemoryKind, memoryKinds } from "./types.ts";

export const defaultSchema = "memory";

/** A Database, or a client inside a transaction of the caller's, who commits. */
export type MemoryTarget = Database | ClientBase;

export interface MemoryTable {
  /** Types by column, as `format_type` writes them. */
  columns: ReadonlyMap<string, string>;
  embedding: Embedding | null;
}

/** pgvector as it is installed in the database. */
export interface VectorExtension {
  /** `0.8.5` */
  version: string;
  schema: string;
}

export interface MemoryStore {
  readonly schema: string;
  /** Of the entries. */
  readonly embedding: Embedding;
  /** Embeddings are of pgvector's types. */
  readonly hasVector: boolean;
  readonly vector: VectorExtension | null;
  /** Made by copycat's migrations, which also bring it to the newest version. */
  readonly isOwn: boolean;
  /** The entries lie in shards of a Citus cluster, by their namespace. */
  readonly isDistributed: boolean;
  /** Name of the HNSW index over the entries' embeddings. */
  readonly hnswIndex: string | null;
  readonly tables: Readonly<Partial<Record<MemoryKind, MemoryTable>>>;
}

export interface StoreOptions {
  /** Where the tables live; default `memory`. */
  schema?: string;
  /**
   * What `ensureMemory` or `readMemoryStore` gave: spares the query that every call makes otherwise. It is as old as it
   * is: an HNSW index that was built later is not seen.
   */
  store?: MemoryStore;
}

/** What runs statements. */
export function querier(db: MemoryTarget): Pool | ClientBase {
  return "pool" in db ? db.pool : db;
}

/** Null when there is no table of entries; reads only. */
export async function readMemoryStore(
  db: MemoryTarget,
  schema: string = defaultSchema,
): Promise<MemoryStore | null> {
  const { rows } = await querier(db).query<InspectedStore>({
    // Prepared: each call begins with it, and planning it takes longer than running it.
    name: "copycat_inspect_store",
    text: inspectStoreSql,
    values: [schema],
  });
  const found = rows[0];
  if (found === undefined) return null;
  const tables: Partial<Record<MemoryKind, MemoryTable>> = {};
  for (const kind of memoryKinds) {
    const table = readTable(found, kind);
    if (table !== null) tables[kind] = table;
  }
  const { entries } = tables;
  if (entries === undefined) return null;
  if (entries.embedding === null) {
    throw new CopycatError(
      "CATALOG_VERSION",
      `${schema}.memory_entries has no column "embedding" of the type vector, halfvec or real[], so it is no memory ` +
        "store that copycat knows. Use another schema. Nothing was changed.",
    );
  }
  return {
    schema,
    embedding: entries.embedding,
    hasVector: entries.embedding.type !== "real[]",
    vector: found.vector,
    isOwn: found.is_own,
    isDistributed: found.is_distributed,
    hnswIndex: found.hnsw_index,
    tables,
  };
}

/**
 * @throws CopycatError NOT_FOUND when there is none
 */
export async function requireStore(db: MemoryTarget, options: StoreOptions): Promise<MemoryStore> {
  const { schema = defaultSchema } = options;
  const store = options.store ?? (await readMemoryStore(db, schema));
  if (store !== null) return store;
  throw new CopycatError(
    "NOT_FOUND",
    `There is no memory store in the schema "${schema}" yet. Load something first: copycat memory load FILE --kind entries ` +
      "(in a program: ensureMemory).",
  );
}

const readColumns = [
  "id",
  "namespace",
  "key",
  "value",
  "metadata",
  "tags",
  "created_at",
  "updated_at",
  "expires_at",
];

/**
 * As `requireStore`, for reads: a store that copycat did not make may lack what they need.
 *
 * @throws CopycatError NOT_FOUND, CATALOG_VERSION
 */
export async function requireReadableStore(db: MemoryTarget, options: StoreOptions): Promise<MemoryStore> {
  const store = await requireStore(db, options);
  const missing = readColumns.filter((column) => store.tables.entries?.columns.has(column) !== true);
  if (missing.length === 0) return store;
  throw new CopycatError(
    "CATALOG_VERSION",
    words(
      `${store.schema}.memory_entries lacks what reads need: ${missing.join(", ")}. Loads into it work; add the columns, ` +
        "or load into a schema of its own",
      aside("schema"),
      ".",
    ),
  );
}

function readTable({ tables }: InspectedStore, kind: MemoryKind): MemoryTable | null {
  const columns = tables.filter(({ table }) => table === kinds[kind].table);
  if (columns.length === 0) return null;
  const embedding = columns.find(({ column }) => column === "embedding");
  return {
    columns: new Map(columns.map(({ column, type }) => [column, type])),
    embedding: embedding === undefined ? null : readEmbedding(embedding),
  };
}

function readEmbedding({ type_name, modifier, check }: InspectedStore["tables"][number]): Embedding | null {
  if (type_name === "vector" || type_name === "halfvec") {
    return { type: type_name, dimensions: modifier > 0 ? modifier : null };
  }
  if (type_name !== "_float4") return null;
  // The constraint that the migrations give the column: ... cardinality(embedding) = 384 ...
  const dimensions = /cardinality\(embedding\) = (\d+)/.exec(check ?? "")?.[1];
  return { type: "real[]", dimensions: dimensions === undefined ? null : Number(dimensions) };
}

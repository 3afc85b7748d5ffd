// What there is to know of a memory store before one works with it.

import type { Database } from "../database/index.ts";
import { whyNoHnsw } from "./buildMemoryIndex.ts";
import { readAvailableVector, readVectorExtension } from "./chooseEmbedding.ts";
import { countMemories } from "./readEntries.ts";
import { defaultSchema, readMemoryStore } from "./store.ts";
import type { Embedding } from "./types.ts";

export interface MemoryFacts {
  schema: string;
  exists: boolean;
  /** Of the store; null when there is none. */
  embedding: Embedding | null;
  /** Why the embeddings are stored so, or would be. */
  reason: string;
  pgvector: {
    /** Version in the database; null when it is not installed there. */
    installed: string | null;
    /** Version that the server could install; null when it has none. */
    available: string | null;
  };
  hnsw: { index: string | null; reason: string | null };
  /** Null when there is no store. */
  entries: number | null;
}

/** Looks; changes nothing. */
export async function inspectMemory(
  database: Database,
  schema: string = defaultSchema,
): Promise<MemoryFacts> {
  const store = await readMemoryStore(database, schema);
  const extension = await readVectorExtension(database);
  const available = await readAvailableVector(database);
  const pgvector = { installed: extension?.version ?? null, available };
  if (store === null) {
    return {
      schema,
      exists: false,
      embedding: null,
      reason: wouldBe(pgvector),
      pgvector,
      hnsw: { index: null, reason: "there is no store yet" },
      entries: null,
    };
  }
  const index = store.hnswIndex;
  const reason =
    index === null
      ? (whyNoHnsw(store) ??
        "none yet: loads build it from 50,000 entries on, and `copycat memory index` at once")
      : null;
  return {
    schema,
    exists: true,
    embedding: store.embedding,
    reason: why(store.embedding, pgvector),
    pgvector,
    hnsw: { index, reason },
    entries: await countMemories(database, { store }),
  };
}

function wouldBe({ installed, available }: MemoryFacts["pgvector"]): string {
  if (installed !== null) return `a new store would use vector: pgvector ${installed} is installed`;
  if (available !== null)
    return `a new store would install pgvector ${available} if the role may, else use real[]`;
  return "a new store would use real[]: this server has no pgvector";
}

function why({ type }: Embedding, { installed, available }: MemoryFacts["pgvector"]): string {
  if (type !== "real[]") return `pgvector ${installed ?? ""} is installed`;
  if (installed === null && available === null) return "this server has no pgvector";
  return "the store was made without pgvector, which is there now: export it and load it into another schema";
}

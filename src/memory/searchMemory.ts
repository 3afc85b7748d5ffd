// The entries whose embeddings are nearest to one.

import { CopycatError } from "../errors.ts";
import { RawJson } from "../json.ts";
import { checkCount } from "./readEntries.ts";
import { withIndexSettings } from "./searchSettings.ts";
import { readSearchVector, type SearchVector } from "./searchVector.ts";
import { countCandidatesSql, type SearchFilters, searchSql } from "./sql/search.ts";
import {
  type MemoryStore,
  type MemoryTarget,
  querier,
  requireReadableStore,
  type StoreOptions,
} from "./store.ts";
import type { FoundEntry, JsonObject, Vector } from "./types.ts";

export interface SearchOptions extends StoreOptions {
  /** What to look near; or the key of an entry whose embedding it is. */
  vector?: Vector;
  key?: { namespace: string; key: string };
  /** Only entries of this namespace. */
  namespace?: string;
  /** From 1 to 1000; default 10. */
  limit?: number;
  /** Leave out what is less similar: -1 to 1. Default: none is left out. */
  minSimilarity?: number;
  /** Only entries whose metadata contain this object. */
  metadata?: JsonObject;
  /** Only entries that have all of these tags. */
  tags?: readonly string[];
  /** With `key`: also the entry itself. Default false. */
  includeSelf?: boolean;
}

/** Up to so many rows are measured one by one even where there is an index: 10 ms, and exact. */
const exactRows = 10_000;

/**
 * The nearest entries by cosine, most similar first. Entries without an embedding, and those that are all zeros and
 * so have no direction, are never found.
 *
 * Exact where there is no HNSW index, and where the filters leave at most 10,000 entries. Otherwise the index answers:
 * approximately, but never with fewer entries than there are, since an answer that comes up short is measured again.
 *
 * @throws CopycatError USAGE (limits; neither `vector` nor `key`), INVALID_INPUT (a vector of another dimension, all
 * zeros, with NaN), NOT_FOUND (no store; no entry of that key, or one without an embedding)
 *
 * @example
 * await searchMemory(database, { vector, namespace: "patterns", limit: 5, minSimilarity: 0.7 });
 * await searchMemory(database, { key: { namespace: "patterns", key: "cve-status" }, tags: ["security"] });
 */
export async function searchMemory(db: MemoryTarget, options: SearchOptions): Promise<FoundEntry[]> {
  const { limit = 10, minSimilarity } = options;
  checkCount("limit", limit, 1, 1000);
  if (minSimilarity !== undefined && !(minSimilarity >= -1 && minSimilarity <= 1)) {
    throw new CopycatError("USAGE", `minSimilarity is ${minSimilarity}; it must be from -1 to 1.`);
  }
  const store = await requireReadableStore(db, options);
  const vector = await readSearchVector(db, store, options);
  const search = prepare(options, vector);
  const found = await findNearest(db, store, search, limit);
  return minSimilarity === undefined ? found : found.filter(({ similarity }) => similarity >= minSimilarity);
}

interface Search {
  filters: SearchFilters;
  values: unknown[];
  vector: SearchVector;
}

function prepare(options: SearchOptions, vector: SearchVector): Search {
  const { namespace, metadata, tags, key, includeSelf = false } = options;
  const except = key !== undefined && !includeSelf ? [key.namespace, key.key] : [];
  return {
    filters: {
      namespace: namespace !== undefined,
      metadata: metadata !== undefined,
      tags: tags !== undefined,
      except: except.length > 0,
    },
    values: [
      ...(namespace === undefined ? [] : [namespace]),
      ...(metadata === undefined
        ? []
        : [metadata instanceof RawJson ? metadata.text : JSON.stringify(metadata)]),
      ...(tags === undefined ? [] : [tags]),
      ...except,
    ],
    vector,
  };
}

async function findNearest(
  db: MemoryTarget,
  store: MemoryStore,
  search: Search,
  limit: number,
): Promise<FoundEntry[]> {
  const run = async (client: ReturnType<typeof querier>, way: "index" | "exact"): Promise<FoundEntry[]> => {
    const norm = store.hasVector ? [] : [search.vector.norm];
    const { rows } = await client.query<FoundEntry>(searchSql(store, { ...search.filters, way }), [
      search.vector.query,
      limit,
      ...norm,
      ...search.values,
    ]);
    return rows;
  };
  const isExact = store.hnswIndex === null || (isFiltered(search) && (await isSmall(db, store, search)));
  if (isExact) return run(querier(db), "exact");
  const found = await withIndexSettings(db, store, limit, (client) => run(client, "index"));
  // Fewer than asked for: the filters left too little of what the index looked at, or there are no more.
  return found.length < limit ? run(querier(db), "exact") : found;
}

function isFiltered({ filters: { namespace, metadata, tags } }: Search): boolean {
  return namespace || metadata || tags;
}

async function isSmall(db: MemoryTarget, store: MemoryStore, { filters, values }: Search): Promise<boolean> {
  const { rows } = await querier(db).query<{ rows: number }>(countCandidatesSql(store, filters), [
    exactRows + 1,
    ...values,
  ]);
  return (rows[0]?.rows ?? 0) <= exactRows;
}

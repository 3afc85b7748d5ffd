// The index for nearest neighbours, and what there is to know of it.

import { quoteIdentifier } from "../../database/index.ts";
import type { MemoryStore } from "../store.ts";

export interface HnswOptions {
  /** Connections of a node; pgvector's default is 16. */
  m?: number;
  /** Candidates looked at while a node is placed; pgvector's default is 64. */
  efConstruction?: number;
  /** Writers go on meanwhile; takes about twice as long. */
  concurrently?: boolean;
}

export const hnswIndexName = "memory_entries_embedding_hnsw";

/** Operators and operator classes by their schema: search_path need not hold the one that pgvector is in. */
export function createHnswSql(store: MemoryStore, options: HnswOptions = {}): string {
  const { m, efConstruction, concurrently = false } = options;
  const opclass = quoteIdentifier(store.vector?.schema ?? "public", `${store.embedding.type}_cosine_ops`);
  const parameters = [
    ...(m === undefined ? [] : [`m = ${m}`]),
    ...(efConstruction === undefined ? [] : [`ef_construction = ${efConstruction}`]),
  ];
  const settings = parameters.length === 0 ? "" : `\n  with (${parameters.join(", ")})`;
  return `\
create index ${concurrently ? "concurrently " : ""}if not exists ${quoteIdentifier(hnswIndexName)}
  on ${quoteIdentifier(store.schema, "memory_entries")} using hnsw (embedding ${opclass})${settings}`;
}

/** Indexes over embeddings, with the statements that make them again. $1: schema. */
export const listVectorIndexesSql = `\
select x.relname as name, pg_get_indexdef(x.oid) as definition, i.indisvalid as valid
from pg_index i
join pg_class t on t.oid = i.indrelid and t.relname = 'memory_entries'
join pg_namespace n on n.oid = t.relnamespace and n.nspname = $1
join pg_class x on x.oid = i.indexrelid
join pg_am m on m.oid = x.relam and m.amname in ('hnsw', 'ivfflat')
order by x.relname`;

/** How far a build has come. $1: process id of the server that builds. */
export const buildProgressSql = `\
select phase, blocks_done::float8, blocks_total::float8, tuples_done::float8, tuples_total::float8
from pg_stat_progress_create_index where pid = $1`;

/** Rows that have an embedding, counted no further than $1, and their share of memory in the build. */
export function countEmbeddedSql(store: MemoryStore): string {
  return `\
select count(*)::int as rows from (
  select 1 from ${quoteIdentifier(store.schema, "memory_entries")} where embedding is not null limit $1
) as embedded`;
}

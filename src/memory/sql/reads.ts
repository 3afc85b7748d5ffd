// The reads of entries, one key or many. Expired entries are invisible to all of them.

import { quoteIdentifier } from "../../database/index.ts";
import type { MemoryStore } from "../store.ts";

export function entriesName({ schema }: MemoryStore): string {
  return quoteIdentifier(schema, "memory_entries");
}

/** Asked at the start of the statement: in a long transaction `now()` would be old. */
export const notExpired = "(expires_at is null or expires_at > statement_timestamp())";

/** The columns of a `MemoryEntry`, by its names. */
const entryColumns = `namespace, key, value, metadata, tags,
  created_at as "createdAt", updated_at as "updatedAt", expires_at as "expiresAt"`;

/** $1: namespace, $2: key. The embedding as JSON text: both types write float4's shortest digits. */
export function retrieveSql(store: MemoryStore): string {
  return `\
select ${entryColumns}, ${embeddingJson(store)} as embedding
from ${entriesName(store)}
where namespace = $1 and key = $2 and ${notExpired}`;
}

/** An embedding as the text of a JSON array. pgvector's own text is one. */
export function embeddingJson({ hasVector }: MemoryStore, column = "embedding"): string {
  return hasVector ? `${column}::text` : `array_to_json(${column})::text`;
}

export interface ListParts {
  namespace: boolean;
  after: boolean;
}

/**
 * Newest first. $1: how many, $2: how many to pass over; then the namespace; then the place to go on after, the text of
 * a moment and of an id. `place` is that of each row.
 */
export function listSql(store: MemoryStore, { namespace, after }: ListParts): string {
  const next = namespace ? 4 : 3;
  const type = (column: string): string => store.tables.entries?.columns.get(column) ?? "text";
  const conditions = [
    ...(namespace ? ["namespace = $3"] : []),
    ...(after ? [`(created_at, id) < ($${next}::${type("created_at")}, $${next + 1}::${type("id")})`] : []),
    notExpired,
  ];
  return `\
select ${entryColumns}, created_at::text || '|' || id as place
from ${entriesName(store)}
where ${conditions.join(" and ")}
order by created_at desc, id desc
limit $1 offset $2`;
}

/** $1: the namespace, null for all. */
export function countSql(store: MemoryStore): string {
  return `\
select count(*)::float8 as count from ${entriesName(store)}
where ($1::text is null or namespace = $1) and ${notExpired}`;
}

export function listNamespacesSql(store: MemoryStore): string {
  return `\
select namespace, count(*)::float8 as entries, count(embedding)::float8 as embedded, max(updated_at) as "updatedAt"
from ${entriesName(store)}
where ${notExpired}
group by namespace
order by namespace`;
}

/** $1: namespace, $2: key. One row with whether it was still visible: asked afterwards, since Citus takes no clock in RETURNING. */
export function deleteSql(store: MemoryStore): string {
  return `\
with deleted as (
  delete from ${entriesName(store)} where namespace = $1 and key = $2 returning expires_at
)
select ${notExpired} as visible from deleted`;
}

/** $1: namespace. One row with how many were still visible. */
export function deleteNamespaceSql(store: MemoryStore): string {
  return `\
with deleted as (
  delete from ${entriesName(store)} where namespace = $1 returning expires_at
)
select (count(*) filter (where ${notExpired}))::float8 as deleted from deleted`;
}

export function deleteExpiredSql(store: MemoryStore): string {
  return `\
with deleted as (
  delete from ${entriesName(store)} where expires_at <= statement_timestamp() returning 1
)
select count(*)::float8 as deleted from deleted`;
}

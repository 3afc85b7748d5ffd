// One entry, stored at once: an upsert. For many there is the load.

import type { Column } from "../../bulk/index.ts";
import { quoteIdentifier } from "../../database/index.ts";
import type { MemoryStore } from "../store.ts";
import { entriesName } from "./reads.ts";

/**
 * $1...: the columns, as text. The time of creation stays, unless what is stored has expired: then the entry is a new
 * one. One row with what happened; none when all was equal already. In a cluster the moment comes along, as the last
 * parameter: Citus takes no clock in an upsert.
 */
export function storeSql(
  store: MemoryStore,
  {
    columns,
    updates,
    keepEmbedding,
  }: { columns: readonly Column[]; updates: readonly string[]; keepEmbedding: boolean },
): string {
  const names = columns.map(({ name }) => quoteIdentifier(name));
  const values = columns.map(({ type }, index) => `$${index + 1}::${type}`);
  const has = (name: string): boolean => columns.some((column) => column.name === name);
  const moment = store.isDistributed ? `$${columns.length + 1}::timestamptz` : "statement_timestamp()";
  const isGone = has("expires_at") ? `target.expires_at <= ${moment}` : "false";
  const assign = (name: string): string => {
    const column = quoteIdentifier(name);
    return keepEmbedding && name === "embedding"
      ? `${column} = case when ${isGone} then excluded.${column} else coalesce(excluded.${column}, target.${column}) end`
      : `${column} = excluded.${column}`;
  };
  const compared = updates.filter((name) => !(keepEmbedding && name === "embedding"));
  const differs = compared.map(
    (name) => `target.${quoteIdentifier(name)} is distinct from excluded.${quoteIdentifier(name)}`,
  );
  if (keepEmbedding)
    differs.push("target.embedding is distinct from coalesce(excluded.embedding, target.embedding)");
  return `\
insert into ${entriesName(store)} as target (${names.join(", ")})
values (${values.join(", ")})
on conflict (namespace, key) do update
set ${[...updates, "updated_at"].map(assign).join(", ")},
  created_at = case when ${isGone} then excluded.created_at else target.created_at end
where ${[...differs, isGone].map((condition) => `(${condition})`).join("\n  or ")}
returning xmax = 0 or created_at = updated_at as is_new`;
}

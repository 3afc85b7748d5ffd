// The merge: from a query into a table, under a policy, with counts that come from `returning`.

import { quoteIdentifier } from "../../database/identifiers.ts";
import type { MergePolicy, TableDescription } from "../types.ts";

/**
 * Merges the rows of `source` (a select that names the table's columns in their order) into the table; gives one
 * row `(inserted, updated)`.
 *
 * `update` writes only rows that differ: an unconditional one doubled the heap and took 10 times as long.
 * `source` must hold a key at most once, or PostgreSQL refuses with 21000.
 */
export function mergeSql(table: TableDescription, source: string, policy: MergePolicy): string {
  const columns = table.columns.map(({ name }) => quoteIdentifier(name)).join(", ");
  return `\
with merged as (
  insert into ${quoteIdentifier(table.schema, table.name)} as target (${columns})
  ${source.trim().replaceAll("\n", "\n  ")}${conflictSql(table, policy)}
  returning xmax = 0 as is_new
)
select count(*) filter (where is_new)::int as inserted, count(*) filter (where not is_new)::int as updated
from merged`;
}

function conflictSql(table: TableDescription, policy: MergePolicy): string {
  if (policy === "error") return "";
  const key = table.conflictKey.map((column) => quoteIdentifier(column)).join(", ");
  const updated = updateColumns(table).map((column) => quoteIdentifier(column));
  if (policy === "skip" || updated.length === 0) return `\n  on conflict (${key}) do nothing`;
  const touched = (table.touchColumns ?? []).map((column) => quoteIdentifier(column));
  return `
  on conflict (${key}) do update
  set ${[...updated, ...touched].map((column) => `${column} = excluded.${column}`).join(", ")}
  where (${updated.map((column) => `target.${column}`).join(", ")})
    is distinct from (${updated.map((column) => `excluded.${column}`).join(", ")})`;
}

function updateColumns(table: TableDescription): readonly string[] {
  if (table.updateColumns !== undefined) return table.updateColumns;
  const others = new Set([...table.conflictKey, ...(table.touchColumns ?? [])]);
  return table.columns.map(({ name }) => name).filter((name) => !others.has(name));
}

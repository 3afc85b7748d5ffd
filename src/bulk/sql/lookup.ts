// Rows by key, any number of keys in one statement.

import { quoteIdentifier } from "../../database/identifiers.ts";

export interface LookupKey {
  column: string;
  /** Qualified type that the keys, sent as text, are compared as: the column's own, so that its index is used. */
  type: string;
}

/**
 * $1...: the values of each key column as an array of text. One row for each key that is there, `position` (int4, 0
 * is the first key) in front of the columns.
 *
 * A join with unnest, not `in (...)`: one parameter a key column, however many keys there are, and a plan by their
 * number (PostgreSQL sees how long the arrays are): index lookups for few, a hash join for many.
 */
export function lookupSql(
  table: readonly string[],
  keys: readonly LookupKey[],
  columns: readonly string[],
): string {
  const arrays = keys.map((_, index) => `$${index + 1}::text[]`).join(", ");
  const names = keys.map((_, index) => `k${index}`).join(", ");
  const conditions = keys.map(
    ({ column, type }, index) => `t.${quoteIdentifier(column)} = wanted.k${index}::${type}`,
  );
  const selected = ["(wanted.position - 1)::int4", ...columns.map((name) => `t.${quoteIdentifier(name)}`)];
  return `\
select ${selected.join(", ")}
from unnest(${arrays}) with ordinality as wanted (${names}, position)
join ${quoteIdentifier(...table)} as t on ${conditions.join(" and ")}`;
}

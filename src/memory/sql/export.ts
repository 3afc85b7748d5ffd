// Rows as they go out: every value as text that loads again as the same value.

import { quoteIdentifier } from "../../database/index.ts";
import type { Field, Kind } from "../kinds.ts";
import type { MemoryStore } from "../store.ts";
import { embeddingJson, notExpired } from "./reads.ts";

/** In the order in which the rows were made. $1: the namespace, where `namespace` is given. */
export function exportSql(
  store: MemoryStore,
  kind: Kind,
  { fields, namespace }: { fields: readonly Field[]; namespace: boolean },
): string {
  const has = (column: string): boolean => fields.some((field) => field.column === column);
  const conditions = [...(namespace ? ["namespace = $1"] : []), ...(has("expires_at") ? [notExpired] : [])];
  return `\
select ${fields.map((field) => exportColumn(store, field)).join(",\n  ")}
from ${quoteIdentifier(store.schema, kind.table)}${conditions.length === 0 ? "" : `\nwhere ${conditions.join(" and ")}`}
order by id`;
}

/** JSON text of each; null for NULL. */
function exportColumn(store: MemoryStore, { column, check }: Field): string {
  const name = quoteIdentifier(column);
  switch (check) {
    case "embedding":
      return `${embeddingJson(store, name)} as ${name}`;
    // jsonb's own text: every digit of its numbers.
    case "object":
      return `${name}::text as ${name}`;
    // Exact to the microsecond, whatever the session's time zone.
    case "moment":
      return `'"' || to_char(${name} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"' as ${name}`;
    default:
      return `to_json(${name})::text as ${name}`;
  }
}

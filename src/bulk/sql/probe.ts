// Whether any of some keys is in the table, and whether anything is. $1...: the values of each key column, as text
// arrays.

import { quoteIdentifier } from "../../database/identifiers.ts";
import type { ResolvedTable } from "../resolveTable.ts";

export function probeSql(table: ResolvedTable): string {
  const keys = table.conflictKey.map((name, index) => {
    const type = table.columns.find((column) => column.name === name)?.codec.facts.qualifiedName ?? "text";
    return { name: quoteIdentifier(name), parameter: `$${index + 1}::text[]`, alias: `k${index}`, type };
  });
  return `\
select exists (
  select 1 from unnest(${keys.map(({ parameter }) => parameter).join(", ")}) as s(${keys.map(({ alias }) => alias).join(", ")})
  join ${quoteIdentifier(table.schema, table.name)} as t
    on ${keys.map(({ name, alias, type }) => `t.${name} = s.${alias}::${type}`).join(" and ")}
) as present, not exists (select 1 from ${quoteIdentifier(table.schema, table.name)}) as empty`;
}

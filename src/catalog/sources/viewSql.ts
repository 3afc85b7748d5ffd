// The definition of a view. It must never fail, whatever is written later: a value of another type is NULL, and a refresh
// says so.

import { quoteIdentifier } from "../../database/index.ts";
import type { CatalogNames } from "../tables.ts";
import type { ColumnType, ViewColumn } from "./viewColumns.ts";

export interface ViewDefinition {
  /** Quoted and qualified. */
  view: string;
  datasetId: number;
  columns: readonly ViewColumn[];
  /** Literals: of the keys of the columns, and of what stands before the key of an entity in its path. */
  keyLiterals: readonly string[];
  pathLiteral: string;
}

export function createViewSql(names: CatalogNames, definition: ViewDefinition): string {
  const { view, datasetId, columns, keyLiterals, pathLiteral } = definition;
  const typed = columns.map(
    ({ name, type }, index) =>
      `  ${valueSql(keyLiterals[index] ?? "''", type)} as ${quoteIdentifier(name)},\n`,
  );
  // `|| '{}'` fetches metadata that is too long for its row once a row; else it would be once a column.
  return `\
create materialized view ${view} as
select n.id, n.key::text as key, ${pathLiteral}::text || n.key as path,
${typed.join("")}  n.time_created, n.time_updated
from (select id, key, metadata || '{}'::jsonb as metadata, time_created, time_updated
  from ${names.nodes} where parent = ${datasetId} and structure_family = 'container' offset 0) n`;
}

function valueSql(key: string, type: ColumnType): string {
  const value = `n.metadata -> ${key}::text`;
  const text = `n.metadata ->> ${key}::text`;
  if (type === "jsonb") return `nullif(${value}, 'null'::jsonb)`;
  const jsonType = { text: "string", boolean: "boolean" }[type as string] ?? "number";
  return `case when jsonb_typeof(${value}) = '${jsonType}' then ${castSql(value, text, type)} end`;
}

function castSql(value: string, text: string, type: ColumnType): string {
  switch (type) {
    case "bigint":
      return (
        `case when scale((${value})::numeric) = 0 and (${value})::numeric ` +
        `between -9223372036854775808 and 9223372036854775807 then (${value})::numeric::bigint end`
      );
    case "double precision":
      // As in the profile of the columns: that many digits no double has.
      return `case when length(${text}) < 300 then (${text})::double precision end`;
    case "numeric":
      return `(${value})::numeric`;
    case "boolean":
      return `(${value})::boolean`;
    default:
      return `(${text})`;
  }
}

// The defaults of columns: which of them are the same for all rows, and what they are.

import type { TypeFacts } from "../codecs/types.ts";

/**
 * Columns whose default gives another value for each row, such as nextval or gen_random_uuid. $1: schema, $2: name.
 * One row `(name)` each.
 *
 * The functions stand by OID in the stored expression; pg_depend does not mention those that PostgreSQL brings.
 */
export function volatileDefaultsSql(): string {
  return `\
select a.attname as name
from pg_catalog.pg_class as c
join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_catalog.pg_type as t on t.oid = a.atttypid
left join pg_catalog.pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
where c.relname = $2::text and c.relnamespace = case
    when $1::text = 'pg_temp' then pg_catalog.pg_my_temp_schema()
    else (select n.oid from pg_catalog.pg_namespace as n where n.nspname = $1::text)
  end
  and exists (
    select from pg_catalog.regexp_matches(
      coalesce(d.adbin, t.typdefaultbin)::text, ':(?:funcid|opfuncid) (\\d+)', 'g'
    ) as found (parts)
    join pg_catalog.pg_proc as p on p.oid = found.parts[1]::oid
    where p.provolatile = 'v'
  )`;
}

export interface DefaultExpression {
  /** Expression in SQL, as the catalogs give it. */
  sql: string;
  type: TypeFacts;
}

/** The values of defaults, as text, NULL without one; one row, a column each: `v0`, `v1`, ... */
export function defaultValuesSql(defaults: readonly DefaultExpression[]): string {
  const values = defaults.map(({ sql, type }, index) => `${textOf(`(${sql})`, type)} as v${index}`);
  return `select ${values.join(",\n  ")}`;
}

/** Without the modifier: a cast to varchar(5) would cut what the column refuses. */
function textOf(expression: string, type: TypeFacts): string {
  if (type.base !== undefined) return textOf(expression, type.base);
  const value = `(${expression})::${type.qualifiedName}`;
  // Elements as text, whatever they are; JSON has the nesting.
  if (type.kind === "array") return `pg_catalog.to_json((${value})::text[])::text`;
  // Not by DateStyle and bytea_output, which are anybody's.
  if (isoTypes.has(type.name)) return `pg_catalog.to_json(${value}) #>> '{}'`;
  if (type.name === "bytea") return `'\\x' || pg_catalog.encode(${value}, 'hex')`;
  return `(${value})::text`;
}

const isoTypes = new Set(["date", "timestamp", "timestamptz"]);

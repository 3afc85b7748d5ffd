// Values too long for the index of a promoted key: PostgreSQL would refuse them and end the whole load.

import type { PoolClient } from "pg";
import { longestValueBytes } from "./promoted/lookAtKey.ts";
import { promotedTable } from "./promoted/ownTables.ts";
import { formatTarget } from "./promoted/target.ts";
import { stagingName } from "./staging.ts";
import type { CatalogNames } from "./tables.ts";

interface IndexedKey {
  path: string[];
  /** Of the node whose children are indexed; null: all nodes. */
  parentPath: string | null;
}

/** Rejects staged rows whose value is longer than the index of its key takes; returns how many. */
export async function rejectLongKeys(client: PoolClient, names: CatalogNames): Promise<number> {
  let count = 0;
  for (const { path, parentPath } of await listIndexedKeys(client, names)) {
    const { rows } = await client.query<{ ordinal: string }>(listLongKeysSql, [
      path,
      parentPath,
      longestValueBytes,
    ]);
    if (rows.length === 0) continue;
    await client.query(rejectLongKeysSql, [
      rows.map(({ ordinal }) => ordinal),
      `the value of ${formatTarget(path)} is longer than the ${longestValueBytes} bytes that the index of this promoted key ` +
        "takes; shorten it, or drop the promoted key with `copycat index drop`",
    ]);
    count += rows.length;
  }
  return count;
}

/**
 * `offset 0`: a long metadata is fetched once, not once a use. The rows are few and go by way of the client, since
 * pg_column_size is no immutable function (see resolve.ts).
 */
export const listLongKeysSql = `\
select ordinal::text
from (select ordinal, metadata #> $1::text[] as value from ${stagingName}
  where $2::text is null or parent_path = $2 offset 0) s
where pg_column_size(value) > $3 and not exists (select 1 from copycat_reject r where r.ordinal = s.ordinal)`;

/** $1: ordinals, $2: why. */
export const rejectLongKeysSql = `\
insert into copycat_reject (ordinal, code, message)
select ordinal, 'key_too_long', $2 from unnest($1::int8[]) as t (ordinal)`;

/** None where nothing was ever promoted, or where the role may not look. */
async function listIndexedKeys(client: PoolClient, names: CatalogNames): Promise<IndexedKey[]> {
  const [schema, table] = promotedTable.split(".");
  const known = await client.query(
    `\
select from pg_class c join pg_namespace s on s.oid = c.relnamespace
where s.nspname = $1 and c.relname = $2
  and has_schema_privilege(s.oid, 'usage') and has_table_privilege(c.oid, 'select')`,
    [schema, table],
  );
  if (known.rows.length === 0) return [];
  const { rows } = await client.query<IndexedKey>(
    `\
with k as materialized (
  select distinct path, dataset_id from ${promotedTable}
  where catalog_schema = $1 and target = 'metadata' and kinds && '{comparison,sort}'
)
select distinct k.path, case when k.dataset_id is not null then coalesce((
    select string_agg('/' || n.key, '' order by c.depth desc)
    from ${names.closure} c join ${names.nodes} n on n.id = c.ancestor
    where c.descendant = k.dataset_id and n.id <> 0), '') end as "parentPath"
from k`,
    [names.schema],
  );
  return rows;
}

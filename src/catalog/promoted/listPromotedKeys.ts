// Which keys are promoted, as recorded, and what became of their indexes, as the system catalogs have it.

import { type Database, readEngineTables } from "../../database/index.ts";
import { catalogNames } from "../tables.ts";
import { promotedTable } from "./ownTables.ts";
import type { PromotedKey, PromotedOptions } from "./types.ts";

/**
 * The promoted keys in the order in which they were made; none where nothing was ever promoted. One query of about a
 * millisecond, so a search may ask each time.
 */
export async function listPromotedKeys(
  database: Database,
  { schema = database.catalogSchema }: Pick<PromotedOptions, "schema"> = {},
): Promise<PromotedKey[]> {
  const names = catalogNames(schema);
  return readEngineTables<PromotedKey>(
    database,
    `\
with k as materialized (
  select k.path, k.dataset_id as "datasetId", k.kinds, k.index_names as indexes, k.created_at as "createdAt",
    f."isValid", f."sizeBytes", f.scans
  from ${promotedTable} k
  cross join lateral (
    select coalesce(bool_and(coalesce(i.indisvalid, false)), false) as "isValid",
      coalesce(sum(pg_relation_size(i.indexrelid)), 0)::float8 as "sizeBytes",
      coalesce(sum(pg_stat_get_numscans(i.indexrelid)), 0)::float8 as scans
    from unnest(k.index_names) as u (name)
    left join pg_class r on r.relname = u.name
      and r.relnamespace = (select oid from pg_namespace where nspname = k.catalog_schema)
    left join pg_index i on i.indexrelid = r.oid) f
  where k.catalog_schema = $1
)
select k.path, k."datasetId", k.kinds, k.indexes, k."createdAt",
  case when k."datasetId" = 0 then '/' when k."datasetId" is not null then coalesce((
    select '/' || string_agg(a.key, '/' order by c.depth desc)
    from ${names.closure} c join ${names.nodes} a on a.id = c.ancestor
    where c.descendant = k."datasetId" and a.id <> 0), 'deleted node ' || k."datasetId") end as dataset,
  k."isValid", k."sizeBytes", k.scans
from k
order by k."createdAt", k.path`,
    [schema],
  );
}

// Structures, data sources, assets, and what links them, in the order of their foreign keys.

import { mergeSql } from "../../bulk/index.ts";
import { stagingName } from "../staging.ts";
import { assetsTable, type CatalogNames, structuresTable } from "../tables.ts";
import { type Renewal, renewedSql } from "./mergeNodes.ts";

/**
 * The time that a load writes. As text that is read the same whatever DateStyle is set: Citus sends it to a worker, where
 * another one is.
 */
export const nowSql = "select to_char(localtimestamp, 'YYYY-MM-DD HH24:MI:SS.US') as time";

/**
 * Whose structures go in: of every staged row (when all of them are new nodes), of those rows that are new nodes or
 * renewed, or of all that are nodes. Rows that stay out bring none.
 */
export type StructuresOf = "all rows" | "new nodes" | "new and renewed nodes" | "all nodes";

const whose = {
  "new nodes": " where r.is_new",
  "new and renewed nodes": " where r.is_new or o.is_renewed",
  "all nodes": "",
};

/** Structures are shared by their content, so one that is there is the same one. */
export function mergeStructuresSql(names: CatalogNames, of: StructuresOf, onTwin: "skip" | "error"): string {
  const restriction =
    of === "all rows"
      ? ""
      : `
  and s.structure_id in (
    select o.structure_id from copycat_node r join ${stagingName} o using (ordinal)${whose[of]})`;
  const source = `\
select distinct on (s.structure_id) s.structure_id, s.structure
from ${stagingName} s
where s.structure is not null
  and not exists (select from ${names.structures} t where t.id = s.structure_id)${restriction}`;
  return mergeSql(structuresTable(names.schema), source, onTwin);
}

/**
 * Structures that are there and will be referred to: as foreign keys would, but in one go, and also where those are
 * passed over. FOR KEY SHARE waits for whoever is deleting one.
 */
export function lockStructuresSql(names: CatalogNames): string {
  return `\
select from ${names.structures} t
where t.id in (select s.structure_id from ${stagingName} s where s.structure_id is not null)
order by t.id
for key share`;
}

const sourceColumns = `node_id, structure_id, mimetype, parameters, properties, management,
  structure_family, time_created, time_updated`;

function sourceValues(names: CatalogNames): string {
  return `r.id, s.structure_id, s.mimetype, s.parameters, s.properties, s.management::${names.managementType},
  s.structure_family::${names.familyType}, $1::timestamp, $1::timestamp`;
}

/**
 * Data sources of new nodes, with the ids reserved for them; $1 is the time. `properties` is always an object: NULL
 * would break the server's listing of the whole parent.
 */
export function insertDataSourcesSql(names: CatalogNames): string {
  return `\
insert into ${names.dataSources} (id, ${sourceColumns})
select r.source_id, ${sourceValues(names)}
from copycat_node r
join ${stagingName} s using (ordinal)
where r.source_id is not null`;
}

/** What `insertDataSourcesSql` wrote, for linking. */
export const listNewSourcesSql = `\
insert into copycat_source (ordinal, id)
select ordinal, source_id from copycat_node where source_id is not null`;

/** For nodes that are there and have no data source yet; $1 is the time. */
export function addDataSourcesSql(names: CatalogNames, renewal: Renewal): string {
  return `\
with inserted as (
  insert into ${names.dataSources} (${sourceColumns})
  select ${sourceValues(names)}
  from copycat_node r
  join ${stagingName} s using (ordinal)
  where s.mimetype is not null and not r.is_new${renewedSql(renewal)}
    and not exists (select from ${names.dataSources} d where d.node_id = r.id)
  order by r.id
  returning id, node_id
), linked as (
  insert into copycat_source (ordinal, id)
  select r.ordinal, i.id
  from inserted i
  join copycat_node r on r.id = i.node_id
)
select count(*)::int as inserted from inserted`;
}

/** Data sources that no longer say what is staged (another shape, dataset or file): ordinal, node_id, id. */
function staleSourcesSql(names: CatalogNames, renewal: Renewal): string {
  return `\
select r.ordinal, r.id as node_id, d.id
  from copycat_node r
  join ${stagingName} s using (ordinal)
  join ${names.dataSources} d on d.node_id = r.id
  where not r.is_new${renewedSql(renewal)} and s.mimetype is not null
    and not exists (select from copycat_source c where c.id = d.id)
    and (
    (d.structure_id, d.mimetype, d.parameters, d.management)
      is distinct from (s.structure_id, s.mimetype, s.parameters, s.management::${names.managementType})
    or (select coalesce(jsonb_agg(jsonb_build_array(a.data_uri, l.parameter, l.num)
          order by a.data_uri), '[]')
        from ${names.associations} l join ${names.assets} a on a.id = l.asset_id
        where l.data_source_id = d.id)
      is distinct from
       (select coalesce(jsonb_agg(jsonb_build_array(x.data_uri, x.parameter, x.num) order by x.data_uri), '[]')
        from (${stagedAssetsSql("s")}) x))`;
}

/** For a dry run: how many nodes `updateDataSourcesSql` would give. */
export function countRenewedSql(names: CatalogNames, renewal: Renewal): string {
  return `\
select count(*)::int as renewed
from (
  select ordinal from (${staleSourcesSql(names, renewal)}) stale
  union
  select r.ordinal from copycat_node r join ${stagingName} s using (ordinal)
  where not r.is_new${renewedSql(renewal)} and s.mimetype is not null
    and not exists (select from ${names.dataSources} d where d.node_id = r.id)
) t
where not exists (select from copycat_changed c where c.ordinal = t.ordinal)`;
}

/**
 * Rewrites stale data sources and unlinks their files, which are linked anew later; $1 is the time. Gives the nodes
 * that count as updated: theirs, and those that had no data source and have just got one.
 */
export function updateDataSourcesSql(names: CatalogNames, renewal: Renewal): string {
  return `\
with stale as (
  ${staleSourcesSql(names, renewal)}
), updated as (
  update ${names.dataSources} d
  set structure_id = s.structure_id, mimetype = s.mimetype, parameters = s.parameters,
    management = s.management::${names.managementType}, time_updated = $1::timestamp
  from stale t
  join ${stagingName} s using (ordinal)
  where d.id = t.id
), unlinked as (
  delete from ${names.associations} l using stale t where l.data_source_id = t.id returning l.asset_id
), remembered as (
  insert into copycat_unlinked (asset_id) select distinct asset_id from unlinked
), relinked as (
  insert into copycat_source (ordinal, id) select ordinal, id from stale
)
select t.ordinal
from (
  select ordinal from stale
  union
  select c.ordinal from copycat_source c join copycat_node r using (ordinal) where not r.is_new
) t
where not exists (select from copycat_changed c where c.ordinal = t.ordinal)`;
}

/**
 * Locks the files that were unlinked. A statement of its own: whoever was just linking one has finished when the
 * next statement looks.
 */
export function lockUnlinkedAssetsSql(names: CatalogNames): string {
  return `\
select from ${names.assets} a
where a.id in (select u.asset_id from copycat_unlinked u)
order by a.id
for update`;
}

/** A file that nothing refers to any more goes, as it does when Tiled deletes its last data source. */
export function deleteUnlinkedAssetsSql(names: CatalogNames): string {
  return `\
delete from ${names.assets} a using copycat_unlinked u
where a.id = u.asset_id
  and not exists (select from ${names.associations} l where l.asset_id = a.id)`;
}

/** The assets of one staged row `row`: the first has columns of its own, the others are in `more_assets`. */
function stagedAssetsSql(row: string): string {
  return `\
select ${row}.data_uri, ${row}.is_directory, ${row}.size, ${row}.parameter, ${row}.num
where ${row}.data_uri is not null
union all
${unpackAssetsSql(`coalesce(${row}.more_assets, '[]')`)}`;
}

/** The rows of a list of assets. By functions that are immutable, as jsonb_to_recordset is not (see resolve.ts). */
function unpackAssetsSql(list: string): string {
  return `\
select e ->> 'data_uri' as data_uri, (e ->> 'is_directory')::bool as is_directory, (e ->> 'size')::int8 as size,
  e ->> 'parameter' as parameter, (e ->> 'num')::int4 as num
from jsonb_array_elements(${list}) e`;
}

/** Assets beyond the first, of rows to be linked: ordinal and the asset's columns. */
const moreAssetsSql = `\
copycat_source c
  join ${stagingName} s using (ordinal)
  cross join lateral (${unpackAssetsSql("s.more_assets").replaceAll("\n", "\n    ")}) m
  where s.more_assets is not null`;

/**
 * One row a file, however many arrays lie in it; $1 is the time. Grouped, not sorted: 1.1 million file names in order
 * took as long as all the rest of this.
 */
export function mergeAssetsSql(names: CatalogNames, onTwin: "skip" | "error"): string {
  const source = `\
select f.data_uri, s.is_directory, s.size, $1::timestamp, $1::timestamp
from (
  select s.data_uri, min(s.ordinal) as ordinal
  from copycat_source c
  join ${stagingName} s using (ordinal)
  where s.data_uri is not null and not exists (select from ${names.assets} a where a.data_uri = s.data_uri)
  group by s.data_uri
) f
join ${stagingName} s using (ordinal)`;
  return mergeSql(assetsTable(names.schema), source, onTwin);
}

/** The further files of data sources that have several; after `mergeAssetsSql`. $1 is the time. */
export function mergeMoreAssetsSql(names: CatalogNames, onTwin: "skip" | "error"): string {
  const source = `\
select distinct on (m.data_uri) m.data_uri, m.is_directory, m.size, $1::timestamp, $1::timestamp
from ${moreAssetsSql} and not exists (select from ${names.assets} a where a.data_uri = m.data_uri)
order by m.data_uri, s.ordinal`;
  return mergeSql(assetsTable(names.schema), source, onTwin);
}

/** As `lockStructuresSql`, of the files that are there. */
export function lockAssetsSql(names: CatalogNames, hasMore: boolean): string {
  return `\
select from ${names.assets} a
where a.data_uri in (
  select s.data_uri from copycat_source c join ${stagingName} s using (ordinal)${
    hasMore ? `\n  union all\n  select m.data_uri from ${moreAssetsSql}` : ""
  })
order by a.id
for key share`;
}

/** Data sources of this load whose assets have a parameter both without a number and with others: the first few. */
export function numberClashesSql(names: CatalogNames): string {
  return `\
select s.source, s.position, l.parameter
from copycat_source c
join ${stagingName} s using (ordinal)
join ${names.associations} l on l.data_source_id = c.id
where s.more_assets is not null and l.parameter is not null
group by s.ordinal, s.source, s.position, l.parameter
having count(*) > 1 and bool_or(l.num is null)
order by s.ordinal
limit 1`;
}

/** A file that grew: Tiled, too, renews the size when an asset is registered again. $1 is the time. */
export function updateAssetSizesSql(names: CatalogNames, renewal: Renewal): string {
  return `\
update ${names.assets} a
set size = x.size, time_updated = $1::timestamp
from (
  select distinct on (y.data_uri) y.data_uri, y.size
  from copycat_node r
  join ${stagingName} s using (ordinal)
  cross join lateral (${stagedAssetsSql("s")}) y
  where y.size is not null${renewedSql(renewal)}
  order by y.data_uri, s.ordinal desc
) x
where a.data_uri = x.data_uri and a.size is distinct from x.size`;
}

/** Links the first file of each data source. */
export function insertAssociationsSql(names: CatalogNames): string {
  return `\
insert into ${names.associations} (data_source_id, asset_id, parameter, num)
select c.id, a.id, s.parameter, s.num
from copycat_source c
join ${stagingName} s using (ordinal)
join ${names.assets} a on a.data_uri = s.data_uri`;
}

/** Links the others. A statement of its own, since few have any: one over all of them took twice as long. */
export function insertMoreAssociationsSql(names: CatalogNames): string {
  return `\
insert into ${names.associations} (data_source_id, asset_id, parameter, num)
select x.id, a.id, x.parameter, x.num
from (select c.id, m.data_uri, m.parameter, m.num from ${moreAssetsSql}) x
join ${names.assets} a on a.data_uri = x.data_uri`;
}

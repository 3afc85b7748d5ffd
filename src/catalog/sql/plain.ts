// An empty catalog and rows that are all new: ids follow from the place in the input, so nothing is looked up or read
// back. $1 is what a row's ordinal has to be added to for the id of its node, $2 for that of its data source.

import { mergeSql } from "../../bulk/index.ts";
import { stagingName } from "../staging.ts";
import { assetsTable, type CatalogNames, nodesTable } from "../tables.ts";

/** Work tables; they go with the transaction, or with the savepoint of a merge that is given up. */
export const createPlainTablesSql = `\
create temp table copycat_container (id int4, path text) on commit drop;
create temp table copycat_above (ancestor int4, descendant int4, depth int4) on commit drop`;

/** What can be a parent: the containers of the input, and the root. */
export const listContainersSql = `\
insert into copycat_container (id, path)
select ($1::int8 + ordinal)::int4, parent_path || '/' || key from ${stagingName}
where structure_family = 'container'
union all
select 0, ''`;

/** $2 is the time. A row without a parent is left out, one whose parent stands twice comes twice: count them. */
export function insertPlainNodesSql(names: CatalogNames): string {
  const columns = nodesTable(names.schema).columns.map(({ name }) => name);
  return `\
insert into ${names.nodes} (${columns.join(", ")})
select ($1::int8 + s.ordinal)::int4, c.id, s.key, s.structure_family::${names.familyType},
  s.metadata, s.specs, s.access_blob, $2::timestamp, $2::timestamp
from ${stagingName} s
join copycat_container c on c.path = s.parent_path`;
}

/** $3 is the time. */
export function insertPlainSourcesSql(names: CatalogNames): string {
  return `\
insert into ${names.dataSources} (id, node_id, structure_id, mimetype, parameters, properties, management,
  structure_family, time_created, time_updated)
select ($2::int8 + ordinal)::int4, ($1::int8 + ordinal)::int4, structure_id, mimetype, parameters, properties,
  management::${names.managementType}, structure_family::${names.familyType}, $3::timestamp, $3::timestamp
from ${stagingName}
where mimetype is not null`;
}

/** $1 is the time. A file that is described in two ways comes twice, which its unique index refuses. */
export function insertPlainAssetsSql(names: CatalogNames): string {
  const source = `\
select s.data_uri, s.is_directory, s.size, $1::timestamp, $1::timestamp
from ${stagingName} s
where s.data_uri is not null and not exists (select from ${names.assets} a where a.data_uri = s.data_uri)
group by s.data_uri, s.is_directory, s.size
order by min(s.ordinal)`;
  return mergeSql(assetsTable(names.schema), source, "error");
}

/** $1 as $2 above. */
export function insertPlainAssociationsSql(names: CatalogNames): string {
  return `\
insert into ${names.associations} (data_source_id, asset_id, parameter, num)
select ($1::int8 + s.ordinal)::int4, a.id, s.parameter, s.num
from ${stagingName} s
join ${names.assets} a on a.data_uri = s.data_uri`;
}

/** The containers' part of the closure: they are few, so only they climb. */
export function climbContainersSql(names: CatalogNames): string {
  return `\
insert into copycat_above (ancestor, descendant, depth)
with recursive climb (ancestor, descendant, depth) as (
  select id, id, 0 from copycat_container
  union all
  select n.parent, c.descendant, c.depth + 1
  from climb c
  join ${names.nodes} n on n.id = c.ancestor
  where n.parent is not null
)
select ancestor, descendant, depth from climb`;
}

/** The whole closure: what is no container has the ancestors of its parent, one further away. */
export function insertPlainClosureSql(names: CatalogNames): string {
  return `\
insert into ${names.closure} (ancestor, descendant, depth)
select ancestor, descendant, depth from copycat_above
union all
select id, id, 0 from ${names.nodes} where structure_family <> 'container'
union all
select a.ancestor, n.id, a.depth + 1
from ${names.nodes} n
join copycat_above a on a.descendant = n.parent
where n.structure_family <> 'container'`;
}

/** Nodes but the root, which was alone before. */
export function countPlainNodesSql(names: CatalogNames): string {
  return `select count(*)::int - 1 as nodes from ${names.nodes}`;
}

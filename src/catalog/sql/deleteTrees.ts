// The statements of deleting trees of nodes.

import type { CatalogNames } from "../tables.ts";

/** The trees below $1. */
export function collectDoomedSql(names: CatalogNames): string {
  return `\
insert into copycat_doomed (id)
select distinct c.descendant from ${names.closure} c where c.ancestor = any ($1::int4[])`;
}

export function collectDoomedAssetsSql(names: CatalogNames): string {
  return `\
insert into copycat_doomed_asset (id)
select distinct l.asset_id
from copycat_doomed x
join ${names.dataSources} d on d.node_id = x.id
join ${names.associations} l on l.data_source_id = d.id`;
}

/** What $1 stand in. */
export function listParentsSql(names: CatalogNames): string {
  return `select distinct n.parent as id from ${names.nodes} n where n.id = any ($1::int4[]) and n.parent is not null`;
}

export function deleteDoomedSql(names: CatalogNames): string {
  return `delete from ${names.nodes} n using copycat_doomed x where n.id = x.id and n.parent is not null`;
}

export function deleteDoomedAssetsSql(names: CatalogNames): string {
  return `\
delete from ${names.assets} a using copycat_doomed_asset x
where a.id = x.id and not exists (select from ${names.associations} l where l.asset_id = a.id)`;
}

/** Containers of $1 that hold nothing; gives what they stood in. Those at the top are data sets and stay. */
export function deleteEmptySql(names: CatalogNames): string {
  return `\
delete from ${names.nodes} n
where n.id = any ($1::int4[]) and n.parent <> 0 and n.structure_family = 'container'
  and not exists (select from ${names.nodes} c where c.parent = n.id)
returning n.parent`;
}

// Statements that find where arrays lie. The joins that lead to files are lateral with an `offset 0`: what comes out
// of a recursion is estimated far too high, and a plan for a million rows would read whole tables for a hundred.

import type { CatalogNames } from "../tables.ts";

/** Data source, structure and assets of a node: one row an asset. */
function sourceOf({ dataSources, structures, associations, assets }: CatalogNames, nodeId: string): string {
  return `\
(
  select d.id as source, d.mimetype, d.parameters, d.structure_id as "structureId",
    ${structureParts} as structure, l.asset_id as "assetId", a.data_uri as uri, l.parameter, l.num
  from ${dataSources} d
  left join ${structures} s on s.id = d.structure_id
  left join ${associations} l on l.data_source_id = d.id
  left join ${assets} a on a.id = l.asset_id
  where d.node_id = ${nodeId}
  offset 0) d`;
}

const structureParts = "jsonb_build_array(s.structure -> 'shape', s.structure -> 'data_type')";

/**
 * Nodes by a container and a path below it, $1 ids and $2 paths, in the order given (`place` from 1). What is not there
 * has no row.
 */
export function locateSql(names: CatalogNames): string {
  return `\
with recursive walk (place, id, family, depth, keys) as (
  select place, id, 'container', 0, string_to_array(path, '/')
  from unnest($1::int[], $2::text[]) with ordinality as asked (id, path, place)
  union all
  select w.place, n.id, n.family, w.depth + 1, w.keys
  from walk w
  cross join lateral (${childSql(names, "w.id", "w.keys[w.depth + 1]")}) n
  where w.depth < cardinality(w.keys)
)
select w.place::int, w.id as "nodeId", w.family, d.*
from walk w
left join lateral ${sourceOf(names, "w.id")} on true
where w.depth = cardinality(w.keys)
order by w.place, d.source, d.parameter, d.num`;
}

function childSql({ nodes }: CatalogNames, parent: string, key: string): string {
  return `select n.id, n.structure_family::text as family from ${nodes} n where n.parent = ${parent} and n.key = ${key} offset 0`;
}

/**
 * The next entities of the dataset at path $1 behind id $2, at most $3, each with its array at path $4, which has so
 * many keys. An entity without that has a row with nothing in it. Plain joins, since a page is estimated well; a
 * structure or file that is that of the row before is left out, which spares a fifth of the time for rows of one file.
 */
export function locateArtifactsSql(names: CatalogNames, keys: number): string {
  const { nodes, dataSources, structures, associations, assets } = names;
  const steps = Array.from({ length: keys }, (_, index) => {
    const parent = index === 0 ? "e.id" : `n${index}.id`;
    const step = `n${index + 1}`;
    return `left join ${nodes} ${step} on ${step}.parent = ${parent} and ${step}.key = ($4::text[])[${index + 1}]`;
  });
  return `\
with recursive walk (id, depth) as (
  select 0, 0
  union all
  select n.id, w.depth + 1
  from walk w
  cross join lateral (${childSql(names, "w.id", "($1::text[])[w.depth + 1]")}) n
  where w.depth < cardinality($1::text[])
), entities as (
  select id, key::text
  from ${nodes}
  where parent = (select id from walk where depth = cardinality($1::text[])) and id > $2
  order by id
  limit $3
)
select e.id as "entityId", e.key as entity, n${keys}.structure_family::text as family,
  d.id as source, d.mimetype, d.parameters, d.structure_id as "structureId",
  case when d.structure_id is distinct from lag(d.structure_id) over rows
    then (select ${structureParts} from ${structures} s where s.id = d.structure_id) end as structure,
  l.asset_id as "assetId",
  case when l.asset_id is distinct from lag(l.asset_id) over rows
    then (select data_uri from ${assets} where id = l.asset_id) end as uri,
  l.parameter, l.num
from entities e
${steps.join("\n")}
left join ${dataSources} d on d.node_id = n${keys}.id
left join ${associations} l on l.data_source_id = d.id
window rows as (order by e.id, d.id, l.parameter, l.num)
order by e.id, d.id, l.parameter, l.num`;
}

/** The next children of node $1 behind id $2, at most $3. */
export function listChildrenSql({ nodes }: CatalogNames): string {
  return `\
select id, key::text, structure_family::text as family
from ${nodes} where parent = $1 and id > $2 order by id limit $3`;
}

/** All arrays at and below the nodes $1, with their paths below them; only those at the path $2 when it is not null. */
export function listArraysSql(names: CatalogNames): string {
  return `\
with recursive walk (place, top, id, depth, path) as (
  select place, id, id, 0, '' from unnest($1::int[]) with ordinality as asked (id, place)
  union all
  select w.place, w.top, n.id, w.depth + 1, case when w.depth = 0 then n.key else w.path || '/' || n.key end
  from walk w
  cross join lateral (
    select n.id, n.key::text from ${names.nodes} n
    where n.parent = w.id and ($2::text[] is null or n.key = ($2::text[])[w.depth + 1])
    offset 0) n
)
select w.place::int, w.path, d.*
from walk w
cross join lateral ${sourceOf(names, "w.id")}
where w.depth = 0 or $2::text[] is null or w.depth = cardinality($2::text[])
order by w.place, w.id, d.source, d.parameter, d.num`;
}

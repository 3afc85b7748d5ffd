// The statements that look at whole datasets: by source, and by the columns that a view of them would have.

import type { CatalogNames } from "../tables.ts";

/** The label that a node carries itself, or NULL. */
function ownLabel(node: string): string {
  return `case when jsonb_typeof(${node}.metadata -> 'source') = 'string' then ${node}.metadata ->> 'source' end`;
}

/**
 * One row a dataset and its label: its own, else that of its first entity that has one, else its key. All entities are looked
 * through only where the first one has none.
 */
export function datasetLabelsSql(names: CatalogNames): string {
  const entities = `from ${names.nodes} e where e.parent = d.id and e.structure_family = 'container'`;
  return `\
select d.id, coalesce(${ownLabel("d")},
  (select ${ownLabel("e")} from (select e.metadata ${entities} order by e.id limit 1) e),
  (select ${ownLabel("e")} ${entities} and jsonb_typeof(e.metadata -> 'source') = 'string' order by e.id limit 1),
  d.key) as label
from ${names.nodes} d where d.parent = 0`;
}

/**
 * One row a dataset (without metadata) and one an entity: the dataset that it is or lies in, the arrays that stand in it, and
 * its metadata as text, which the server makes faster than it could count what is in it.
 */
export function entitiesSql(names: CatalogNames): string {
  return `\
select case when n.parent = 0 then n.id else coalesce(d.id,
    (select c.ancestor from ${names.closure} c join ${names.nodes} a on a.id = c.ancestor
     where c.descendant = n.id and a.parent = 0)) end as dataset,
  coalesce(a.arrays, 0) + (n.structure_family <> 'container')::int as arrays,
  case when n.parent <> 0 then n.metadata::text end as metadata
from ${names.nodes} n
left join ${names.nodes} d on d.id = n.parent and d.parent = 0
left join (select parent, count(*)::int as arrays
  from ${names.nodes} where structure_family <> 'container' group by 1) a on a.parent = n.id
where n.parent = 0 or (n.parent <> 0 and n.structure_family = 'container')`;
}

/** What a node's metadata always should be. */
export function objectOf(metadata: string): string {
  return `case when jsonb_typeof(${metadata}) = 'object' then ${metadata} else '{}' end`;
}

/**
 * One row a metadata key of a dataset's entities. $1: id of the dataset. Below 300 characters a number is one that double
 * precision takes: jsonb writes all digits.
 */
export function profileColumnsSql(names: CatalogNames): string {
  return `\
select m.key, count(*) filter (where type = 'number')::float8 as numbers,
  count(*) filter (where type = 'string')::float8 as strings,
  count(*) filter (where type = 'boolean')::float8 as booleans,
  count(*) filter (where type in ('array', 'object'))::float8 as nested,
  coalesce(bool_and(case when type = 'number' then scale(m.value::numeric) = 0 end), false) as "areIntegers",
  coalesce(bool_and(case when type = 'number' then
    m.value::numeric between -9223372036854775808 and 9223372036854775807 end), false) as "fitBigint",
  coalesce(bool_and(case when type = 'number' then length(m.value::text) < 300 end), false) as "fitDouble"
from ${names.nodes} n
cross join lateral jsonb_each(${objectOf("n.metadata")}) as m (key, value)
cross join lateral jsonb_typeof(m.value) as type
where n.parent = $1 and n.structure_family = 'container'
group by m.key
order by m.key ~ '^(path|dataset|index)_', m.key collate "C"`;
}

/** One row: what tells whether entities of a dataset ($1) came, went or changed. */
export function viewStateSql(names: CatalogNames): string {
  return `\
select count(*)::float8 as entities, coalesce(max(id), 0) as "lastId", coalesce(max(time_updated)::text, '') as "lastUpdate"
from ${names.nodes} where parent = $1 and structure_family = 'container'`;
}

// The statements that look at whole datasets: by source, and by the columns that a view of them would have.

import type { CatalogNames } from "../tables.ts";

/** The label that a node carries itself, or NULL. */
function ownLabel(node: string): string {
  return `case when jsonb_typeof(${node}.metadata -> 'source') = 'string' then ${node}.metadata ->> 'source' end`;
}

/** CTEs: `dataset` (id, label) and `entity` (id, label). Most entities have a label, so the others are looked up one by one. */
function labelsSql(names: CatalogNames): string {
  return `\
dataset (id, label) as materialized (
  select d.id, coalesce(${ownLabel("d")},
    (select ${ownLabel("e")} from ${names.nodes} e
     where e.parent = d.id and jsonb_typeof(e.metadata -> 'source') = 'string' order by e.id limit 1),
    d.key)
  from ${names.nodes} d where d.parent = 0
), entity (id, label) as materialized (
  select n.id, coalesce(${ownLabel("n")},
    (select d.label from ${names.closure} c join dataset d on d.id = c.ancestor where c.descendant = n.id limit 1))
  from ${names.nodes} n
  where n.parent <> 0 and n.structure_family = 'container'
)`;
}

/** One row a source. Arrays count for the container they stand in. */
export function countSourcesSql(names: CatalogNames): string {
  return `\
with ${labelsSql(names)}, holder (id, label, entities) as (
  select id, label, 1 from entity union all select id, label, 0 from dataset
), data (parent, arrays) as (
  select case when parent = 0 then id else parent end, count(*)
  from ${names.nodes} where structure_family <> 'container' group by 1
)
select h.label as source, sum(h.entities)::float8 as entities, coalesce(sum(d.arrays), 0)::float8 as arrays
from holder h left join data d on d.parent = h.id
where h.label is not null
group by 1 order by 1`;
}

/** One row a source and key of its entities; the values are grouped first, so that each is counted once. */
export function profileSourcesSql(names: CatalogNames): string {
  return `\
with ${labelsSql(names)}, found (source, key, type, value, count) as (
  select e.label, m.key, jsonb_typeof(m.value),
    case when jsonb_typeof(m.value) not in ('array', 'object', 'null') then m.value end, count(*)
  from entity e join ${names.nodes} n using (id)
  cross join lateral jsonb_each(${objectOf("n.metadata")}) as m (key, value)
  where e.label is not null
  group by 1, 2, 3, 4
), typed (source, key, type, count, distincts, low, high) as (
  select source, key, type, sum(count), count(value),
    min(case when type = 'number' then value::numeric end), max(case when type = 'number' then value::numeric end)
  from found group by 1, 2, 3
)
select source, key, jsonb_object_agg(type, count::int8 order by type) as types, sum(count)::float8 as present,
  sum(distincts)::float8 as "distinct", min(low)::text as min, max(high)::text as max
from typed group by 1, 2 order by source, key collate "C"`;
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

with dataset (id, label) as materialized (
  select d.id, coalesce(case when jsonb_typeof(d.metadata -> 'source') = 'string' then d.metadata ->> 'source' end,
    (select case when jsonb_typeof(e.metadata -> 'source') = 'string' then e.metadata ->> 'source' end from "public"."nodes" e
     where e.parent = d.id and jsonb_typeof(e.metadata -> 'source') = 'string' order by e.id limit 1),
    d.key)
  from "public"."nodes" d where d.parent = 0
), entity (id, label) as materialized (
  select n.id, coalesce(case when jsonb_typeof(n.metadata -> 'source') = 'string' then n.metadata ->> 'source' end,
    (select d.label from "public"."nodes_closure" c join dataset d on d.id = c.ancestor where c.descendant = n.id limit 1))
  from "public"."nodes" n
  where n.parent <> 0 and n.structure_family = 'container'
), found (source, key, type, value, count) as (
  select e.label, m.key, jsonb_typeof(m.value),
    case when jsonb_typeof(m.value) not in ('array', 'object', 'null') then m.value end, count(*)
  from entity e join "public"."nodes" n using (id)
  cross join lateral jsonb_each(case when jsonb_typeof(n.metadata) = 'object' then n.metadata else '{}' end) as m (key, value)
  where e.label is not null
  group by 1, 2, 3, 4
), typed (source, key, type, count, distincts, low, high) as (
  select source, key, type, sum(count), count(value),
    min(case when type = 'number' then value::numeric end), max(case when type = 'number' then value::numeric end)
  from found group by 1, 2, 3
)
select source, key, jsonb_object_agg(type, count::int8 order by type) as types, sum(count)::float8 as present,
  sum(distincts)::float8 as "distinct", min(low)::text as min, max(high)::text as max
from typed group by 1, 2 order by source, key collate "C"

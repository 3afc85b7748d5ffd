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
), holder (id, label, entities) as (
  select id, label, 1 from entity union all select id, label, 0 from dataset
), data (parent, arrays) as (
  select case when parent = 0 then id else parent end, count(*)
  from "public"."nodes" where structure_family <> 'container' group by 1
)
select h.label as source, sum(h.entities)::float8 as entities, coalesce(sum(d.arrays), 0)::float8 as arrays
from holder h left join data d on d.parent = h.id
where h.label is not null
group by 1 order by 1

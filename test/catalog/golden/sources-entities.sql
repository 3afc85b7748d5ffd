select d.id, coalesce(case when jsonb_typeof(d.metadata -> 'source') = 'string' then d.metadata ->> 'source' end,
  (select case when jsonb_typeof(e.metadata -> 'source') = 'string' then e.metadata ->> 'source' end from (select e.metadata from "public"."nodes" e where e.parent = d.id and e.structure_family = 'container' order by e.id limit 1) e),
  (select case when jsonb_typeof(e.metadata -> 'source') = 'string' then e.metadata ->> 'source' end from "public"."nodes" e where e.parent = d.id and e.structure_family = 'container' and jsonb_typeof(e.metadata -> 'source') = 'string' order by e.id limit 1),
  d.key) as label
from "public"."nodes" d where d.parent = 0;
select case when n.parent = 0 then n.id else coalesce(d.id,
    (select c.ancestor from "public"."nodes_closure" c join "public"."nodes" a on a.id = c.ancestor
     where c.descendant = n.id and a.parent = 0)) end as dataset,
  coalesce(a.arrays, 0) + (n.structure_family <> 'container')::int as arrays,
  case when n.parent <> 0 then n.metadata::text end as metadata
from "public"."nodes" n
left join "public"."nodes" d on d.id = n.parent and d.parent = 0
left join (select parent, count(*)::int as arrays
  from "public"."nodes" where structure_family <> 'container' group by 1) a on a.parent = n.id
where n.parent = 0 or (n.parent <> 0 and n.structure_family = 'container')

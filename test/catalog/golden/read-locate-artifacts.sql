with recursive walk (id, depth) as (
  select 0, 0
  union all
  select n.id, w.depth + 1
  from walk w
  cross join lateral (select n.id, n.structure_family::text as family from "public"."nodes" n where n.parent = w.id and n.key = ($1::text[])[w.depth + 1] offset 0) n
  where w.depth < cardinality($1::text[])
), entities as (
  select id, key::text
  from "public"."nodes"
  where parent = (select id from walk where depth = cardinality($1::text[])) and id > $2
  order by id
  limit $3
)
select e.id as "entityId", e.key as entity, n2.id as "nodeId", n2.structure_family::text as family, d.id as source, d.mimetype, d.parameters, s.structure -> 'shape' as shape,
    s.structure -> 'data_type' as "dataType", a.data_uri as uri, l.parameter, l.num
from entities e
left join "public"."nodes" n1 on n1.parent = e.id and n1.key = ($4::text[])[1]
left join "public"."nodes" n2 on n2.parent = n1.id and n2.key = ($4::text[])[2]
left join "public"."data_sources" d on d.node_id = n2.id
  left join "public"."structures" s on s.id = d.structure_id
  left join "public"."data_source_asset_association" l on l.data_source_id = d.id
  left join "public"."assets" a on a.id = l.asset_id
order by e.id, d.id, l.parameter, l.num

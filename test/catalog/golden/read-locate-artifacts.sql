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
select e.id as "entityId", e.key as entity, n2.structure_family::text as family,
  d.id as source, d.mimetype, d.parameters, d.structure_id as "structureId",
  case when d.structure_id is distinct from lag(d.structure_id) over rows
    then (select jsonb_build_array(s.structure -> 'shape', s.structure -> 'data_type') from "public"."structures" s where s.id = d.structure_id) end as structure,
  l.asset_id as "assetId",
  case when l.asset_id is distinct from lag(l.asset_id) over rows
    then (select data_uri from "public"."assets" where id = l.asset_id) end as uri,
  l.parameter, l.num
from entities e
left join "public"."nodes" n1 on n1.parent = e.id and n1.key = ($4::text[])[1]
left join "public"."nodes" n2 on n2.parent = n1.id and n2.key = ($4::text[])[2]
left join "public"."data_sources" d on d.node_id = n2.id
left join "public"."data_source_asset_association" l on l.data_source_id = d.id
window rows as (order by e.id, d.id, l.parameter, l.num)
order by e.id, d.id, l.parameter, l.num

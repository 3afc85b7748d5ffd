with recursive walk (place, id, family, depth, keys) as (
  select place, id, 'container', 0, string_to_array(path, '/')
  from unnest($1::int[], $2::text[]) with ordinality as asked (id, path, place)
  union all
  select w.place, n.id, n.family, w.depth + 1, w.keys
  from walk w
  cross join lateral (select n.id, n.structure_family::text as family from "public"."nodes" n where n.parent = w.id and n.key = w.keys[w.depth + 1] offset 0) n
  where w.depth < cardinality(w.keys)
)
select w.place::int, w.id as "nodeId", w.family, d.*
from walk w
left join lateral (
  select d.id as source, d.mimetype, d.parameters, d.structure_id as "structureId",
    jsonb_build_array(s.structure -> 'shape', s.structure -> 'data_type') as structure, l.asset_id as "assetId", a.data_uri as uri, l.parameter, l.num
  from "public"."data_sources" d
  left join "public"."structures" s on s.id = d.structure_id
  left join "public"."data_source_asset_association" l on l.data_source_id = d.id
  left join "public"."assets" a on a.id = l.asset_id
  where d.node_id = w.id
  offset 0) d on true
where w.depth = cardinality(w.keys)
order by w.place, d.source, d.parameter, d.num

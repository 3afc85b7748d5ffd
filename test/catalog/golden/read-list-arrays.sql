with recursive walk (place, top, id, depth, path) as (
  select place, id, id, 0, '' from unnest($1::int[]) with ordinality as asked (id, place)
  union all
  select w.place, w.top, n.id, w.depth + 1, case when w.depth = 0 then n.key else w.path || '/' || n.key end
  from walk w
  cross join lateral (
    select n.id, n.key::text from "public"."nodes" n
    where n.parent = w.id and ($2::text[] is null or n.key = ($2::text[])[w.depth + 1])
    offset 0) n
)
select w.place::int, w.path, d.*
from walk w
cross join lateral (
  select d.id as source, d.mimetype, d.parameters, d.structure_id as "structureId",
    jsonb_build_array(s.structure -> 'shape', s.structure -> 'data_type') as structure, l.asset_id as "assetId", a.data_uri as uri, l.parameter, l.num
  from "public"."data_sources" d
  left join "public"."structures" s on s.id = d.structure_id
  left join "public"."data_source_asset_association" l on l.data_source_id = d.id
  left join "public"."assets" a on a.id = l.asset_id
  where d.node_id = w.id
  offset 0) d
where w.depth = 0 or $2::text[] is null or w.depth = cardinality($2::text[])
order by w.place, w.id, d.source, d.parameter, d.num

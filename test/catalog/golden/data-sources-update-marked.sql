with stale as (
  select r.ordinal, r.id as node_id, d.id
  from copycat_node r
  join copycat_stage s using (ordinal)
  join "public"."data_sources" d on d.node_id = r.id
  where not r.is_new and s.is_renewed and s.mimetype is not null
    and not exists (select from copycat_source c where c.id = d.id)
    and (
    (d.structure_id, d.mimetype, d.parameters, d.management)
      is distinct from (s.structure_id, s.mimetype, s.parameters, s.management::"public"."management")
    or (select coalesce(jsonb_agg(jsonb_build_array(a.data_uri, l.parameter, l.num)
          order by a.data_uri), '[]')
        from "public"."data_source_asset_association" l join "public"."assets" a on a.id = l.asset_id
        where l.data_source_id = d.id)
      is distinct from
       (select coalesce(jsonb_agg(jsonb_build_array(x.data_uri, x.parameter, x.num) order by x.data_uri), '[]')
        from (select s.data_uri, s.is_directory, s.size, s.parameter, s.num
where s.data_uri is not null
union all
select e ->> 'data_uri' as data_uri, (e ->> 'is_directory')::bool as is_directory, (e ->> 'size')::int8 as size,
  e ->> 'parameter' as parameter, (e ->> 'num')::int4 as num
from jsonb_array_elements(coalesce(s.more_assets, '[]')) e) x))
), updated as (
  update "public"."data_sources" d
  set structure_id = s.structure_id, mimetype = s.mimetype, parameters = s.parameters,
    management = s.management::"public"."management", time_updated = $1::timestamp
  from stale t
  join copycat_stage s using (ordinal)
  where d.id = t.id
), unlinked as (
  delete from "public"."data_source_asset_association" l using stale t where l.data_source_id = t.id returning l.asset_id
), remembered as (
  insert into copycat_unlinked (asset_id) select distinct asset_id from unlinked
), relinked as (
  insert into copycat_source (ordinal, id) select ordinal, id from stale
)
select t.ordinal
from (
  select ordinal from stale
  union
  select c.ordinal from copycat_source c join copycat_node r using (ordinal) where not r.is_new
) t
where not exists (select from copycat_changed c where c.ordinal = t.ordinal)

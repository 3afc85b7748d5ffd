insert into "public"."data_source_asset_association" (data_source_id, asset_id, parameter, num)
select x.id, a.id, x.parameter, x.num
from (select c.id, m.data_uri, m.parameter, m.num from copycat_source c
  join copycat_stage s using (ordinal)
  cross join lateral (select e ->> 'data_uri' as data_uri, (e ->> 'is_directory')::bool as is_directory, (e ->> 'size')::int8 as size,
      e ->> 'parameter' as parameter, (e ->> 'num')::int4 as num
    from jsonb_array_elements(s.more_assets) e) m
  where s.more_assets is not null) x
join "public"."assets" a on a.data_uri = x.data_uri

select from "public"."assets" a
where a.data_uri in (
  select s.data_uri from copycat_source c join copycat_stage s using (ordinal)
  union all
  select m.data_uri from copycat_source c
  join copycat_stage s using (ordinal)
  cross join lateral (select e ->> 'data_uri' as data_uri, (e ->> 'is_directory')::bool as is_directory, (e ->> 'size')::int8 as size,
      e ->> 'parameter' as parameter, (e ->> 'num')::int4 as num
    from jsonb_array_elements(s.more_assets) e) m
  where s.more_assets is not null)
order by a.id
for key share

update "public"."assets" a
set size = x.size, time_updated = $1::timestamp
from (
  select distinct on (y.data_uri) y.data_uri, y.size
  from copycat_node r
  join copycat_stage s using (ordinal)
  cross join lateral (select s.data_uri, s.is_directory, s.size, s.parameter, s.num
where s.data_uri is not null
union all
select e ->> 'data_uri' as data_uri, (e ->> 'is_directory')::bool as is_directory, (e ->> 'size')::int8 as size,
  e ->> 'parameter' as parameter, (e ->> 'num')::int4 as num
from jsonb_array_elements(coalesce(s.more_assets, '[]')) e) y
  where y.size is not null
  order by y.data_uri, s.ordinal desc
) x
where a.data_uri = x.data_uri and a.size is distinct from x.size

with merged as (
  insert into "public"."assets" as target ("data_uri", "is_directory", "size", "time_created", "time_updated")
  select distinct on (m.data_uri) m.data_uri, m.is_directory, m.size, $1::timestamp, $1::timestamp
  from copycat_source c
    join copycat_stage s using (ordinal)
    cross join lateral (select e ->> 'data_uri' as data_uri, (e ->> 'is_directory')::bool as is_directory, (e ->> 'size')::int8 as size,
        e ->> 'parameter' as parameter, (e ->> 'num')::int4 as num
      from jsonb_array_elements(s.more_assets) e) m
    where s.more_assets is not null and not exists (select from "public"."assets" a where a.data_uri = m.data_uri)
  order by m.data_uri, s.ordinal
  on conflict ("data_uri") do nothing
  returning xmax = 0 as is_new
)
select count(*) filter (where is_new)::int as inserted, count(*) filter (where not is_new)::int as updated
from merged

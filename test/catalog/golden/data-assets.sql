with merged as (
  insert into "public"."assets" as target ("data_uri", "is_directory", "size", "time_created", "time_updated")
  select distinct on (x.data_uri) x.data_uri, x.is_directory, x.size, $1::timestamp, $1::timestamp
  from copycat_source c
  join copycat_stage s using (ordinal)
  cross join lateral (select s.data_uri, s.is_directory, s.size, s.parameter, s.num
  where s.data_uri is not null
  union all
  select m.data_uri, m.is_directory, m.size, m.parameter, m.num
  from jsonb_to_recordset(coalesce(s.more_assets, '[]'))
    as m (data_uri text, is_directory bool, size int8, parameter text, num int4)) x
  where not exists (select from "public"."assets" a where a.data_uri = x.data_uri)
  order by x.data_uri, s.ordinal
  on conflict ("data_uri") do nothing
  returning xmax = 0 as is_new
)
select count(*) filter (where is_new)::int as inserted, count(*) filter (where not is_new)::int as updated
from merged

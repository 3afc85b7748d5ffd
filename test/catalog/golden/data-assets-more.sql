with merged as (
  insert into "public"."assets" as target ("data_uri", "is_directory", "size", "time_created", "time_updated")
  select distinct on (m.data_uri) m.data_uri, m.is_directory, m.size, $1::timestamp, $1::timestamp
  from copycat_source c
    join copycat_stage s using (ordinal)
    cross join lateral jsonb_to_recordset(s.more_assets)
      as m (data_uri text, is_directory bool, size int8, parameter text, num int4)
    where s.more_assets is not null and not exists (select from "public"."assets" a where a.data_uri = m.data_uri)
  order by m.data_uri, s.ordinal
  on conflict ("data_uri") do nothing
  returning xmax = 0 as is_new
)
select count(*) filter (where is_new)::int as inserted, count(*) filter (where not is_new)::int as updated
from merged

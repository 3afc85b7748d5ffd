with merged as (
  insert into "public"."assets" as target ("data_uri", "is_directory", "size", "time_created", "time_updated")
  select s.data_uri, s.is_directory, s.size, $1::timestamp, $1::timestamp
  from copycat_stage s
  where s.data_uri is not null and not exists (select from "public"."assets" a where a.data_uri = s.data_uri)
  group by s.data_uri, s.is_directory, s.size
  order by min(s.ordinal)
  returning xmax = 0 as is_new
)
select count(*) filter (where is_new)::int as inserted, count(*) filter (where not is_new)::int as updated
from merged

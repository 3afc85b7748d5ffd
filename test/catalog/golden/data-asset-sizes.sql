update "public"."assets" a
set size = x.size, time_updated = $1::timestamp
from (
  select distinct on (y.data_uri) y.data_uri, y.size
  from copycat_node r
  join copycat_stage s using (ordinal)
  cross join lateral (select s.data_uri, s.is_directory, s.size, s.parameter, s.num
where s.data_uri is not null
union all
select m.data_uri, m.is_directory, m.size, m.parameter, m.num
from jsonb_to_recordset(coalesce(s.more_assets, '[]'))
  as m (data_uri text, is_directory bool, size int8, parameter text, num int4)) y
  where y.size is not null
  order by y.data_uri, s.ordinal desc
) x
where a.data_uri = x.data_uri and a.size is distinct from x.size

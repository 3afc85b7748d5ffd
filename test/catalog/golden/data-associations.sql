with merged as (
  insert into "public"."data_source_asset_association" as target ("data_source_id", "asset_id", "parameter", "num")
  select c.id, a.id, x.parameter, x.num
  from copycat_source c
  join copycat_stage s using (ordinal)
  cross join lateral (select s.data_uri, s.is_directory, s.size, s.parameter, s.num
  where s.data_uri is not null
  union all
  select m.data_uri, m.is_directory, m.size, m.parameter, m.num
  from jsonb_to_recordset(coalesce(s.more_assets, '[]'))
    as m (data_uri text, is_directory bool, size int8, parameter text, num int4)) x
  join "public"."assets" a on a.data_uri = x.data_uri
  order by c.id, x.num
  returning xmax = 0 as is_new
)
select count(*) filter (where is_new)::int as inserted, count(*) filter (where not is_new)::int as updated
from merged

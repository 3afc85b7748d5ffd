insert into "public"."data_source_asset_association" (data_source_id, asset_id, parameter, num)
select x.id, a.id, x.parameter, x.num
from (select c.id, m.data_uri, m.parameter, m.num from copycat_source c
  join copycat_stage s using (ordinal)
  cross join lateral jsonb_to_recordset(s.more_assets)
    as m (data_uri text, is_directory bool, size int8, parameter text, num int4)
  where s.more_assets is not null) x
join "public"."assets" a on a.data_uri = x.data_uri

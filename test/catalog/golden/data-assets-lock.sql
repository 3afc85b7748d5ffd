select from "public"."assets" a
where a.data_uri in (
  select s.data_uri from copycat_source c join copycat_stage s using (ordinal)
  union all
  select m.data_uri from copycat_source c
  join copycat_stage s using (ordinal)
  cross join lateral jsonb_to_recordset(s.more_assets)
    as m (data_uri text, is_directory bool, size int8, parameter text, num int4)
  where s.more_assets is not null)
order by a.id
for key share

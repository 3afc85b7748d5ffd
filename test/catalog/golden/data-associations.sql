insert into "public"."data_source_asset_association" (data_source_id, asset_id, parameter, num)
select c.id, a.id, s.parameter, s.num
from copycat_source c
join copycat_stage s using (ordinal)
join "public"."assets" a on a.data_uri = s.data_uri

insert into "public"."data_source_asset_association" (data_source_id, asset_id, parameter, num)
select ($1::int8 + s.ordinal)::int4, a.id, s.parameter, s.num
from copycat_stage s
join "public"."assets" a on a.data_uri = s.data_uri

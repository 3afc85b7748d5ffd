insert into "public"."data_source_asset_association" (data_source_id, asset_id, parameter, num)
select ($1::int8 + ordinal)::int4, ($2::int8 + file_ordinal)::int4, parameter, num
from copycat_stage
where file_ordinal is not null

insert into "public"."assets" (id, data_uri, is_directory, size, time_created, time_updated)
select ($1::int8 + ordinal)::int4, data_uri, is_directory, size, $2::timestamp, $2::timestamp
from copycat_stage
where file_ordinal = ordinal

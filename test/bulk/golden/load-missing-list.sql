select s.copycat_position::float8 as position, row_to_json(copycat_row)::text as record
from "copycat_staging_1" as s
cross join lateral (select s."id", s."Key") as copycat_row
where not exists (select from "site"."odd ""table""" as t where t."id" = s."id" and t."Key" = s."Key")
order by s.copycat_position
select s.copycat_position::float8 as position, row_to_json(r)::text as record
from "copycat_staging_1" as s
cross join lateral (select s."id", s."Key") as r
where not exists (select from "site"."odd ""table""" as t where t."id" = s."id" and t."Key" = s."Key")
order by s.copycat_position
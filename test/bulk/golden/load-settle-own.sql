select count(*)::int as own, (count(*) filter (where (t."mood" is distinct from s."mood") or (t."body"::text is distinct from s."body"::text) or (s."embedding" is not null and t."embedding" is distinct from s."embedding") or ((s."uses" <> 0 or t."uses" is null and s."uses" is not null))))::int as changed
from "copycat_staging_1" as s
join "site"."odd ""table""" as t on t."id" = s."id" and t."Key" = s."Key"
where ($1::text[] is null or t.xmin::text = any ($1::text[])) and ($2::tid[] is null or s.ctid = any ($2::tid[]))
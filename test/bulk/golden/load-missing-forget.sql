with gone as (
  delete from "copycat_staging_1" as s
  where not exists (select from "site"."odd ""table""" as t where t."id" = s."id" and t."Key" = s."Key")
  returning 1
)
select count(*)::int as missing from gone
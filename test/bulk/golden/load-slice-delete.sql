with deleted as (
  delete from "site"."odd ""table""" as t using "copycat_staging_1" as s
  where s.ctid >= $1::tid and s.ctid < $2::tid and t."id" = s."id" and t."Key" = s."Key"
  returning 1
)
select count(*)::int as deleted from deleted
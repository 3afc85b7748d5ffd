with source as (
  select * from "copycat_staging_1" where ctid >= $1::tid and ctid < $2::tid
), merged as (
  insert into "site"."odd ""table""" as t ("id", "Key", "mood", "body", "embedding", "uses", "updated_at")
  select s."id", s."Key", s."mood"::site."mood", s."body", s."embedding", s."uses", s."updated_at"
  from source as s
  where not exists (select from "site"."odd ""table""" as t where t."id" = s."id" and t."Key" = s."Key")
  on conflict ("id", "Key") do nothing
  returning true as is_new
)
select (count(*) filter (where is_new))::int as inserted,
  (count(*) filter (where not is_new))::int as updated
from merged
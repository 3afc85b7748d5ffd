with source as (
  select * from "copycat_staging_1" where ctid >= $1::tid and ctid < $2::tid
), merged as (
  insert into "site"."odd ""table""" as t ("id", "Key", "mood", "body", "embedding", "uses", "updated_at")
  select s."id", s."Key", s."mood"::site."mood", s."body", s."embedding", s."uses", s."updated_at"
  from source as s
  on conflict ("id", "Key") do update
  set "mood" = excluded."mood", "body" = excluded."body", "embedding" = coalesce(excluded."embedding", t."embedding"), "uses" = coalesce(t."uses" + excluded."uses", excluded."uses", t."uses"), "updated_at" = excluded."updated_at"
  where (t."mood" is distinct from excluded."mood") or (t."body"::text is distinct from excluded."body"::text) or (excluded."embedding" is not null and t."embedding" is distinct from excluded."embedding") or ((excluded."uses" <> 0 or t."uses" is null and excluded."uses" is not null))
  returning t.xmax = 0 as is_new
)
select (count(*) filter (where is_new))::int as inserted,
  (count(*) filter (where not is_new))::int as updated
from merged
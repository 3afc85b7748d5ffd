with source as (
  select * from "copycat_staging_1" where ctid >= $1::tid and ctid < $2::tid
), updated as (
  update "site"."odd ""table""" as t
  set "mood" = s."mood"::site."mood", "body" = s."body", "embedding" = coalesce(s."embedding", t."embedding"), "uses" = coalesce(t."uses" + s."uses", s."uses", t."uses"), "updated_at" = s."updated_at"
  from source as s
  where t."id" = s."id" and t."Key" = s."Key"
    and ((t."mood" is distinct from s."mood"::site."mood") or (t."body"::text is distinct from s."body"::text) or (s."embedding" is not null and t."embedding" is distinct from s."embedding") or ((s."uses" <> 0 or t."uses" is null and s."uses" is not null)))
  returning 1
)
select count(*)::int as updated from updated
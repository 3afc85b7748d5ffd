with repeated as (
  select "id", "Key", min(copycat_position) as winner
  from "copycat_staging_1"
  group by "id", "Key"
  having count(*) > 1
), deleted as (
  delete from "copycat_staging_1" as staged using repeated
  where staged."id" = repeated."id" and staged."Key" = repeated."Key" and staged.copycat_position <> repeated.winner
  returning 1
)
select count(*)::int as deleted from deleted
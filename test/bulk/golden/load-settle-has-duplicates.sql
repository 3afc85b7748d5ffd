select exists (
  select "id", "Key", max(copycat_position) as winner
  from "copycat_staging_1"
  group by "id", "Key"
  having count(*) > 1
) as found
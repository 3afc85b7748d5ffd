with repeated as (
  select "id", "Key", max(copycat_position) as winner, sum("uses") as "uses", (array_agg("embedding" order by copycat_position desc) filter (where "embedding" is not null))[1] as "embedding"
  from "copycat_staging_1"
  group by "id", "Key"
  having count(*) > 1
)
update "copycat_staging_1" as staged
set "uses" = repeated."uses", "embedding" = repeated."embedding"
from repeated
where staged.copycat_position = repeated.winner
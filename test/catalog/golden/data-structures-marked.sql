with merged as (
  insert into "public"."structures" as target ("id", "structure")
  select distinct on (s.structure_id) s.structure_id, s.structure
  from copycat_stage s
  where s.structure is not null
    and not exists (select from "public"."structures" t where t.id = s.structure_id)
    and s.structure_id in (
      select o.structure_id from copycat_node r join copycat_stage o using (ordinal) where r.is_new or o.is_renewed)
  on conflict ("id") do nothing
  returning xmax = 0 as is_new
)
select count(*) filter (where is_new)::int as inserted, count(*) filter (where not is_new)::int as updated
from merged

with merged as (
  insert into "public"."nodes" as target ("id", "parent", "key", "structure_family", "metadata", "specs", "time_created", "time_updated")
  select r.id, r.parent, s.key, s.structure_family::"public"."structurefamily",
    s.metadata, s.specs, $1::timestamp, $1::timestamp
  from copycat_node r
  join copycat_stage s using (ordinal)
  where r.is_new or exists (select from copycat_changed c where c.ordinal = r.ordinal)
  order by r.id
  on conflict ("key", "parent") do update
  set "metadata" = excluded."metadata", "specs" = excluded."specs", "time_updated" = excluded."time_updated"
  where (target."metadata", target."specs")
    is distinct from (excluded."metadata", excluded."specs")
  returning xmax = 0 as is_new
)
select count(*) filter (where is_new)::int as inserted, count(*) filter (where not is_new)::int as updated
from merged

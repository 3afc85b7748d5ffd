with recursive reached (id) as (
  select id from "public"."nodes" where parent is null
  union all
  select n.id from reached r join "public"."nodes" n on n.parent = r.id
)
select count(*)::int as count, min(n.id)::text as example
from "public"."nodes" n where not exists (select from reached r where r.id = n.id)

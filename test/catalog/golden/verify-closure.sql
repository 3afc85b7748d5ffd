select depth, count(*)::int as count from "public"."nodes_closure" group by depth order by depth;
with recursive reached (id) as (
  select id from "public"."nodes" where parent is null
  union all
  select n.id from reached r join "public"."nodes" n on n.parent = r.id
), climb (ancestor, descendant, depth, next) as (
  select n.id, n.id, 0, n.parent from "public"."nodes" n join reached using (id)
  union all
  select n.id, c.descendant, c.depth + 1, n.parent
  from climb c join "public"."nodes" n on n.id = c.next
)
select count(*) filter (where s.ancestor is null)::int as missing,
  count(*) filter (where e.ancestor is null)::int as extra,
  count(*) filter (where s.depth <> e.depth)::int as wrong
from climb e
full join "public"."nodes_closure" s on s.ancestor = e.ancestor and s.descendant = e.descendant

insert into copycat_above (ancestor, descendant, depth)
with recursive climb (ancestor, descendant, depth) as (
  select id, id, 0 from copycat_container
  union all
  select n.parent, c.descendant, c.depth + 1
  from climb c
  join "public"."nodes" n on n.id = c.ancestor
  where n.parent is not null
)
select ancestor, descendant, depth from climb;
insert into "public"."nodes_closure" (ancestor, descendant, depth)
select ancestor, descendant, depth from copycat_above
union all
select id, id, 0 from "public"."nodes" where structure_family <> 'container'
union all
select a.ancestor, n.id, a.depth + 1
from "public"."nodes" n
join copycat_above a on a.descendant = n.parent
where n.structure_family <> 'container'

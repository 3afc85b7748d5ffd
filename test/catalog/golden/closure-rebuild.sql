insert into "public"."nodes_closure" (ancestor, descendant, depth)
with recursive climb (ancestor, descendant, depth, next) as (
  select id, id, 0, parent from "public"."nodes"
  union all
  select n.id, c.descendant, c.depth + 1, n.parent
  from climb c
  join "public"."nodes" n on n.id = c.next
)
select ancestor, descendant, depth from climb

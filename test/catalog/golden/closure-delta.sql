insert into "public"."nodes_closure" (ancestor, descendant, depth)
with recursive climb (ancestor, descendant, depth, next) as (
  select id, id, 0, parent from copycat_node where is_new
  union all
  select n.id, c.descendant, c.depth + 1, n.parent
  from climb c
  cross join lateral (select t.id, t.parent from "public"."nodes" t where t.id = c.next offset 0) n
)
select ancestor, descendant, depth from climb

delete from "public"."nodes_closure" c
using "public"."nodes_closure" t
where t.ancestor = any ($1::int4[]) and c.descendant = t.descendant
  and not exists (select from "public"."nodes_closure" x where x.ancestor = t.ancestor and x.descendant = c.ancestor);
insert into "public"."nodes_closure" (ancestor, descendant, depth)
select p.ancestor, t.descendant, p.depth + t.depth + 1
from "public"."nodes" n
join "public"."nodes_closure" p on p.descendant = n.parent
join "public"."nodes_closure" t on t.ancestor = n.id
where n.id = any ($1::int4[])

create temp table copycat_expected (ancestor int not null, descendant int not null, depth int not null) on commit drop;
insert into copycat_expected (ancestor, descendant, depth)
with recursive climb (ancestor, descendant, depth, next) as (
  select id, id, 0, parent from "public"."nodes"
  union all
  select n.id, c.descendant, c.depth + 1, n.parent
  from climb c
  join "public"."nodes" n on n.id = c.next
)
select ancestor, descendant, depth from climb;
analyze copycat_expected;
delete from "public"."nodes_closure" c where not exists (select 1 from copycat_expected e where e.ancestor = c.ancestor and e.descendant = c.descendant);
update "public"."nodes_closure" c set depth = e.depth from copycat_expected e where e.ancestor = c.ancestor and e.descendant = c.descendant and c.depth <> e.depth;
insert into "public"."nodes_closure" (ancestor, descendant, depth)
select e.ancestor, e.descendant, e.depth from copycat_expected e
where not exists (select 1 from "public"."nodes_closure" c where e.ancestor = c.ancestor and e.descendant = c.descendant)

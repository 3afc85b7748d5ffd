select n.id, (select string_agg('/' || a.key, '' order by l.depth desc)
    from "public"."nodes_closure" l join "public"."nodes" a on a.id = l.ancestor
    where l.descendant = n.id and l.ancestor <> 0) as path, n.structure_family as "structureFamily", n.metadata
from "public"."nodes_closure" c join "public"."nodes" n on n.id = c.descendant
where c.ancestor = $1::int and c.depth > 0
order by n.id
limit $2::int8
-- $1: 7
-- $2: 21

select n.id, n.key as path, n.structure_family as "structureFamily", n.metadata,
  array[(n.metadata #> $1::text[])::text] as place
from "public"."nodes" n
where n.parent = $2::int
order by (n.metadata #> $1::text[]) nulls last, n.id
-- $1: ["Ja"]
-- $2: 7

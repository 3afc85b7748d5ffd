select n.id, n.key as path, n.structure_family as "structureFamily", n.metadata,
  array[(n.metadata #> $1::text[])::text] as place
from "public"."nodes" n
where n.parent = $3::int
  and (n.metadata #> $1::text[]) is null
  and n.id < $2::int
order by (n.metadata #> $1::text[]) desc, n.id desc
limit $4::int8
-- $1: ["Ja"]
-- $2: 9
-- $3: 7
-- $4: 21

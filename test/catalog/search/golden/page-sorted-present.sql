select n.id, n.key as path, n.structure_family as "structureFamily", n.metadata,
  array[(n.metadata #> $1::text[])::text] as place
from "public"."nodes" n
where n.parent = $4::int
  and (n.metadata #> $1::text[]) is not null
  and ((n.metadata #> $1::text[]), n.id) > ($2::jsonb, $3::int)
order by (n.metadata #> $1::text[]), n.id
limit $5::int8
-- $1: ["Ja"]
-- $2: "0.5"
-- $3: 9
-- $4: 7
-- $5: 21

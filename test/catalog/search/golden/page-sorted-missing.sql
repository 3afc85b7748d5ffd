select n.id, $2::text || '/' || n.key as path, n.structure_family::text as "structureFamily", n.metadata,
  array[(n.metadata #> $1::text[])::text]::text[] as place
from "public"."nodes" n
where n.parent = $4::int
  and (n.metadata #> $1::text[]) is null
  and n.id < $3::int
order by (n.metadata #> $1::text[]) desc, n.id desc
limit $5::int8
-- $1: ["Ja"]
-- $2: "/VDP"
-- $3: 9
-- $4: 7
-- $5: 21

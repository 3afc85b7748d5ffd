select n.id, $2::text || '/' || n.key as path, n.structure_family::text as "structureFamily", n.metadata,
  array[(n.metadata #> $1::text[])::text]::text[] as place
from "public"."nodes" n
where n.parent = $3::int
order by (n.metadata #> $1::text[]) nulls last, n.id
-- $1: ["Ja"]
-- $2: "/VDP"
-- $3: 7

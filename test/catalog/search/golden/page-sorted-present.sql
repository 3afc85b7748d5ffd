select n.id, $2::text || '/' || n.key as path, n.structure_family::text as "structureFamily", n.metadata,
  array[(n.metadata #> $1::text[])::text]::text[] as place
from "public"."nodes" n
where n.parent = $5::int
  and (n.metadata #> $1::text[]) is not null
  and ((n.metadata #> $1::text[]), n.id) > ($3::jsonb, $4::int)
order by (n.metadata #> $1::text[]), n.id
limit $6::int8
-- $1: ["Ja"]
-- $2: "/VDP"
-- $3: "0.5"
-- $4: 9
-- $5: 7
-- $6: 21

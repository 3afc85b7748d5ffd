select n.id, $3::text || '/' || n.key as path, n.structure_family::text as "structureFamily", n.metadata,
  array[(n.metadata #> $1::text[])::text, (n.metadata #> $2::text[])::text]::text[] as place
from "public"."nodes" n
where n.parent = $7::int
  and ((((n.metadata #> $1::text[]) < $4::jsonb or (n.metadata #> $1::text[]) is null))
    or ((n.metadata #> $1::text[]) = $4::jsonb and ((n.metadata #> $2::text[]) > $5::jsonb or (n.metadata #> $2::text[]) is null))
    or ((n.metadata #> $1::text[]) = $4::jsonb and (n.metadata #> $2::text[]) = $5::jsonb and n.id > $6::int))
order by (n.metadata #> $1::text[]) desc nulls last, (n.metadata #> $2::text[]) nulls last, n.id
limit $8::int8
-- $1: ["Ja"]
-- $2: ["a","b"]
-- $3: "/VDP"
-- $4: "0.5"
-- $5: "\"x\""
-- $6: 9
-- $7: 7
-- $8: 21

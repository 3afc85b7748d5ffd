select n.id, n.key as path, n.structure_family as "structureFamily", n.metadata,
  array[(n.metadata #> $1::text[])::text, (n.metadata #> $2::text[])::text] as place
from "public"."nodes" n
where n.parent = $6::int
  and ((((n.metadata #> $1::text[]) < $3::jsonb or (n.metadata #> $1::text[]) is null))
    or ((n.metadata #> $1::text[]) = $3::jsonb and ((n.metadata #> $2::text[]) > $4::jsonb or (n.metadata #> $2::text[]) is null))
    or ((n.metadata #> $1::text[]) = $3::jsonb and (n.metadata #> $2::text[]) = $4::jsonb and n.id > $5::int))
order by (n.metadata #> $1::text[]) desc nulls last, (n.metadata #> $2::text[]) nulls last, n.id
limit $7::int8
-- $1: ["Ja"]
-- $2: ["a","b"]
-- $3: "0.5"
-- $4: "\"x\""
-- $5: 9
-- $6: 7
-- $7: 21

select n.id, n.key as path, n.structure_family as "structureFamily", n.metadata
from "public"."nodes" n
where n.parent = $2::int
  and (((n.metadata #> $3::text[]) > $4::jsonb and (n.metadata #> $3::text[]) < 'false'::jsonb) and ((n.metadata #> $3::text[]) <= $5::jsonb and (n.metadata #> $3::text[]) >= '-9.999e131071'::jsonb))
  and ((n.id > $1::int))
order by n.id
limit $6::int8
-- $1: 9
-- $2: 7
-- $3: ["Ja"]
-- $4: "0.5"
-- $5: "1"
-- $6: 21

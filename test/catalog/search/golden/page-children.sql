select n.id, $1::text || '/' || n.key as path, n.structure_family::text as "structureFamily", n.metadata,
  array[]::text[] as place
from "public"."nodes" n
where n.parent = $3::int
  and (((n.metadata #> $4::text[]) > $5::jsonb and (n.metadata #> $4::text[]) < 'false'::jsonb) and ((n.metadata #> $4::text[]) <= $6::jsonb and (n.metadata #> $4::text[]) >= '-9.999e131071'::jsonb))
  and ((n.id > $2::int))
order by n.id
limit $7::int8
-- $1: "/VDP"
-- $2: 9
-- $3: 7
-- $4: ["Ja"]
-- $5: "0.5"
-- $6: "1"
-- $7: 21

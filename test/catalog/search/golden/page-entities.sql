select n.id, '/' || p.key || '/' || n.key as path, n.structure_family as "structureFamily", n.metadata
from "public"."nodes" n join "public"."nodes" p on p.id = n.parent
where p.parent = 0
  and (((n.metadata #> $1::text[]) > $2::jsonb and (n.metadata #> $1::text[]) < 'false'::jsonb) and ((n.metadata #> $1::text[]) <= $3::jsonb and (n.metadata #> $1::text[]) >= '-9.999e131071'::jsonb))
order by n.id
limit $4::int8
-- $1: ["Ja"]
-- $2: "0.5"
-- $3: "1"
-- $4: 21

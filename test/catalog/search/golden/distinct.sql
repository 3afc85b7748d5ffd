select (n.metadata #> $1::text[]) as value, count(*)::int as count
from "public"."nodes" n
where n.parent = $2::int
  and (((n.metadata #> $3::text[]) > $4::jsonb and (n.metadata #> $3::text[]) < 'false'::jsonb) and ((n.metadata #> $3::text[]) <= $5::jsonb and (n.metadata #> $3::text[]) >= '-9.999e131071'::jsonb))
  and (n.metadata #> $1::text[]) is not null
group by 1
order by 2 desc, 1
limit $6::int8
-- $1: ["a","b"]
-- $2: 7
-- $3: ["Ja"]
-- $4: "0.5"
-- $5: "1"
-- $6: 100

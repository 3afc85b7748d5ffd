select facet, value, count
from (
  select f.facet, f.value, count(*)::int as count,
    row_number() over (partition by f.facet order by count(*) desc, f.value) as place
  from (select n.metadata from "public"."nodes" n
where n.parent = $3::int
  and (((n.metadata #> $4::text[]) > $5::jsonb and (n.metadata #> $4::text[]) < 'false'::jsonb) and ((n.metadata #> $4::text[]) <= $6::jsonb and (n.metadata #> $4::text[]) >= '-9.999e131071'::jsonb))) n
  cross join lateral (values (0, (n.metadata #> $1::text[])), (1, (n.metadata #> $2::text[]))) f (facet, value)
  where f.value is not null
  group by f.facet, f.value) ranked
where place <= $7::int8
order by facet, place
-- $1: ["a","b"]
-- $2: ["c"]
-- $3: 7
-- $4: ["Ja"]
-- $5: "0.5"
-- $6: "1"
-- $7: 100

select facet, value, count
from (
  select facet, value, sum(count)::float8 as count,
    row_number() over (partition by facet order by sum(count) desc, value) as place
  from unnest($1::int[], $2::jsonb[], $3::int8[]) f (facet, value, count)
  group by facet, value) ranked
where place <= $4::int8
order by facet, place
-- $1: [0,0,1]
-- $2: ["0.5","0.50","\"x\""]
-- $3: [3,4,1]
-- $4: 100

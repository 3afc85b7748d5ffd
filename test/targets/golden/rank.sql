select dense_rank() over (order by k0 desc nulls last, k1 nulls last)::int as rank
from unnest($1::jsonb[], $2::jsonb[]) with ordinality p (k0, k1, place)
order by place
-- $1: ["0.5",null]
-- $2: ["\"x\"","null"]

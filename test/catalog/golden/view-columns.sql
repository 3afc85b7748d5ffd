select m.key, count(*) filter (where type = 'number')::float8 as numbers,
  count(*) filter (where type = 'string')::float8 as strings,
  count(*) filter (where type = 'boolean')::float8 as booleans,
  count(*) filter (where type in ('array', 'object'))::float8 as nested,
  coalesce(bool_and(case when type = 'number' then scale(m.value::numeric) = 0 end), false) as "areIntegers",
  coalesce(bool_and(case when type = 'number' then
    m.value::numeric between -9223372036854775808 and 9223372036854775807 end), false) as "fitBigint",
  coalesce(bool_and(case when type = 'number' then length(m.value::text) < 300 end), false) as "fitDouble"
from "public"."nodes" n
cross join lateral jsonb_each(case when jsonb_typeof(n.metadata) = 'object' then n.metadata else '{}' end) as m (key, value)
cross join lateral jsonb_typeof(m.value) as type
where n.parent = $1 and n.structure_family = 'container'
group by m.key
order by m.key ~ '^(path|dataset|index)_', m.key collate "C"

select a.attname as name
from pg_catalog.pg_class as c
join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_catalog.pg_type as t on t.oid = a.atttypid
left join pg_catalog.pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
where c.relname = $2::text and c.relnamespace = case
    when $1::text = 'pg_temp' then pg_catalog.pg_my_temp_schema()
    else (select n.oid from pg_catalog.pg_namespace as n where n.nspname = $1::text)
  end
  and exists (
    select from pg_catalog.regexp_matches(
      coalesce(d.adbin, t.typdefaultbin)::text, ':(?:funcid|opfuncid) (\d+)', 'g'
    ) as found (parts)
    join pg_catalog.pg_proc as p on p.oid = found.parts[1]::oid
    where p.provolatile = 'v'
  )
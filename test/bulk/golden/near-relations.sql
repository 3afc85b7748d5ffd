select n.nspname as schema, c.relname as name
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'f') and (c.relname = $2 or n.nspname = $1)
order by n.nspname, c.relname
limit 10000
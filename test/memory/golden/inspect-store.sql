select coalesce((
    select jsonb_agg(jsonb_build_object('table', c.relname, 'column', a.attname,
      'type', format_type(a.atttypid, a.atttypmod), 'type_name', t.typname, 'modifier', a.atttypmod,
      'check', case when a.attname = 'embedding' then (
        select pg_get_constraintdef(k.oid) from pg_constraint k
        where k.conrelid = c.oid and k.conname = c.relname || '_embedding_dimensions') end
    ) order by c.relname, a.attnum)
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join pg_type t on t.oid = a.atttypid
    where c.relnamespace = n.oid and c.relkind in ('r', 'p')
      and c.relname in ('memory_entries', 'patterns', 'trajectories')
  ), '[]') as tables,
  (
    select jsonb_build_object('version', e.extversion, 'schema', s.nspname)
    from pg_extension e join pg_namespace s on s.oid = e.extnamespace where e.extname = 'vector'
  ) as vector,
  exists (select from pg_class c where c.relnamespace = n.oid and c.relname = 'memory_migration') as is_own,
  exists (
    select from pg_class c join pg_trigger t on t.tgrelid = c.oid and t.tgisinternal
      join pg_proc p on p.oid = t.tgfoid and p.proname = 'citus_truncate_trigger'
    where c.relnamespace = n.oid and c.relname = 'memory_entries'
  ) as is_distributed,
  (
    select x.relname from pg_index i
    join pg_class t on t.oid = i.indrelid and t.relnamespace = n.oid and t.relname = 'memory_entries'
    join pg_class x on x.oid = i.indexrelid
    join pg_am m on m.oid = x.relam and m.amname = 'hnsw'
    where i.indisvalid and i.indpred is null
    order by x.relname limit 1
  ) as hnsw_index
from pg_namespace n where n.nspname = $1
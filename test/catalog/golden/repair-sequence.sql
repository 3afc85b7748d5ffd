select setval(pg_get_serial_sequence($1, 'id')::regclass, t.highest)::text as value
from (select max(id) as highest from "public"."nodes") t
where t.highest >= coalesce((
  select case when s.last_value is null then s.start_value else s.last_value + 1 end
  from pg_sequences s
  where format('%I.%I', s.schemaname, s.sequencename)::regclass = pg_get_serial_sequence($1, 'id')::regclass), 1)

select t.tgname::text as name
from pg_trigger t
where t.tgrelid = any ($1::text[]::regclass[]) and not t.tgisinternal and t.tgenabled in ('O', 'R')
  and t.tgname <> all ($2::text[])
union all
select k.conname::text
from pg_constraint k
where k.conrelid = any ($1::text[]::regclass[]) and k.contype = 'f'
  and k.confrelid <> all ($1::text[]::regclass[])
order by 1

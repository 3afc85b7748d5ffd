select t.tgname::text as trigger, w.relation as "table"
from unnest($1::text[], $2::text[]) as w (name, relation)
join pg_trigger t on t.tgname = w.name and t.tgrelid = w.relation::regclass
where t.tgenabled not in ('O', 'A') order by 1

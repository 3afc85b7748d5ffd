insert into copycat_reject (ordinal, code, message)
select s.ordinal, 'path_taken',
  'the path ' || s.parent_path || '/' || s.key || ' is that of ' || w.source || ' (' || w.position || '), too; rename one of them'
from copycat_twin t
join copycat_stage w on w.ordinal = t.first
join copycat_stage s on s.parent_path = t.parent_path and s.key = t.key
where s.level > 1 and s.source <> w.source
  and not exists (select from copycat_reject x where x.ordinal = s.ordinal)

insert into copycat_reject (ordinal, code, message)
select s.ordinal, 'path_taken', format(
  'the path %s/%s is that of %s (%s), too; rename one of them', s.parent_path, s.key, w.source, w.position)
from copycat_twin t
join copycat_stage w on w.ordinal = t.first
join copycat_stage s on s.parent_path = t.parent_path and s.key = t.key
where s.level > 1 and s.source <> w.source
  and not exists (select from copycat_reject x where x.ordinal = s.ordinal)

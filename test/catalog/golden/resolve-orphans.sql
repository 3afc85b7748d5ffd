insert into copycat_reject (ordinal, code, message)
select s.ordinal, 'parent_missing',
  'the parent ' || s.parent_path || ' is no container of the catalog, and no record of one was taken; add or mend it'
from copycat_stage s
where not exists (select from copycat_node r where r.ordinal = s.ordinal)
  and not exists (select from copycat_duplicate d where d.ordinal = s.ordinal)
  and not exists (select from copycat_reject x where x.ordinal = s.ordinal)

insert into copycat_duplicate (ordinal)
select ordinal
from (
  select s.ordinal, row_number() over (
    partition by s.parent_path, s.key order by s.ordinal desc) as place
  from copycat_twin t
  join copycat_stage s on s.parent_path = t.parent_path and s.key = t.key
  where not exists (select from copycat_reject x where x.ordinal = s.ordinal)
) ranked
where place > 1

insert into copycat_duplicate (ordinal)
select s.ordinal
from copycat_stage s
join (
  select parent_path, key, max(ordinal) as winner
  from copycat_stage t
  where not exists (select from copycat_reject x where x.ordinal = t.ordinal)
  group by parent_path, key
  having count(*) > 1
) d using (parent_path, key)
where s.ordinal <> d.winner and not exists (select from copycat_reject x where x.ordinal = s.ordinal)

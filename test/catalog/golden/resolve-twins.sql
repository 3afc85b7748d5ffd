insert into copycat_twin (parent_path, key, first)
select s.parent_path, s.key, min(s.ordinal)
from copycat_stage s
where not exists (select from copycat_reject x where x.ordinal = s.ordinal)
group by s.parent_path, s.key
having count(*) > 1

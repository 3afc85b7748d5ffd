insert into copycat_parent (path, id, is_new)
select s.parent_path || '/' || s.key, r.id, r.is_new
from copycat_node r
join copycat_stage s using (ordinal)
where s.level = $1 and s.structure_family = 'container'

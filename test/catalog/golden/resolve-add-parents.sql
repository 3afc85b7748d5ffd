insert into copycat_parent (path, id)
select s.parent_path || '/' || s.key, r.id
from copycat_node r
join copycat_stage s using (ordinal)
where s.level = $1 and s.structure_family = 'container'

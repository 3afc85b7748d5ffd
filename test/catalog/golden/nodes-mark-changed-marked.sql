insert into copycat_changed (ordinal, id)
select r.ordinal, r.id
from copycat_node r
join copycat_stage s using (ordinal)
join "public"."nodes" n on n.id = r.id
where not r.is_new and s.is_renewed and (n.metadata, n.specs) is distinct from (s.metadata, s.specs)

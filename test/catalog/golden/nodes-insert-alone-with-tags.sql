insert into "public"."nodes" (id, parent, key, structure_family, metadata, specs, time_created, time_updated)
select r.id, r.parent, s.key, s.structure_family::"public"."structurefamily",
  s.metadata, s.specs, $1::timestamp, $1::timestamp
from copycat_node r
join copycat_stage s using (ordinal)
where r.is_new

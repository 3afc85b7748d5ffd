insert into "public"."nodes" (id, parent, key, structure_family, metadata, specs, access_blob, time_created, time_updated)
select ($1::int8 + s.ordinal)::int4, c.id, s.key, s.structure_family::"public"."structurefamily",
  s.metadata, s.specs, s.access_blob, $2::timestamp, $2::timestamp
from copycat_stage s
join copycat_container c on c.path = s.parent_path;
select count(*)::int - 1 as nodes from "public"."nodes"

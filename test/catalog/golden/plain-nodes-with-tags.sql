insert into "public"."nodes" (id, parent, key, structure_family, metadata, specs, time_created, time_updated)
select ($1::int8 + ordinal)::int4, coalesce(($1::int8 + parent_ordinal)::int4, 0), key, structure_family::"public"."structurefamily",
  metadata, specs, $2::timestamp, $2::timestamp
from copycat_stage

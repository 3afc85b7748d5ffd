insert into "public"."data_sources" (id, node_id, structure_id, mimetype, parameters, properties, management,
  structure_family, time_created, time_updated)
select ($2::int8 + ordinal)::int4, ($1::int8 + ordinal)::int4, structure_id, mimetype, parameters, properties,
  management::"public"."management", structure_family::"public"."structurefamily", $3::timestamp, $3::timestamp
from copycat_stage
where mimetype is not null

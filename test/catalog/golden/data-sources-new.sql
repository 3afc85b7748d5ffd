insert into "public"."data_sources" (id, node_id, structure_id, mimetype, parameters, properties, management,
  structure_family, time_created, time_updated)
select r.source_id, r.id, s.structure_id, s.mimetype, s.parameters, s.properties, s.management::"public"."management",
  s.structure_family::"public"."structurefamily", $1::timestamp, $1::timestamp
from copycat_node r
join copycat_stage s using (ordinal)
where r.source_id is not null;
insert into copycat_source (ordinal, id)
select ordinal, source_id from copycat_node where source_id is not null

with inserted as (
  insert into "public"."data_sources" (node_id, structure_id, mimetype, parameters, properties, management,
  structure_family, time_created, time_updated)
  select r.id, s.structure_id, s.mimetype, s.parameters, s.properties, s.management::"public"."management",
  s.structure_family::"public"."structurefamily", $1::timestamp, $1::timestamp
  from copycat_node r
  join copycat_stage s using (ordinal)
  where s.mimetype is not null and not r.is_new
    and not exists (select from "public"."data_sources" d where d.node_id = r.id)
  order by r.id
  returning id, node_id
), linked as (
  insert into copycat_source (ordinal, id)
  select r.ordinal, i.id
  from inserted i
  join copycat_node r on r.id = i.node_id
)
select count(*)::int as inserted from inserted

insert into copycat_doomed (id)
select distinct c.descendant from "public"."nodes_closure" c where c.ancestor = any ($1::int4[]);
insert into copycat_doomed_asset (id)
select distinct l.asset_id
from copycat_doomed x
join "public"."data_sources" d on d.node_id = x.id
join "public"."data_source_asset_association" l on l.data_source_id = d.id;
select distinct n.parent as id from "public"."nodes" n where n.id = any ($1::int4[]) and n.parent is not null;
delete from "public"."nodes" n using copycat_doomed x where n.id = x.id and n.parent is not null;
delete from "public"."assets" a using copycat_doomed_asset x
where a.id = x.id and not exists (select from "public"."data_source_asset_association" l where l.asset_id = a.id);
delete from "public"."nodes" n
where n.id = any ($1::int4[]) and n.parent <> 0 and n.structure_family = 'container'
  and not exists (select from "public"."nodes" c where c.parent = n.id)
returning n.parent

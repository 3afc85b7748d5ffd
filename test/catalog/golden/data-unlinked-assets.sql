select from "public"."assets" a
where a.id in (select u.asset_id from copycat_unlinked u)
order by a.id
for update;
delete from "public"."assets" a using copycat_unlinked u
where a.id = u.asset_id
  and not exists (select from "public"."data_source_asset_association" l where l.asset_id = a.id)

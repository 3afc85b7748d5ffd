insert into copycat_node (ordinal, id, parent, is_new, source_id)
select s.ordinal, coalesce(n.id, 0), p.id, n.id is null, case when n.id is null and s.mimetype is not null then 0 end
  from copycat_stage s
  join copycat_parent p on p.path = s.parent_path
  left join "public"."nodes" n on not p.is_new and n.parent = p.id and n.key = s.key
  where s.level = $1
    and not exists (select 1 from copycat_duplicate d where d.ordinal = s.ordinal)
    and not exists (select 1 from copycat_reject x where x.ordinal = s.ordinal)

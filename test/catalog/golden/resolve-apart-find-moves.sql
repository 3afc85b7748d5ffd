insert into copycat_node (ordinal, id, parent, is_new, source_id)
select s.ordinal, coalesce(coalesce(n.id, m.id), 0), p.id, coalesce(n.id, m.id) is null, case when coalesce(n.id, m.id) is null and s.mimetype is not null then 0 end
  from copycat_stage s
  join copycat_parent p on p.path = s.parent_path
  left join "public"."nodes" n on not p.is_new and n.parent = p.id and n.key = s.key
  left join copycat_moved v on v.path = s.parent_path || '/' || s.key
  left join "public"."nodes" m on m.id = v.id
  where s.level = $1
    and not exists (select 1 from copycat_duplicate d where d.ordinal = s.ordinal)
    and not exists (select 1 from copycat_reject x where x.ordinal = s.ordinal)

select s.ordinal::text, s.parent_path || '/' || s.key || ' is of family ' || n.structure_family || ' in the catalog and ' ||
    s.structure_family || ' in the input; delete the old node or give the new one another key' as message
  from copycat_stage s
  join copycat_parent p on p.path = s.parent_path
  left join "public"."nodes" n on not p.is_new and n.parent = p.id and n.key = s.key
  where s.level = $1
    and not exists (select 1 from copycat_duplicate d where d.ordinal = s.ordinal)
    and not exists (select 1 from copycat_reject x where x.ordinal = s.ordinal)
    and n.structure_family <> s.structure_family

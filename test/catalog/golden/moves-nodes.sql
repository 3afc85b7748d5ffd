with target as (
  select n.id, n.parent as old_parent, r.parent, s.key
  from copycat_moved m
  join copycat_node r on r.id = m.id and not r.is_new
  join copycat_stage s using (ordinal)
  join "public"."nodes" n on n.id = m.id
), moved as (
  update "public"."nodes" n set parent = t.parent, key = t.key
  from target t
  where n.id = t.id and (n.parent, n.key) is distinct from (t.parent, t.key)
)
select id from target where parent is distinct from old_parent

with candidate as (
  select s.ordinal, p.id as parent, n.id as existing, s.structure_family as family,
    n.structure_family::text as existing_family, s.parent_path || '/' || s.key as path,
    s.mimetype is not null as has_source
  from copycat_stage s
  join copycat_parent p on p.path = s.parent_path
  left join lateral (
    select t.id, t.structure_family from "public"."nodes" t
    where not p.is_new and t.parent = p.id and t.key = s.key
    offset 0
  ) n on true
  where s.level = $1 and not exists (select from copycat_duplicate d where d.ordinal = s.ordinal)
    and not exists (select from copycat_reject x where x.ordinal = s.ordinal)
  order by s.ordinal
), clash as (
  insert into copycat_reject (ordinal, code, message)
  select ordinal, 'family_clash', path || ' is of family ' || existing_family || ' in the catalog and ' || family ||
    ' in the input; delete the old node or give the new one another key'
  from candidate
  where existing_family <> family
)
insert into copycat_node (ordinal, id, parent, is_new, source_id)
select c.ordinal, coalesce(c.existing, (-1 - c.ordinal)::int4), c.parent, c.existing is null, null
from candidate c
where c.existing is null or c.existing_family = c.family

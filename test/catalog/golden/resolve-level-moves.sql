with candidate as (
  select s.ordinal, p.id as parent, coalesce(n.id, m.id) as existing, s.structure_family as family,
    coalesce(n.structure_family, m.structure_family)::text as existing_family, s.parent_path || '/' || s.key as path,
    s.mimetype is not null as has_source
  from copycat_stage s
  join copycat_parent p on p.path = s.parent_path
  left join lateral (
    select t.id, t.structure_family from "public"."nodes" t
    where not p.is_new and t.parent = p.id and t.key = s.key
    offset 0
  ) n on true
  left join copycat_moved v on v.path = s.parent_path || '/' || s.key
  left join "public"."nodes" m on m.id = v.id
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
select c.ordinal, coalesce(c.existing, nextval($2::regclass)::int4), c.parent, c.existing is null, case when c.existing is null and c.has_source then nextval($3::regclass)::int4 end
from candidate c
where c.existing is null or c.existing_family = c.family

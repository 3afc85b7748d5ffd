insert into copycat_parent (path, id, is_new)
with recursive wanted as (
  select w.parent_path as path, string_to_array(substr(w.parent_path, 2), '/') as segments
  from (select distinct parent_path from copycat_stage) w
  where w.parent_path <> ''
    and not exists (
      select from copycat_stage p
      where p.structure_family = 'container' and p.parent_path || '/' || p.key = w.parent_path)
), walk as (
  select path, segments, 0 as depth, 0 as id from wanted
  union all
  select w.path, w.segments, w.depth + 1, n.id
  from walk w
  join "public"."nodes" n on n.parent = w.id and n.key = w.segments[w.depth + 1]
  where w.depth < cardinality(w.segments) and n.structure_family = 'container'
)
select '', 0, false
union all
select path, id, false from walk where depth = cardinality(segments)

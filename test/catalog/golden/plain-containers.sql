insert into copycat_container (id, path)
select ($1::int8 + ordinal)::int4, parent_path || '/' || key from copycat_stage
where structure_family = 'container'
union all
select 0, ''

-- Rows of a temp table into the catalog as it stands, with all its indexes and keys: for trigger.sql and literal.sql.
create temp table stage (
  ordinal integer generated always as identity,
  level integer, parent_path text, key text, family structurefamily, metadata jsonb, specs jsonb, access_blob jsonb,
  mimetype text, structure_id text, structure jsonb, parameters jsonb, properties jsonb, management management,
  data_uri text, is_directory boolean, size bigint, parameter text, num integer
) on commit drop;
\ir copyStage.sql
analyze stage;
:mark 'copy';

-- Parents get their ids before their children come.
create temp table place (ordinal integer, id integer, parent integer, path text) on commit drop;
insert into place (id, path) values (0, '');
do $$
begin
  for deep in 1 .. (select max(level) from stage) loop
    insert into nodes (parent, key, structure_family, metadata, specs, access_blob)
    select p.id, s.key, s.family, s.metadata, s.specs, s.access_blob
    from stage s join place p on p.path = s.parent_path
    where s.level = deep
    order by s.ordinal
    on conflict (key, parent) do nothing;
    insert into place (ordinal, id, parent, path)
    select s.ordinal, n.id, p.id, s.parent_path || '/' || s.key
    from stage s join place p on p.path = s.parent_path join nodes n on n.parent = p.id and n.key = s.key
    where s.level = deep;
    analyze place;
  end loop;
end $$;
:mark 'nodes';

insert into structures (id, structure)
select structure_id, structure from stage where structure is not null
on conflict (id) do nothing;
insert into data_sources (node_id, structure_id, mimetype, parameters, properties, management, structure_family)
select p.id, s.structure_id, s.mimetype, s.parameters, s.properties, s.management, s.family
from stage s join place p using (ordinal)
where s.mimetype is not null
order by s.ordinal;
insert into assets (data_uri, is_directory, size)
select data_uri, is_directory, size from stage where data_uri is not null
group by data_uri, is_directory, size
on conflict (data_uri) do nothing;
insert into data_source_asset_association (data_source_id, asset_id, parameter, num)
select d.id, a.id, s.parameter, s.num
from stage s join place p using (ordinal) join data_sources d on d.node_id = p.id join assets a using (data_uri)
on conflict (data_source_id, asset_id) do nothing;
:mark 'data';

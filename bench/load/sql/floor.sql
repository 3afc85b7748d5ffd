-- The floor: what the best administrator would write for one large file of rows and an empty catalog. Ids are given while
-- the rows are copied, so parents, data sources and files are found by joins, not by reading anything back; indexes and
-- keys are gone meanwhile and made again at the end, all validated; one transaction. It trusts its input: no rejects, no
-- nodes that were there before, no duplicates (the unique keys would end it).
--
-- Tried at 120,001 nodes, the best of several runs each on a busy machine: level by level 7.1 s, one recursive CTE over
-- all nodes for the closure 7.2, the closure in the order of its key 6.9, a temporary stage 7.0, the primary key of the
-- nodes left 7.0, all tables truncated 6.6: nothing that stands out of the noise of half a second. No parallel workers: 7.8
-- (the GIN index 2.3 instead of 1.3), one 6.9, two 7.0. maintenance_work_mem of 64 or 256 MB: 7.4. At 1,200,001 nodes
-- climbing over the containers instead of all nodes took 0.3 s instead of 2.8, and one pass over the leaves 3.8 instead
-- of 4.2. wal_level minimal or replica: no difference beyond the noise.
\ir start.sql
begin;
set local work_mem = '512MB';
set local maintenance_work_mem = '1GB';
set local max_parallel_maintenance_workers = 2;
set local jit = off;

-- Unlogged, not temporary: it lives in shared_buffers.
create unlogged table stage (
  id integer generated always as identity (cache 1000),
  level integer, parent_path text, key text, family structurefamily, metadata jsonb, specs jsonb, access_blob jsonb,
  mimetype text, structure_id text, structure jsonb, parameters jsonb, properties jsonb, management management,
  data_uri text, is_directory boolean, size bigint, parameter text, num integer
);
\ir copyStage.sql
:mark 'copy';

alter table data_source_asset_association
  drop constraint data_source_asset_association_data_source_id_fkey,
  drop constraint data_source_asset_association_asset_id_fkey,
  drop constraint data_source_asset_association_pkey,
  drop constraint parameter_num_unique_constraint,
  disable trigger user;
drop index ix_data_source_asset_association_asset_id;
alter table data_sources
  drop constraint data_sources_node_id_fkey,
  drop constraint data_sources_structure_id_fkey,
  drop constraint data_sources_pkey;
drop index ix_data_sources_node_id, idx_data_sources_id_node;
alter table assets drop constraint assets_pkey;
drop index ix_assets_data_uri;
alter table nodes_closure
  drop constraint nodes_closure_ancestor_fkey,
  drop constraint nodes_closure_descendant_fkey,
  drop constraint nodes_closure_pkey;
drop index idx_nodes_closure_ancestor, idx_nodes_closure_descendant;
-- Three tables that are not filled refer to the nodes; without their keys the primary key can go, too.
alter table revisions drop constraint revisions_node_id_fkey;
alter table webhooks drop constraint webhooks_node_id_fkey;
alter table entities drop constraint entities_node_id_fkey;
alter table nodes
  drop constraint fk_nodes_parent,
  drop constraint nodes_pkey,
  drop constraint key_parent_unique_constraint,
  disable trigger user;
drop index ix_nodes_parent, ix_nodes_parent_id, top_level_metadata, metadata_tsvector_search;
-- New files for all, of which nothing is logged with wal_level minimal.
truncate nodes, nodes_closure, structures, data_sources, assets, data_source_asset_association;
insert into nodes (id, parent, key, structure_family, metadata, specs, access_blob)
values (0, null, '', 'container', '{}', '[]', '{}');

-- Only containers have children. No level by level: the ids are there already, and the foreign key is not.
create temp table container (id integer, path text) on commit drop;
insert into container select id, parent_path || '/' || key from stage where family = 'container';
insert into container values (0, '');
analyze container;
insert into nodes (id, parent, key, structure_family, metadata, specs, access_blob)
select s.id, c.id, s.key, s.family, s.metadata, s.specs, s.access_blob
from stage s join container c on c.path = s.parent_path;
:mark 'nodes';

-- A data source takes the id of its node, a file that of the first node in it: unique, and nothing to look up.
insert into structures (id, structure)
select structure_id, structure from stage where structure is not null;
insert into data_sources (id, node_id, structure_id, mimetype, parameters, properties, management, structure_family)
select id, id, structure_id, mimetype, parameters, properties, management, family from stage where mimetype is not null;
insert into assets (id, data_uri, is_directory, size)
select min(id), data_uri, is_directory, size from stage where data_uri is not null
group by data_uri, is_directory, size;
insert into data_source_asset_association (data_source_id, asset_id, parameter, num)
select s.id, a.id, s.parameter, s.num from stage s join assets a using (data_uri);
select setval('nodes_id_seq', last_value), setval('data_sources_id_seq', last_value),
  setval('assets_id_seq', last_value)
from stage_id_seq \g /dev/null
:mark 'data';

-- Climbing once for the containers, which are few, is enough: a leaf has its parent's ancestors, one further away, and
-- itself (the row of depth -1, so that one pass over the nodes gives both).
create temp table folder on commit drop as
select id, parent from nodes where structure_family = 'container';
analyze folder;
create temp table above (ancestor integer, descendant integer, depth integer) on commit drop;
insert into above
with recursive climb (ancestor, descendant, depth) as (
  select id, id, 0 from folder
  union all
  select f.parent, c.descendant, c.depth + 1 from climb c join folder f on f.id = c.ancestor where f.parent is not null
)
select ancestor, descendant, depth from climb;
insert into nodes_closure (ancestor, descendant, depth) select ancestor, descendant, depth from above;
insert into above select null, id, -1 from folder;
analyze above;
insert into nodes_closure (ancestor, descendant, depth)
select coalesce(a.ancestor, n.id), n.id, a.depth + 1
from nodes n join above a on a.descendant = n.parent
where n.structure_family <> 'container';
:mark 'closure';

alter table nodes
  add constraint nodes_pkey primary key (id),
  add constraint key_parent_unique_constraint unique (key, parent);
create index ix_nodes_parent on nodes (parent);
create index ix_nodes_parent_id on nodes (parent, id);
create index top_level_metadata on nodes using gin (parent, time_created, id, metadata, access_blob);
create index metadata_tsvector_search on nodes using gin (jsonb_to_tsvector('simple', metadata, '["string"]'));
alter table nodes_closure add constraint nodes_closure_pkey primary key (ancestor, descendant);
create index idx_nodes_closure_ancestor on nodes_closure (ancestor);
create index idx_nodes_closure_descendant on nodes_closure (descendant);
alter table data_sources add constraint data_sources_pkey primary key (id);
create index ix_data_sources_node_id on data_sources (node_id);
create index idx_data_sources_id_node on data_sources (id, node_id);
alter table assets add constraint assets_pkey primary key (id);
create unique index ix_assets_data_uri on assets (data_uri);
alter table data_source_asset_association
  add constraint data_source_asset_association_pkey primary key (data_source_id, asset_id),
  add constraint parameter_num_unique_constraint unique (data_source_id, parameter, num);
create index ix_data_source_asset_association_asset_id on data_source_asset_association (asset_id);
:mark 'indexes';

-- Before the foreign keys, whose validation is a join that wants statistics.
analyze nodes, nodes_closure, structures, data_sources, assets, data_source_asset_association;
:mark 'analyze';

alter table nodes add constraint fk_nodes_parent foreign key (parent) references nodes (id) on delete cascade;
alter table nodes_closure
  add constraint nodes_closure_ancestor_fkey foreign key (ancestor) references nodes (id) on delete cascade,
  add constraint nodes_closure_descendant_fkey foreign key (descendant) references nodes (id) on delete cascade;
alter table data_sources
  add constraint data_sources_node_id_fkey foreign key (node_id) references nodes (id) on delete cascade,
  add constraint data_sources_structure_id_fkey
    foreign key (structure_id) references structures (id) on delete cascade;
alter table data_source_asset_association
  add constraint data_source_asset_association_data_source_id_fkey
    foreign key (data_source_id) references data_sources (id) on delete cascade,
  add constraint data_source_asset_association_asset_id_fkey
    foreign key (asset_id) references assets (id) on delete cascade,
  enable trigger user;
alter table nodes enable trigger user;
alter table revisions
  add constraint revisions_node_id_fkey foreign key (node_id) references nodes (id) on delete cascade;
alter table webhooks
  add constraint webhooks_node_id_fkey foreign key (node_id) references nodes (id) on delete cascade;
alter table entities
  add constraint entities_node_id_fkey foreign key (node_id) references nodes (id) on delete cascade;
:mark 'foreign keys';
drop table stage;
commit;
:mark 'end';

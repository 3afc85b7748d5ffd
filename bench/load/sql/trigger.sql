-- COPY into a temp table, then INSERT ... SELECT with everything left on: the closure trigger fires for each node.
\ir start.sql
begin;
\ir merge.sql
commit;
analyze nodes, nodes_closure, structures, data_sources, assets, data_source_asset_association;
:mark 'end';

-- The notes' pattern taken literally: trigger off, COPY into a temp table, INSERT ... ON CONFLICT, the closure rebuilt in
-- the live table by one recursive CTE, trigger on.
\ir start.sql
begin;
alter table nodes disable trigger update_closure_table_when_inserting;
\ir merge.sql
delete from nodes_closure;
insert into nodes_closure (ancestor, descendant, depth)
with recursive climb (ancestor, descendant, depth, next) as (
  select id, id, 0, parent from nodes
  union all
  select n.id, c.descendant, c.depth + 1, n.parent from climb c join nodes n on n.id = c.next
)
select ancestor, descendant, depth from climb;
:mark 'closure';
alter table nodes enable trigger update_closure_table_when_inserting;
commit;
analyze nodes, nodes_closure, structures, data_sources, assets, data_source_asset_association;
:mark 'end';

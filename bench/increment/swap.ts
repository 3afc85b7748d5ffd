// The closure of all nodes made aside, with its keys and indexes, and swapped in under the old names.

import type pg from "pg";

export async function buildClosureAside(client: pg.Client): Promise<void> {
  await client.query(`create table closure_aside (
    ancestor integer not null, descendant integer not null, depth integer not null)`);
  await client.query(`
    insert into closure_aside (ancestor, descendant, depth)
    with recursive climb (ancestor, descendant, depth, next) as (
      select id, id, 0, parent from nodes
      union all
      select n.id, c.descendant, c.depth + 1, n.parent from climb c join nodes n on n.id = c.next)
    select ancestor, descendant, depth from climb`);
  await client.query(`
    set local maintenance_work_mem = '512MB';
    set local max_parallel_maintenance_workers = 4;
    alter table closure_aside add constraint aside_pkey primary key (ancestor, descendant);
    create index aside_ancestor on closure_aside (ancestor);
    create index aside_descendant on closure_aside (descendant);
    alter table closure_aside add constraint aside_ancestor_fkey
      foreign key (ancestor) references nodes (id) on delete cascade;
    alter table closure_aside add constraint aside_descendant_fkey
      foreign key (descendant) references nodes (id) on delete cascade`);
}

/** ACCESS EXCLUSIVE on the closure and on the nodes it refers to, until the commit: readers wait here. */
export async function swapClosure(client: pg.Client): Promise<void> {
  await client.query(`
    drop table nodes_closure;
    alter table closure_aside rename to nodes_closure;
    alter table nodes_closure rename constraint aside_pkey to nodes_closure_pkey;
    alter index aside_ancestor rename to idx_nodes_closure_ancestor;
    alter index aside_descendant rename to idx_nodes_closure_descendant;
    alter table nodes_closure rename constraint aside_ancestor_fkey to nodes_closure_ancestor_fkey;
    alter table nodes_closure rename constraint aside_descendant_fkey to nodes_closure_descendant_fkey`);
}

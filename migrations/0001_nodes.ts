// The tree: nodes, their closure, their revisions. Exactly as Tiled 0.2.16 makes them
// (tiled/catalog/orm.py), names of constraints included, so that a stock Tiled server opens the catalog.

import { type Kysely, sql } from "kysely";
import { isStamped } from "./stamp.ts";

export async function up(db: Kysely<unknown>): Promise<void> {
  if (await isStamped(db)) return;
  // Named, since search_path may begin with a schema of the role's own name: that is `copycat` on the embedded server.
  await sql`create extension if not exists btree_gin with schema public`.execute(db);
  await sql`create type public.management as enum ('external', 'immutable', 'locked', 'writable')`.execute(
    db,
  );
  await sql`
    create type public.structurefamily as enum
      ('array', 'awkward', 'bytes', 'container', 'ragged', 'sparse', 'table')`.execute(db);
  await createNodes(db);
  await createClosure(db);
  await createRevisions(db);
  // The root. The server takes its metadata from its own configuration and ignores this row's.
  // The sequence stays where it is, so the first real node gets id 1; the trigger adds (0, 0, 0).
  await sql`
    insert into public.nodes (id, key, parent, structure_family, metadata, specs, access_blob)
    values (0, '', null, 'container', '{}', '[]', '{}')`.execute(db);
}

async function createNodes(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table public.nodes (
      id serial primary key,
      parent integer constraint fk_nodes_parent references public.nodes (id) on delete cascade,
      key varchar(1023) not null,
      structure_family public.structurefamily not null,
      metadata jsonb not null,
      specs jsonb not null,
      access_blob jsonb not null,
      time_created timestamp without time zone default now(),
      time_updated timestamp without time zone default now(),
      constraint key_parent_unique_constraint unique (key, parent)
    )`.execute(db);
  await sql`create index ix_nodes_parent on public.nodes (parent)`.execute(db);
  await sql`create index ix_nodes_parent_id on public.nodes (parent, id)`.execute(db);
  await sql`
    create index top_level_metadata on public.nodes
      using gin (parent, time_created, id, metadata, access_blob)`.execute(db);
  await sql`
    create index metadata_tsvector_search on public.nodes
      using gin (jsonb_to_tsvector('simple', metadata, '["string"]'))`.execute(db);
}

async function createClosure(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table public.nodes_closure (
      ancestor integer not null references public.nodes (id) on delete cascade,
      descendant integer not null references public.nodes (id) on delete cascade,
      depth integer not null,
      primary key (ancestor, descendant)
    )`.execute(db);
  await sql`create index idx_nodes_closure_ancestor on public.nodes_closure (ancestor)`.execute(db);
  await sql`create index idx_nodes_closure_descendant on public.nodes_closure (descendant)`.execute(db);
  await sql`
    create function public.update_closure_table_when_inserting() returns trigger language plpgsql as $$
    begin
      insert into public.nodes_closure (ancestor, descendant, depth) values (new.id, new.id, 0);
      insert into public.nodes_closure (ancestor, descendant, depth)
        select p.ancestor, c.descendant, p.depth + c.depth + 1
        from public.nodes_closure p, public.nodes_closure c
        where p.descendant = new.parent and c.ancestor = new.id;
      return new;
    end; $$`.execute(db);
  await sql`
    create trigger update_closure_table_when_inserting after insert on public.nodes
      for each row execute function public.update_closure_table_when_inserting()`.execute(db);
}

async function createRevisions(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table public.revisions (
      id serial primary key,
      node_id integer not null references public.nodes (id) on delete cascade,
      revision_number integer not null,
      metadata jsonb not null,
      specs jsonb not null,
      access_blob jsonb not null,
      time_created timestamp without time zone default now(),
      time_updated timestamp without time zone default now(),
      constraint node_id_revision_number_unique_constraint unique (node_id, revision_number)
    )`.execute(db);
}

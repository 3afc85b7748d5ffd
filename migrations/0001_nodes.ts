// The tree: nodes, their closure, their revisions. Exactly as Tiled 0.2.16 makes them
// (tiled/catalog/orm.py), names of constraints included, so that a stock Tiled server opens the catalog.

import { type Kysely, sql } from "kysely";
import { type InSchema, isStamped } from "./stamp.ts";

export async function up(db: Kysely<unknown>, at: InSchema): Promise<void> {
  if (await isStamped(db, at)) return;
  // Named, since search_path may begin with a schema of the role's own name: that is `copycat` on the embedded server.
  await sql`create extension if not exists btree_gin with schema public`.execute(db);
  await sql`create type ${at("management")} as enum ('external', 'immutable', 'locked', 'writable')`.execute(
    db,
  );
  await sql`
    create type ${at("structurefamily")} as enum
      ('array', 'awkward', 'bytes', 'container', 'ragged', 'sparse', 'table')`.execute(db);
  await createNodes(db, at);
  await createClosure(db, at);
  await createRevisions(db, at);
  // The root. The server takes its metadata from its own configuration and ignores this row's.
  // The sequence stays where it is, so the first real node gets id 1; the trigger adds (0, 0, 0).
  await sql`
    insert into ${at("nodes")} (id, key, parent, structure_family, metadata, specs, access_blob)
    values (0, '', null, 'container', '{}', '[]', '{}')`.execute(db);
}

async function createNodes(db: Kysely<unknown>, at: InSchema): Promise<void> {
  await sql`
    create table ${at("nodes")} (
      id serial primary key,
      parent integer constraint fk_nodes_parent references ${at("nodes")} (id) on delete cascade,
      key varchar(1023) not null,
      structure_family ${at("structurefamily")} not null,
      metadata jsonb not null,
      specs jsonb not null,
      access_blob jsonb not null,
      time_created timestamp without time zone default now(),
      time_updated timestamp without time zone default now(),
      constraint key_parent_unique_constraint unique (key, parent)
    )`.execute(db);
  await sql`create index ix_nodes_parent on ${at("nodes")} (parent)`.execute(db);
  await sql`create index ix_nodes_parent_id on ${at("nodes")} (parent, id)`.execute(db);
  await sql`
    create index top_level_metadata on ${at("nodes")}
      using gin (parent, time_created, id, metadata, access_blob)`.execute(db);
  await sql`
    create index metadata_tsvector_search on ${at("nodes")}
      using gin (jsonb_to_tsvector('simple', metadata, '["string"]'))`.execute(db);
}

async function createClosure(db: Kysely<unknown>, at: InSchema): Promise<void> {
  await sql`
    create table ${at("nodes_closure")} (
      ancestor integer not null references ${at("nodes")} (id) on delete cascade,
      descendant integer not null references ${at("nodes")} (id) on delete cascade,
      depth integer not null,
      primary key (ancestor, descendant)
    )`.execute(db);
  await sql`create index idx_nodes_closure_ancestor on ${at("nodes_closure")} (ancestor)`.execute(db);
  await sql`create index idx_nodes_closure_descendant on ${at("nodes_closure")} (descendant)`.execute(db);
  await sql`
    create function ${at("update_closure_table_when_inserting")}() returns trigger language plpgsql as $$
    begin
      insert into ${at("nodes_closure")} (ancestor, descendant, depth) values (new.id, new.id, 0);
      insert into ${at("nodes_closure")} (ancestor, descendant, depth)
        select p.ancestor, c.descendant, p.depth + c.depth + 1
        from ${at("nodes_closure")} p, ${at("nodes_closure")} c
        where p.descendant = new.parent and c.ancestor = new.id;
      return new;
    end; $$`.execute(db);
  await sql`
    create trigger update_closure_table_when_inserting after insert on ${at("nodes")}
      for each row execute function ${at("update_closure_table_when_inserting")}()`.execute(db);
}

async function createRevisions(db: Kysely<unknown>, at: InSchema): Promise<void> {
  await sql`
    create table ${at("revisions")} (
      id serial primary key,
      node_id integer not null references ${at("nodes")} (id) on delete cascade,
      revision_number integer not null,
      metadata jsonb not null,
      specs jsonb not null,
      access_blob jsonb not null,
      time_created timestamp without time zone default now(),
      time_updated timestamp without time zone default now(),
      constraint node_id_revision_number_unique_constraint unique (node_id, revision_number)
    )`.execute(db);
}

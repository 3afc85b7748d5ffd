// Tiled's graph tables (tiled/graph/orm.py). Their JSON columns are json, not jsonb: that is upstream's choice.

import { type Kysely, sql } from "kysely";
import { isStamped } from "./stamp.ts";

export async function up(db: Kysely<unknown>): Promise<void> {
  if (await isStamped(db)) return;
  await createEntities(db);
  await sql`
    create table public.links (
      id varchar primary key,
      subject_id varchar not null references public.entities (id) on delete cascade,
      predicate varchar not null,
      object_id varchar not null references public.entities (id) on delete cascade,
      properties json not null,
      access_blob json not null,
      created_at timestamp with time zone not null
    )`.execute(db);
  await sql`create index links_subject_predicate_idx on public.links (subject_id, predicate)`.execute(db);
  await sql`create index links_predicate_object_idx on public.links (predicate, object_id)`.execute(db);
  await sql`create index links_triple_idx on public.links (subject_id, predicate, object_id)`.execute(db);
  await sql`
    create table public.namespaces (
      prefix varchar primary key,
      uri varchar not null,
      created_at timestamp with time zone not null
    )`.execute(db);
}

async function createEntities(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table public.entities (
      id varchar primary key,
      node_id integer references public.nodes (id) on delete cascade,
      entity_type varchar not null,
      name varchar not null,
      uri varchar,
      properties json not null,
      access_blob json,
      created_at timestamp with time zone not null
    )`.execute(db);
  await sql`create index entities_node_id_idx on public.entities (node_id)`.execute(db);
  await sql`create index entities_type_created_idx on public.entities (entity_type, created_at)`.execute(db);
  await sql`create index entities_uri_idx on public.entities (uri)`.execute(db);
  await sql`
    create function public.entities_reject_node_access_blob() returns trigger language plpgsql as $$
    begin
      raise exception 'An entity with node_id set must not have its own access_blob; access is controlled by the referenced node.';
    end; $$`.execute(db);
  await sql`
    create trigger entities_node_access_blob_check before insert or update on public.entities
      for each row when (new.node_id is not null and new.access_blob is not null)
      execute function public.entities_reject_node_access_blob()`.execute(db);
}

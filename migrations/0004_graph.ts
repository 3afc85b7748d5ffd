// Tiled's graph tables (tiled/graph/orm.py). Their JSON columns are json, not jsonb: that is upstream's choice.

import { type Kysely, sql } from "kysely";
import { type InSchema, isStamped } from "./stamp.ts";

export async function up(db: Kysely<unknown>, at: InSchema): Promise<void> {
  if (await isStamped(db, at)) return;
  await createEntities(db, at);
  await sql`
    create table ${at("links")} (
      id varchar primary key,
      subject_id varchar not null references ${at("entities")} (id) on delete cascade,
      predicate varchar not null,
      object_id varchar not null references ${at("entities")} (id) on delete cascade,
      properties json not null,
      access_blob json not null,
      created_at timestamp with time zone not null
    )`.execute(db);
  await sql`create index links_subject_predicate_idx on ${at("links")} (subject_id, predicate)`.execute(db);
  await sql`create index links_predicate_object_idx on ${at("links")} (predicate, object_id)`.execute(db);
  await sql`create index links_triple_idx on ${at("links")} (subject_id, predicate, object_id)`.execute(db);
  await sql`
    create table ${at("namespaces")} (
      prefix varchar primary key,
      uri varchar not null,
      created_at timestamp with time zone not null
    )`.execute(db);
}

async function createEntities(db: Kysely<unknown>, at: InSchema): Promise<void> {
  await sql`
    create table ${at("entities")} (
      id varchar primary key,
      node_id integer references ${at("nodes")} (id) on delete cascade,
      entity_type varchar not null,
      name varchar not null,
      uri varchar,
      properties json not null,
      access_blob json,
      created_at timestamp with time zone not null
    )`.execute(db);
  await sql`create index entities_node_id_idx on ${at("entities")} (node_id)`.execute(db);
  await sql`create index entities_type_created_idx on ${at("entities")} (entity_type, created_at)`.execute(
    db,
  );
  await sql`create index entities_uri_idx on ${at("entities")} (uri)`.execute(db);
  await sql`
    create function ${at("entities_reject_node_access_blob")}() returns trigger language plpgsql as $$
    begin
      raise exception 'An entity with node_id set must not have its own access_blob; access is controlled by the referenced node.';
    end; $$`.execute(db);
  await sql`
    create trigger entities_node_access_blob_check before insert or update on ${at("entities")}
      for each row when (new.node_id is not null and new.access_blob is not null)
      execute function ${at("entities_reject_node_access_blob")}()`.execute(db);
}

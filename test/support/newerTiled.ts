// The catalog as Tiled 0.2.19 and 0.2.20 make it, out of ours: what their upgrade changes in and around the tables that a
// load fills. That it is the same is checked with Tiled itself (test/interop).

import type { TestDatabase } from "./database.ts";

/** Access as tags in place of access_blob, another GIN index, one more trigger on the nodes, another stamp. */
export async function toNewerTiled(db: TestDatabase): Promise<void> {
  const { engine, catalogSchema } = db.database;
  // A worker of Citus does not look in the search_path of the coordinator.
  const paths = engine.kind === "citus" ? tagFunctions(catalogSchema) : "";
  const texts = [withoutBlobs, withTags, tagTriggers, paths, publicTag];
  // Citus takes one statement at a time.
  for (const text of texts.flatMap((part) => part.split(betweenStatements))) await db.rows(text);
}

const betweenStatements = /;\s+(?=(?:create|drop|alter|insert|update) )/;

const publicTag = `
  insert into access_tags (name, is_public) values ('public', true);
  insert into node_access_tags_association (node_id, tag_id) select 0, id from access_tags;
  update alembic_version set version_num = '917dbbcfc4b1'`;

function tagFunctions(schema: string): string {
  const names = ["node_access_tags_set_parent", "node_access_tags_sync_parent_after_node_update"];
  return names.map((name) => `alter function ${name}() set search_path = ${schema}`).join(";\n");
}

const withoutBlobs = `
  drop trigger entities_node_access_blob_check on entities;
  drop function entities_reject_node_access_blob;
  alter table nodes drop column access_blob;
  alter table revisions drop column access_blob;
  alter table entities drop column access_blob;
  alter table links drop column access_blob;
  create index ix_nodes_metadata on nodes using gin (metadata jsonb_path_ops)`;

const withTags = `
  create table access_tags (
    id serial primary key,
    name varchar(255) not null unique,
    is_public boolean not null default false,
    time_created timestamp default now(),
    time_updated timestamp default now());
  create index ix_access_tags_is_public on access_tags (name) where is_public;
  create table node_access_tags_association (
    node_id int not null
      constraint fk_node_access_tags_association_node references nodes (id) on delete cascade,
    tag_id int not null
      constraint fk_node_access_tags_association_tag references access_tags (id) on delete cascade,
    parent_id int,
    primary key (node_id, tag_id));
  create index ix_node_access_tags_association_tag_id_node_id on node_access_tags_association (tag_id, node_id);
  create index ix_node_access_tags_association_parent_id_tag_id_node_id
    on node_access_tags_association (parent_id, tag_id, node_id);
  create statistics node_access_tags_association_parent_id_tag_id_node_id_stats (dependencies, ndistinct, mcv)
    on parent_id, tag_id from node_access_tags_association`;

const tagTriggers = `
  create function node_access_tags_set_parent() returns trigger language plpgsql as $$
  begin
    new.parent_id := (select n.parent from nodes n where n.id = new.node_id);
    return new;
  end $$;
  create trigger node_access_tags_set_parent before insert or update of node_id on node_access_tags_association
    for each row execute function node_access_tags_set_parent();
  create function node_access_tags_sync_parent_after_node_update() returns trigger language plpgsql as $$
  begin
    update node_access_tags_association set parent_id = new.parent where node_id = new.id;
    return new;
  end $$;
  create trigger node_access_tags_sync_parent_after_node_update after update of parent on nodes
    for each row when (new.parent is distinct from old.parent)
    execute function node_access_tags_sync_parent_after_node_update()`;

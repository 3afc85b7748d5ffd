// What copycat made in a catalog besides the nodes: indexes of metadata keys, and views with typed columns.

import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table copycat.promoted_key (
      -- Schema of the catalog's tables.
      catalog_schema text not null,
      -- metadata, or one of the columns of nodes; of these the path is empty.
      target text not null,
      path text[] not null,
      -- Node whose children are indexed; null: all nodes. Tiled may delete it at any time, so it is no foreign key.
      dataset_id integer,
      kinds text[] not null,
      index_names text[] not null,
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`
    create unique index promoted_key_once
      on copycat.promoted_key (catalog_schema, target, path, (coalesce(dataset_id, -1)))`.execute(db);
  await sql`
    create table copycat.dataset_view (
      view_schema text not null,
      view_name text not null,
      catalog_schema text not null,
      dataset_id integer not null,
      dataset_path text not null,
      -- Name, metadata key and type of each column.
      columns jsonb not null,
      -- What tells whether the dataset has changed since the last refresh.
      state jsonb not null,
      created_at timestamptz not null default now(),
      refreshed_at timestamptz not null default now(),
      constraint dataset_view_pkey primary key (view_schema, view_name)
    )`.execute(db);
}

// What a node's data is and where it lies: structures (shared by content), data sources, assets (files).

import { type Kysely, sql } from "kysely";
import { type InSchema, isStamped } from "./stamp.ts";

export async function up(db: Kysely<unknown>, at: InSchema): Promise<void> {
  if (await isStamped(db, at)) return;
  await sql`
    create table ${at("structures")} (
      id varchar(32) primary key,
      structure jsonb not null
    )`.execute(db);
  await sql`
    create table ${at("data_sources")} (
      id serial primary key,
      node_id integer not null references ${at("nodes")} (id) on delete cascade,
      structure_id varchar(32) references ${at("structures")} (id) on delete cascade,
      mimetype varchar(255) not null,
      parameters jsonb,
      properties jsonb,
      management ${at("management")} not null,
      structure_family ${at("structurefamily")} not null,
      time_created timestamp without time zone default now(),
      time_updated timestamp without time zone default now()
    )`.execute(db);
  await sql`create index ix_data_sources_node_id on ${at("data_sources")} (node_id)`.execute(db);
  await sql`create index idx_data_sources_id_node on ${at("data_sources")} (id, node_id)`.execute(db);
  await sql`
    create table ${at("assets")} (
      id serial primary key,
      data_uri varchar(1023),
      is_directory boolean not null,
      hash_type varchar(63),
      hash_content varchar(1023),
      size bigint,
      time_created timestamp without time zone default now(),
      time_updated timestamp without time zone default now()
    )`.execute(db);
  await sql`create unique index ix_assets_data_uri on ${at("assets")} (data_uri)`.execute(db);
  await createAssociation(db, at);
}

async function createAssociation(db: Kysely<unknown>, at: InSchema): Promise<void> {
  await sql`
    create table ${at("data_source_asset_association")} (
      data_source_id integer not null references ${at("data_sources")} (id) on delete cascade,
      asset_id integer not null references ${at("assets")} (id) on delete cascade,
      parameter varchar(255),
      num integer,
      primary key (data_source_id, asset_id),
      constraint parameter_num_unique_constraint unique (data_source_id, parameter, num)
    )`.execute(db);
  await sql`
    create index ix_data_source_asset_association_asset_id
      on ${at("data_source_asset_association")} (asset_id)`.execute(db);
  await sql`
    create function ${at("raise_if_parameter_exists")}() returns trigger language plpgsql as $$
    begin
      if exists (select 1 from ${at("data_source_asset_association")}
                 where parameter = new.parameter and data_source_id = new.data_source_id) then
        raise exception 'Can only insert num=NULL if no other row exists for the same parameter';
      end if;
      return new;
    end; $$`.execute(db);
  await sql`
    create function ${at("raise_if_null_parameter_exists")}() returns trigger language plpgsql as $$
    begin
      if exists (select 1 from ${at("data_source_asset_association")}
                 where parameter = new.parameter and data_source_id = new.data_source_id
                   and num is null) then
        raise exception 'Can only insert INTEGER num if no NULL row exists for the same parameter';
      end if;
      return new;
    end; $$`.execute(db);
  await sql`
    create trigger cannot_insert_num_null_if_num_exists
      before insert on ${at("data_source_asset_association")}
      for each row when (new.num is null) execute function ${at("raise_if_parameter_exists")}()`.execute(db);
  await sql`
    create trigger cannot_insert_num_int_if_num_null_exists
      before insert on ${at("data_source_asset_association")}
      for each row when (new.num is not null)
      execute function ${at("raise_if_null_parameter_exists")}()`.execute(db);
}

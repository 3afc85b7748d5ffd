// Tiled's webhooks. Nothing here fills them; the server expects the tables.

import { type Kysely, sql } from "kysely";
import { type InSchema, isStamped } from "./stamp.ts";

export async function up(db: Kysely<unknown>, at: InSchema): Promise<void> {
  if (await isStamped(db, at)) return;
  await sql`
    create table ${at("webhooks")} (
      id serial primary key,
      node_id integer not null references ${at("nodes")} (id) on delete cascade,
      url varchar(2048) not null,
      secret varchar(512),
      events jsonb,
      active boolean not null default true,
      time_created timestamp without time zone default now(),
      time_updated timestamp without time zone default now()
    )`.execute(db);
  await sql`create index ix_webhooks_node_id on ${at("webhooks")} (node_id)`.execute(db);
  await sql`
    create table ${at("webhook_deliveries")} (
      id serial primary key,
      webhook_id integer not null references ${at("webhooks")} (id) on delete cascade,
      event_id varchar(128) not null,
      event_type varchar(128) not null,
      payload jsonb not null,
      status_code integer,
      attempts integer not null default 0,
      delivered_at timestamp without time zone,
      outcome varchar(16) not null default 'pending',
      error_detail varchar(4096),
      time_created timestamp without time zone default now(),
      time_updated timestamp without time zone default now()
    )`.execute(db);
  await sql`
    create index ix_webhook_deliveries_webhook_id on ${at("webhook_deliveries")} (webhook_id)`.execute(db);
  await sql`create index ix_webhook_deliveries_event_id on ${at("webhook_deliveries")} (event_id)`.execute(
    db,
  );
}

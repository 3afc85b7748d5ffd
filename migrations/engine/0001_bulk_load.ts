// The ledger of loads that commit batch by batch: how far each one is, and with which counts.

import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table copycat.bulk_load (
      load_id text not null,
      -- Loads over several connections have one row a connection.
      lane integer not null,
      lanes integer not null,
      target text not null,
      policy text not null,
      -- Place in the input after the last record of this lane that is committed or rejected.
      position bigint not null default 0,
      read bigint not null default 0,
      inserted bigint not null default 0,
      updated bigint not null default 0,
      unchanged bigint not null default 0,
      skipped bigint not null default 0,
      duplicates bigint not null default 0,
      rejected bigint not null default 0,
      started_at timestamptz not null default now(),
      finished_at timestamptz,
      constraint bulk_load_pkey primary key (load_id, lane)
    )`.execute(db);
}

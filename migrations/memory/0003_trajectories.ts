// Trajectories: what an agent did step by step, and what it got for it.

import { type Kysely, type Migration, sql } from "kysely";
import {
  distribute,
  embeddingColumn,
  type MemoryMigrationOptions,
  primaryKey,
  setEmbeddingStorage,
  tableName,
} from "./options.ts";

export function trajectories(options: MemoryMigrationOptions): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      await sql`
        create table ${tableName(options, "trajectories")} (
          id bigint generated always as identity,
          trajectory_id varchar(255) not null,
          step_number integer not null,
          action text not null,
          state jsonb,
          reward real not null default 0.0,
          ${embeddingColumn(options, "trajectories")},
          metadata jsonb not null default '{}',
          created_at timestamptz not null default now(),
          updated_at timestamptz not null default now(),
          ${primaryKey(options, "trajectories", "trajectory_id")},
          constraint trajectories_trajectory_id_step_number_unique unique (trajectory_id, step_number)
        )`.execute(db);
      await setEmbeddingStorage(options, "trajectories").execute(db);
      await distribute(db, options, { table: "trajectories", column: "trajectory_id" });
    },
  };
}

// Patterns: what was learned to work, with how often it was used and how often it did.

import { type Kysely, type Migration, sql } from "kysely";
import {
  distribute,
  embeddingColumn,
  type MemoryMigrationOptions,
  primaryKey,
  setEmbeddingStorage,
  tableName,
} from "./options.ts";

export function patterns(options: MemoryMigrationOptions): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      // 255 characters at most: a B-tree entry has room for two such texts, whatever their script.
      await sql`
        create table ${tableName(options, "patterns")} (
          id bigint generated always as identity,
          name varchar(255) not null,
          pattern_type varchar(255) not null,
          description text,
          ${embeddingColumn(options, "patterns")},
          confidence real not null default 0.5,
          usage_count integer not null default 0,
          success_count integer not null default 0,
          metadata jsonb not null default '{}',
          created_at timestamptz not null default now(),
          updated_at timestamptz not null default now(),
          ${primaryKey(options, "patterns", "name")},
          constraint patterns_name_pattern_type_unique unique (name, pattern_type)
        )`.execute(db);
      await setEmbeddingStorage(options, "patterns").execute(db);
      await distribute(db, options, { table: "patterns", column: "name" });
    },
  };
}

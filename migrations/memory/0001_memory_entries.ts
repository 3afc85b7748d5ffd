// Memory entries: a text under a key in a namespace, with what is known about it.

import { type Kysely, type Migration, sql } from "kysely";
import {
  distribute,
  embeddingColumn,
  type MemoryMigrationOptions,
  primaryKey,
  setEmbeddingStorage,
  tableName,
} from "./options.ts";

export function memoryEntries(options: MemoryMigrationOptions): Migration {
  const table = tableName(options, "memory_entries");
  return {
    up: async (db: Kysely<unknown>) => {
      await sql`
        create table ${table} (
          id bigint generated always as identity,
          namespace varchar(255) not null,
          key varchar(255) not null,
          value text not null,
          ${embeddingColumn(options, "memory_entries")},
          metadata jsonb not null default '{}',
          tags text[] not null default '{}',
          created_at timestamptz not null default now(),
          updated_at timestamptz not null default now(),
          expires_at timestamptz,
          ${primaryKey(options, "memory_entries", "namespace")},
          constraint memory_entries_namespace_key_unique unique (namespace, key)
        )`.execute(db);
      await setEmbeddingStorage(options, "memory_entries").execute(db);
      // Lists are newest first, of one namespace or of all; without these a page of 100 sorts the whole table.
      await sql`
        create index memory_entries_namespace_created_at
          on ${table} (namespace, created_at desc, id desc)`.execute(db);
      await sql`create index memory_entries_created_at on ${table} (created_at desc, id desc)`.execute(db);
      // Few rows expire, and looking for those that have must not read the others.
      await sql`
        create index memory_entries_expires_at on ${table} (expires_at)
          where expires_at is not null`.execute(db);
      // The filters of searches: `metadata @> ...` and `tags @> ...`. jsonb_path_ops serves containment only, in a third of the size.
      await sql`
        create index memory_entries_metadata on ${table} using gin (metadata jsonb_path_ops)`.execute(db);
      await sql`create index memory_entries_tags on ${table} using gin (tags)`.execute(db);
      await distribute(db, options, { table: "memory_entries", column: "namespace" });
    },
  };
}

// The migrations of a memory store, oldest first. Append-only: one that has been released is never edited.

import type { Migration } from "kysely";
import { memoryEntries } from "./0001_memory_entries.ts";
import { patterns } from "./0002_patterns.ts";
import { trajectories } from "./0003_trajectories.ts";
import type { MemoryMigrationOptions } from "./options.ts";

export type { MemoryMigrationOptions } from "./options.ts";

export function memoryMigrations(options: MemoryMigrationOptions): Record<string, Migration> {
  return {
    "0001_memory_entries": memoryEntries(options),
    "0002_patterns": patterns(options),
    "0003_trajectories": trajectories(options),
  };
}

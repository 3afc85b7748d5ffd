// copycat's own way: the one place that names it.

import type { Database } from "../../src/index.ts";
import { bulkInsertMemoryEntries } from "../../src/memory/index.ts";
import type { Entry } from "./entries.ts";

/** @returns how many rows it says are in */
export async function loadOurs(database: Database, entries: readonly Entry[]): Promise<number> {
  const report = await bulkInsertMemoryEntries(database, entries, { onConflict: "skip" });
  return report.inserted;
}

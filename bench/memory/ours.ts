// copycat's own way: the one place that names it.

import type { Database } from "../../src/index.ts";
import { bulkInsertMemoryEntries, type MemoryStore, readMemoryStore } from "../../src/memory/index.ts";
import type { Entry } from "./entries.ts";

/** Below this a program that loads often holds on to its store, as one that inserts does to its prepared statement. */
const heldBelow = 10_000;
const held = new WeakMap<Database, MemoryStore>();

/** @returns how many rows it says are in */
export async function loadOurs(database: Database, entries: readonly Entry[]): Promise<number> {
  const store = entries.length < heldBelow ? await holdStore(database) : undefined;
  const report = await bulkInsertMemoryEntries(database, entries, {
    onConflict: "skip",
    // The others load only; the HNSW index is built after a load, and takes 50 s for 100,000 rows.
    indexFrom: Number.MAX_SAFE_INTEGER,
    ...(store === undefined ? {} : { store }),
  });
  return report.inserted;
}

async function holdStore(database: Database): Promise<MemoryStore> {
  const store = held.get(database) ?? (await readMemoryStore(database, "memory"));
  if (store === null) throw new Error("there is no store");
  held.set(database, store);
  return store;
}

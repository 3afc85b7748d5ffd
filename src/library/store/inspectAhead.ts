// What the table of files is like, asked while the files that go into it are looked at.

import { setImmediate } from "node:timers/promises";
import { inspectTable, type TableFacts } from "../../bulk/index.ts";
import type { LibraryScope, Tables } from "./tables.ts";

/** The tables are the store's own, but somebody may change them by hand while a service runs for months. */
const keptMs = 60_000;

interface Known {
  facts: TableFacts;
  until: number;
}

const kept = new WeakMap<Tables, Known>();

/** A function that waits for the answer; null when there is none: the load asks again, and tells why. */
export async function inspectAhead({
  database,
  tables,
}: Pick<LibraryScope, "database" | "tables">): Promise<() => Promise<Known | null>> {
  const known = kept.get(tables);
  if (known !== undefined && known.until > performance.now()) {
    // Kept again by who succeeds with it.
    kept.delete(tables);
    return async () => known;
  }
  const asking = inspectTable(database.pool, tables.schema, "file").then(
    (facts) => ({ facts, until: performance.now() + keptMs }),
    () => null,
  );
  // Questions leave in the next turn of the event loop: without one, after the files were looked at.
  await setImmediate();
  return () => asking;
}

/** For the next batch, when all of this one went in: so the table is what it was. */
export function keepFacts({ tables }: Pick<LibraryScope, "tables">, known: Known | null): void {
  if (known !== null) kept.set(tables, known);
}

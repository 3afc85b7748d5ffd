// What a table is like, asked while the files that go into it are looked at.

import { setImmediate } from "node:timers/promises";
import { inspectTable, type TableDescription, type TableFacts } from "../../bulk/index.ts";
import type { LibraryScope } from "./tables.ts";

/** A function that waits for the answer; null when there is none: the load asks again, and tells why. */
export async function inspectAhead(
  { database }: Pick<LibraryScope, "database">,
  { schema, name }: Pick<TableDescription, "schema" | "name">,
): Promise<() => Promise<TableFacts | null>> {
  const asking = inspectTable(database.pool, schema, name).catch(() => null);
  // Questions leave in the next turn of the event loop: without one, after the files were looked at.
  await setImmediate();
  return () => asking;
}

// An empty catalog of one's own on the server that is measured, and the checks after the load.

import { ensureCatalog, openDatabase } from "../../src/index.ts";
import { checkpoint } from "../support/measure.ts";
import { type BenchDatabase, withBenchDatabase } from "../support/server.ts";
import { checkCatalog, compareSchemas, describeSchema, verifyThoroughly } from "./check.ts";
import type { Loaded, LoadTask } from "./types.ts";

/**
 * Runs `work` on a fresh catalog. What it stored is checked afterwards, and that it left the schema as it was.
 *
 * @param makeSchema for a way that makes its own
 */
export async function inFreshCatalog(
  task: LoadTask,
  work: (catalog: BenchDatabase) => Promise<Loaded>,
  makeSchema: (dsn: string) => Promise<void> = makeCatalog,
): Promise<Loaded> {
  return withBenchDatabase({ dsn: task.server.dsn }, async (catalog) => {
    await makeSchema(catalog.dsn);
    const observer = await catalog.connect();
    try {
      const before = await describeSchema(observer);
      await checkpoint(observer);
      // Rubbish of the way before is not to be cleared up at the expense of this one.
      globalThis.gc?.();
      const loaded = await work(catalog);
      await checkCatalog(observer, loaded.entities);
      compareSchemas(before, await describeSchema(observer));
      if (task.isThorough) await verifyThoroughly(catalog.dsn);
      return loaded;
    } finally {
      await observer.end();
    }
  });
}

async function makeCatalog(dsn: string): Promise<void> {
  const database = await openDatabase({ dsn });
  try {
    await ensureCatalog(database);
  } finally {
    await database.close();
  }
}

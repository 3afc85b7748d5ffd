// The keys that are filtered and sorted by get their indexes, as `copycat index add` makes them.

import { addPromotedKey, openDatabase } from "../../src/index.ts";
import type { Catalog } from "../increment/catalogs.ts";
import { promotedKeys } from "./questions.ts";

export interface Promotion {
  key: string;
  kinds: readonly string[];
  sizeBytes: number;
  elapsedMs: number;
}

/** Afterwards the catalog's connections are new ones, as those of a server that was started again. */
export async function promote(catalog: Catalog): Promise<Promotion[]> {
  const promotions: Promotion[] = [];
  for (const key of promotedKeys) {
    const { kinds, sizeBytes, elapsedMs } = await addPromotedKey(catalog.database, [key]);
    promotions.push({ key, kinds, sizeBytes, elapsedMs });
  }
  await catalog.database.close();
  catalog.database = await openDatabase({ dsn: catalog.dsn });
  const { rows } = await catalog.database.pool.query<{ plan_cache_mode: string }>("show plan_cache_mode");
  // Adding a key has seen to it; without, Tiled's prepared statements would not use the indexes for long.
  if (rows[0]?.plan_cache_mode !== "force_custom_plan") throw new Error("plan_cache_mode was not set.");
  return promotions;
}

// An offline load: indexes, unique constraints and foreign keys go before the rows come and are made again afterwards.

import type { PoolClient } from "pg";
import { type AsideObject, bringBack, setAside } from "../bulk/index.ts";
import type { CatalogNames } from "./tables.ts";
import { loadedTables } from "./tables.ts";
import type { PhaseTime } from "./types.ts";

/** Below so many new nodes, to drop and to make 15 indexes and keys takes longer than to fill them row by row. */
const asideFrom = 5000;

/**
 * Drops them, when that pays; the primary keys stay, since rows come in their order, but that of the closure, which is
 * emptied and written anew.
 */
export async function dropIndexes(
  client: PoolClient,
  names: CatalogNames,
  fresh: number,
): Promise<AsideObject[]> {
  if (fresh < asideFrom) return [];
  const tables = loadedTables(names).map((name) => ({ name, primaryKey: name === names.closure }));
  return setAside(client, tables);
}

/** Makes them again, with all the memory and processors that the server lends. */
export async function rebuildIndexes(
  client: PoolClient,
  objects: readonly AsideObject[],
): Promise<PhaseTime> {
  const start = performance.now();
  await client.query(buildSettings);
  await bringBack(client, objects);
  return { name: "indexes", elapsedMs: Math.round(performance.now() - start), rows: objects.length };
}

/** Never less than what the server was set to. Workers are bounded by max_parallel_workers in any case. */
const buildSettings = `\
select set_config('maintenance_work_mem',
    greatest(pg_size_bytes(current_setting('maintenance_work_mem')), pg_size_bytes('512MB')) / 1024 || 'kB', true),
  set_config('max_parallel_maintenance_workers',
    greatest(current_setting('max_parallel_maintenance_workers')::int, 4)::text, true)`;

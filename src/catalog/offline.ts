// An offline load: indexes, unique constraints and foreign keys go before the rows come and are made again afterwards.

import type { PoolClient } from "pg";
import { type AsideObject, bringBack, setAside } from "../bulk/index.ts";
import { quoteIdentifier } from "../database/index.ts";
import { type CatalogNames, loadedTables } from "./tables.ts";
import type { LoadMode, PhaseTime } from "./types.ts";

/** Below so many new nodes, to drop and to make 20 indexes and keys takes longer than to fill them row by row. */
const asideFrom = 5000;

/** Whether it pays to drop them. Who asks for offline gets it for the first new node. */
export function goesAside(fresh: number, mode: LoadMode): boolean {
  return fresh >= (mode === "offline" ? 1 : asideFrom);
}

/**
 * The primary keys stay, since rows come in their order, but that of the closure, which is emptied and written anew.
 */
export async function dropIndexes(
  client: PoolClient,
  names: CatalogNames,
  onNotice: (message: string) => void = () => undefined,
): Promise<AsideObject[]> {
  // Since PostgreSQL 15 the owner of tables in `public` need not have it.
  const { rows } = await client.query<{ may: boolean; role: string }>(
    "select has_schema_privilege($1, 'create') as may, quote_ident(current_user) as role",
    [names.schema],
  );
  const [right] = rows;
  if (right?.may !== true) {
    onNotice(
      `The role ${right?.role} may not make indexes in the schema ${names.schema}, so they stay and are filled row by row, which takes ` +
        `several times as long. To change that: grant create on schema ${quoteIdentifier(names.schema)} to ${right?.role}.`,
    );
    return [];
  }
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

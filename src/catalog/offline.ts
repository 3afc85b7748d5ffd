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

/** What was dropped, for `rebuildIndexes`; nothing when the role could not make it again. */
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
  // The primary key of the nodes stays: rows come in its order, and tables that are not filled refer to it.
  const tables = loadedTables(names).map((name) => ({ name, primaryKey: name !== names.nodes }));
  return setAside(client, tables);
}

/**
 * Makes them again, with all the memory and processors that the server lends. Statistics come before the foreign keys,
 * whose check is a join; they are there at the commit, so the first query has them.
 */
export async function rebuildIndexes(
  client: PoolClient,
  names: CatalogNames,
  objects: readonly AsideObject[],
): Promise<PhaseTime[]> {
  const start = performance.now();
  await client.query(buildSettings);
  const isForeign = ({ type }: AsideObject): boolean => type === "f";
  await bringBack(
    client,
    objects.filter((object) => !isForeign(object)),
  );
  const analyzeStart = performance.now();
  await client.query(`analyze ${loadedTables(names).join(", ")}`);
  const analyzeMs = performance.now() - analyzeStart;
  await bringBack(client, objects.filter(isForeign));
  return [
    { name: "indexes", elapsedMs: Math.round(performance.now() - start - analyzeMs), rows: objects.length },
    { name: "analyze", elapsedMs: Math.round(analyzeMs), rows: 0 },
  ];
}

/** Never less than what the server was set to. Workers are bounded by max_parallel_workers in any case. */
const buildSettings = `\
select set_config('maintenance_work_mem',
    greatest(pg_size_bytes(current_setting('maintenance_work_mem')), pg_size_bytes('512MB')) / 1024 || 'kB', true),
  set_config('max_parallel_maintenance_workers',
    greatest(current_setting('max_parallel_maintenance_workers')::int, 4)::text, true)`;

// The closure made as a set, while its trigger is off.

import type { PoolClient } from "pg";
import { CopycatError } from "../errors.ts";
import { countUnreachedSql, insertClosureSql } from "./sql/closure.ts";
import type { CatalogNames } from "./tables.ts";
import type { LoadReport } from "./types.ts";

/**
 * Writes the closure rows: of the new nodes when online, of all nodes when offline.
 *
 * TRUNCATE gives the table a new file, which is filled aside and takes the old one's place at the commit: a swap that
 * leaves the table's identity, rights and comments alone.
 */
export async function rebuildClosure(
  client: PoolClient,
  names: CatalogNames,
  { mode, isEmpty, dryRun }: { mode: "online" | "offline"; isEmpty: boolean; dryRun: boolean },
): Promise<LoadReport["closure"]> {
  const strategy = mode === "offline" ? "rebuild" : "delta";
  if (dryRun) return { strategy, rows: 0, elapsedMs: 0 };
  const start = performance.now();
  if (strategy === "rebuild") {
    // What this load wrote itself hangs together.
    if (!isEmpty) await refuseCycles(client, names);
    await client.query(`truncate ${names.closure}`);
  }
  const { rowCount } = await client.query(insertClosureSql(names, strategy));
  return { strategy, rows: rowCount ?? 0, elapsedMs: Math.round(performance.now() - start) };
}

/** Climbing from a node that does not reach the root would never end. */
async function refuseCycles(client: PoolClient, names: CatalogNames): Promise<void> {
  const { rows } = await client.query<{ count: number; example: string | null }>(countUnreachedSql(names));
  const { count, example } = rows[0] ?? { count: 0, example: null };
  if (count === 0) return;
  throw new CopycatError(
    "CATALOG_VERSION",
    `${count} nodes of the catalog do not reach the root (for example id ${example}): their parents form a circle, so ` +
      "the closure cannot be rebuilt. Mend or delete them first; `copycat verify` shows more. Nothing was changed.",
  );
}

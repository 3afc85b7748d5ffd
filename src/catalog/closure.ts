// The closure trigger off and on again, and the closure made as a set in between.

import type { PoolClient } from "pg";
import { quoteIdentifier, sqlState } from "../database/index.ts";
import { CopycatError, errorCode } from "../errors.ts";
import { countUnreachedSql, deleteClosureSql, insertClosureSql } from "./sql/closure.ts";
import { type CatalogNames, closureTrigger } from "./tables.ts";
import type { LoadReport } from "./types.ts";

/**
 * Takes the lock (SHARE ROW EXCLUSIVE: readers go on, writers wait) and disables the trigger until the end of the
 * transaction. Both undo themselves when the transaction ends any other way.
 */
export async function disableClosureTrigger(
  client: PoolClient,
  names: CatalogNames,
  onNotice?: (message: string) => void,
): Promise<void> {
  await client.query("savepoint copycat_lock");
  try {
    await client.query(`lock table ${names.nodes} in share row exclusive mode nowait`);
  } catch (error) {
    if (errorCode(error) !== sqlState.lockNotAvailable) throw explainLock(error, names);
    await client.query("rollback to savepoint copycat_lock");
    onNotice?.("Another program is writing to the catalog; waiting for it to finish.");
    await client.query(`lock table ${names.nodes} in share row exclusive mode`);
  }
  try {
    await client.query(`alter table ${names.nodes} disable trigger ${quoteIdentifier(closureTrigger)}`);
  } catch (error) {
    throw explainLock(error, names);
  }
}

export async function enableClosureTrigger(client: PoolClient, names: CatalogNames): Promise<void> {
  await client.query(`alter table ${names.nodes} enable trigger ${quoteIdentifier(closureTrigger)}`);
}

function explainLock(error: unknown, names: CatalogNames): unknown {
  if (errorCode(error) === sqlState.insufficientPrivilege) {
    return new CopycatError(
      "PERMISSION",
      `Only the owner of ${names.nodes} may disable its closure trigger. Connect as the role that owns the catalog, ` +
        `or let its owner run: grant OWNER to YOUR_ROLE. Nothing was changed.`,
      { cause: error },
    );
  }
  if (errorCode(error) === sqlState.undefinedObject) {
    return new CopycatError(
      "CATALOG_VERSION",
      `${names.nodes} has no trigger ${closureTrigger}, so this is not a catalog as Tiled makes it. Nothing was changed.`,
      { cause: error },
    );
  }
  return error;
}

/**
 * Writes the closure rows: of the new nodes when online, of all nodes when offline.
 *
 * DELETE rather than TRUNCATE: readers keep seeing the old rows until the commit.
 */
export async function rebuildClosure(
  client: PoolClient,
  names: CatalogNames,
  mode: "online" | "offline",
  dryRun: boolean,
): Promise<LoadReport["closure"]> {
  const strategy = mode === "offline" ? "rebuild" : "delta";
  if (dryRun) return { strategy, rows: 0, elapsedMs: 0 };
  const start = performance.now();
  if (strategy === "rebuild") {
    await refuseCycles(client, names);
    await client.query(deleteClosureSql(names));
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

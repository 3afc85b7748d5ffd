// Makes the tables of a load. While Citus moves a schema to another worker no table is made in it, so the load waits.

import { setTimeout as sleep } from "node:timers/promises";
import type { PoolClient } from "pg";
import type { CatalogTarget } from "./tables.ts";
import type { LoadOptions } from "./types.ts";

const pauseMs = 250;

/** @param texts statements, each of which makes tables and returns nothing */
export async function makeStaging(
  client: PoolClient,
  names: CatalogTarget,
  texts: readonly string[],
  { onNotice, signal }: Pick<LoadOptions, "onNotice" | "signal">,
): Promise<void> {
  const text = texts.join(";\n");
  if (!names.isDistributed) {
    await client.query(text);
    return;
  }
  for (let tries = 0; ; tries++) {
    signal?.throwIfAborted();
    await client.query("savepoint copycat_staging");
    try {
      await client.query(text);
      await client.query("release savepoint copycat_staging");
      return;
    } catch (error) {
      if (!isMoving(error)) throw error;
    }
    await client.query("rollback to savepoint copycat_staging; release savepoint copycat_staging");
    if (tries === 0) {
      onNotice?.(`Citus is moving the schema ${names.schema} to another worker; waiting until it is there.`);
    }
    await sleep(pauseMs, undefined, signal === undefined ? {} : { signal });
  }
}

/** Citus tells it as an internal error (XX000); the place in its source is all that tells it from others. */
function isMoving(error: unknown): boolean {
  return (error as { routine?: unknown } | null)?.routine === "AcquirePlacementColocationLock";
}

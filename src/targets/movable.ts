// Where a dataset cannot be copied from, or to.

import { isDistributedSchema } from "../database/index.ts";
import { CopycatError } from "../errors.ts";
import type { Place } from "./findPlaces.ts";

/**
 * A copy lists and stages rows in temp tables, which lie on the coordinator of a Citus cluster, and Citus joins these with the
 * tables of a distributed schema in simple queries only.
 *
 * @throws CopycatError USAGE
 */
export async function refuseDistributed(dataset: string, places: readonly Place[]): Promise<void> {
  for (const { database, target } of places) {
    const { pool, engine, catalogSchema } = database;
    if (!(await isDistributedSchema(pool, engine, catalogSchema))) continue;
    throw new CopycatError(
      "USAGE",
      `${target.name} is a schema (${catalogSchema}) that Citus distributes, and no dataset is moved to or from one. Change the targets ` +
        `file and ingest ${dataset} again where it is to be, then delete it where it was. Citus itself moves whole schemas from worker to ` +
        "worker. Nothing was changed.",
    );
  }
}

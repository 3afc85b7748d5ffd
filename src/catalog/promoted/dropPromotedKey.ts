// Takes the indexes of a promoted key away again.

import { type Database, wrapDatabaseError } from "../../database/index.ts";
import { catalogNames } from "../tables.ts";
import { dropIndexSql } from "./buildIndexes.ts";
import { withIndexTurn } from "./indexTurn.ts";
import { listPromotedKeys } from "./listPromotedKeys.ts";
import { promotedTable } from "./ownTables.ts";
import { dropStatistics } from "./statistics.ts";
import { isOf, recordKey } from "./target.ts";
import type { PromotedOptions, PromotedTarget } from "./types.ts";

export interface DropOptions extends PromotedOptions {
  onNotice?: (message: string) => void;
  signal?: AbortSignal;
}

/**
 * Drops the indexes of a key beside readers and writers.
 *
 * @returns false when the key is not promoted for this dataset (without one: for all nodes)
 * @throws CopycatError PERMISSION, DATABASE
 */
export async function dropPromotedKey(
  database: Database,
  target: PromotedTarget,
  options: DropOptions = {},
): Promise<boolean> {
  const names = catalogNames(options.schema ?? database.catalogSchema);
  const { dataset } = options;
  // As it was typed, too: a deleted one has no path any more.
  const datasets: (string | null)[] = dataset === undefined ? [null] : [normalisePath(dataset), dataset];
  const found = (await listPromotedKeys(database, { schema: names.schema })).filter(
    (key) => isOf(key, target) && datasets.includes(key.dataset),
  );
  if (found.length === 0) return false;
  try {
    await withIndexTurn(database, options, async (client) => {
      for (const { indexes, datasetId } of found) {
        for (const name of indexes) await client.query(dropIndexSql(names, name));
        // Last, so that a run that is cut off can be done again.
        await client.query(
          `delete from ${promotedTable}
where catalog_schema = $1 and target = $2 and path = $3 and dataset_id is not distinct from $4`,
          [names.schema, ...recordKey(target), datasetId],
        );
      }
      const { rows } = await client.query(
        `select from ${promotedTable} where catalog_schema = $1 and target = $2 and path = $3 limit 1`,
        [names.schema, ...recordKey(target)],
      );
      if (rows.length === 0 && typeof target !== "string") await dropStatistics(client, names, target);
    });
  } catch (error) {
    throw wrapDatabaseError(error, "Dropping the index failed");
  }
  return true;
}

/** With one leading slash and none at the end, as nodes are told. */
function normalisePath(path: string): string {
  return `/${path
    .split("/")
    .filter((segment) => segment !== "")
    .join("/")}`;
}

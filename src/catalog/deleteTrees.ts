// Nodes go as they go when Tiled deletes them: with all that is below, and with the files that nothing refers to any more.

import type { ClientBase } from "pg";
import {
  collectDoomedAssetsSql,
  collectDoomedSql,
  deleteDoomedAssetsSql,
  deleteDoomedSql,
  deleteEmptySql,
  listParentsSql,
} from "./sql/deleteTrees.ts";
import { catalogNames } from "./tables.ts";

export interface DeleteOptions {
  /** Schema of the catalog's tables. */
  schema: string;
  /** Containers that may have become empty by other means, and then go as well. */
  emptied?: readonly number[];
}

/**
 * Deletes nodes with all that is below them, in the caller's transaction; then the containers above them that are left
 * empty, but for those at the top of the catalog. Triggers must be on, since foreign keys do the rest.
 *
 * @returns how many nodes went
 */
export async function deleteTrees(
  client: ClientBase,
  ids: readonly number[],
  { schema, emptied = [] }: DeleteOptions,
): Promise<number> {
  const names = catalogNames(schema);
  await client.query("create temp table copycat_doomed (id int4 primary key) on commit drop");
  await client.query("create temp table copycat_doomed_asset (id int4 primary key) on commit drop");
  await client.query(collectDoomedSql(names), [ids]);
  await client.query("analyze copycat_doomed");
  await client.query(collectDoomedAssetsSql(names));
  const { rows } = await client.query<{ id: number }>(listParentsSql(names), [ids]);
  let deleted = (await client.query(deleteDoomedSql(names))).rowCount ?? 0;
  await client.query(deleteDoomedAssetsSql(names));
  let above = [...rows.map(({ id }) => id), ...emptied];
  while (above.length > 0) {
    const gone = await client.query<{ parent: number }>(deleteEmptySql(names), [above]);
    deleted += gone.rowCount ?? 0;
    above = gone.rows.map(({ parent }) => parent);
  }
  await client.query("drop table copycat_doomed, copycat_doomed_asset");
  return deleted;
}

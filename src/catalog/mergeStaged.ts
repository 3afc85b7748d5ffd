// From staging into the catalog's tables, in the order of their foreign keys. Every time stamp is one value,
// sent as data.

import type { PoolClient } from "pg";
import {
  countRenewedSql,
  deleteUnlinkedAssetsSql,
  insertDataSourcesSql,
  lockUnlinkedAssetsSql,
  mergeAssetsSql,
  mergeAssociationsSql,
  mergeStructuresSql,
  updateAssetSizesSql,
  updateDataSourcesSql,
} from "./sql/mergeData.ts";
import { insertRevisionsSql, markChangedSql, mergeNodesSql } from "./sql/mergeNodes.ts";
import type { CatalogNames } from "./tables.ts";
import type { LoadOptions } from "./types.ts";

export interface MergeCounts {
  updatedNodes: number;
  dataSources: number;
  structures: number;
  assets: number;
}

export async function mergeStaged(
  client: PoolClient,
  names: CatalogNames,
  options: LoadOptions,
): Promise<MergeCounts> {
  const { rows } = await client.query<{ time: string }>("select localtimestamp::text as time");
  const time = rows[0]?.time ?? "";
  const renews = options.policy === "update";
  let updatedNodes = 0;
  if (renews) updatedNodes += (await client.query(markChangedSql(names))).rowCount ?? 0;
  if (options.dryRun) {
    if (renews) updatedNodes += await countRenewed(client, names);
    return { updatedNodes, dataSources: 0, structures: 0, assets: 0 };
  }

  if (renews) await client.query(insertRevisionsSql(names), [time]);
  await client.query(mergeNodesSql(names, options.policy), [time]);
  const structures = await countInserted(
    client,
    mergeStructuresSql(names, renews ? "all nodes" : "new nodes"),
    [],
  );
  let dataSources = await countInserted(client, insertDataSourcesSql(names, "new nodes"), [time]);
  if (renews) {
    dataSources += await countInserted(client, insertDataSourcesSql(names, "nodes without one"), [time]);
    updatedNodes += (await client.query(updateDataSourcesSql(names), [time])).rowCount ?? 0;
  }
  await client.query("analyze copycat_source");
  const assets = await countInserted(client, mergeAssetsSql(names), [time]);
  if (renews) await client.query(updateAssetSizesSql(names), [time]);
  await client.query(mergeAssociationsSql(names));
  if (renews) {
    await client.query(lockUnlinkedAssetsSql(names));
    await client.query(deleteUnlinkedAssetsSql(names));
  }
  return { updatedNodes, dataSources, structures, assets };
}

async function countInserted(client: PoolClient, text: string, values: unknown[]): Promise<number> {
  const { rows } = await client.query<{ inserted: number }>(text, values);
  return rows[0]?.inserted ?? 0;
}

async function countRenewed(client: PoolClient, names: CatalogNames): Promise<number> {
  const { rows } = await client.query<{ renewed: number }>(countRenewedSql(names));
  return rows[0]?.renewed ?? 0;
}

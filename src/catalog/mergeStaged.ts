// From staging into the catalog's tables, in the order of their foreign keys. Every time stamp is one value,
// sent as data.

import type { PoolClient } from "pg";
import { CopycatError } from "../errors.ts";
import {
  countRenewedSql,
  deleteUnlinkedAssetsSql,
  insertDataSourcesSql,
  lockAssetsSql,
  lockStructuresSql,
  lockUnlinkedAssetsSql,
  mergeAssetsSql,
  mergeAssociationsSql,
  mergeStructuresSql,
  numberClashesSql,
  updateAssetSizesSql,
  updateDataSourcesSql,
} from "./sql/mergeData.ts";
import {
  insertNodesSql,
  insertRevisionsSql,
  markChangedSql,
  mergeNodesSql,
  updateNodesSql,
} from "./sql/mergeNodes.ts";
import type { CatalogNames } from "./tables.ts";
import type { LoadOptions } from "./types.ts";

export interface MergeCounts {
  updatedNodes: number;
  dataSources: number;
  structures: number;
  assets: number;
}

/** @param isAlone nobody else reads or writes the tables, whose unique constraints may be gone for the time being */
export async function mergeStaged(
  client: PoolClient,
  names: CatalogNames,
  options: LoadOptions & { isAlone: boolean },
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
  if (options.isAlone) {
    await client.query(insertNodesSql(names), [time]);
    if (renews) await client.query(updateNodesSql(names), [time]);
  } else await client.query(mergeNodesSql(names, options.policy), [time]);
  if (!options.isAlone) await client.query(lockStructuresSql(names));
  const onTwin = options.isAlone ? "error" : "skip";
  const structures = await countInserted(
    client,
    mergeStructuresSql(names, renews ? "all nodes" : "new nodes", onTwin),
    [],
  );
  let dataSources = await countInserted(client, insertDataSourcesSql(names, "new nodes"), [time]);
  if (renews) {
    dataSources += await countInserted(client, insertDataSourcesSql(names, "nodes without one"), [time]);
    updatedNodes += (await client.query(updateDataSourcesSql(names), [time])).rowCount ?? 0;
  }
  await client.query("analyze copycat_source");
  if (!options.isAlone) await client.query(lockAssetsSql(names));
  const assets = await countInserted(client, mergeAssetsSql(names, onTwin), [time]);
  if (renews) await client.query(updateAssetSizesSql(names), [time]);
  await client.query(mergeAssociationsSql(names));
  await refuseNumberClashes(client, names);
  if (renews) {
    await client.query(lockUnlinkedAssetsSql(names));
    await client.query(deleteUnlinkedAssetsSql(names));
  }
  return { updatedNodes, dataSources, structures, assets };
}

/** What Tiled's two triggers would have refused, row by row. Readers of records check the same before. */
async function refuseNumberClashes(client: PoolClient, names: CatalogNames): Promise<void> {
  const { rows } = await client.query<{ source: string; position: string; parameter: string }>(
    numberClashesSql(names),
  );
  const [clash] = rows;
  if (clash === undefined) return;
  throw new CopycatError(
    "INVALID_INPUT",
    `${clash.source}, ${clash.position}: the assets of one parameter (${clash.parameter}) need either one without num or ` +
      "numbers that differ. Nothing was changed.",
  );
}

async function countInserted(client: PoolClient, text: string, values: unknown[]): Promise<number> {
  const { rows } = await client.query<{ inserted: number }>(text, values);
  return rows[0]?.inserted ?? 0;
}

async function countRenewed(client: PoolClient, names: CatalogNames): Promise<number> {
  const { rows } = await client.query<{ renewed: number }>(countRenewedSql(names));
  return rows[0]?.renewed ?? 0;
}

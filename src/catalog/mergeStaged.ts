// From staging into the catalog's tables, in the order of their foreign keys. Every time stamp is one value,
// sent as data.

import type { PoolClient } from "pg";
import { CopycatError } from "../errors.ts";
import {
  addDataSourcesSql,
  countRenewedSql,
  deleteUnlinkedAssetsSql,
  insertAssociationsSql,
  insertDataSourcesSql,
  insertMoreAssociationsSql,
  listNewSourcesSql,
  lockAssetsSql,
  lockStructuresSql,
  lockUnlinkedAssetsSql,
  mergeAssetsSql,
  mergeMoreAssetsSql,
  mergeStructuresSql,
  nowSql,
  numberClashesSql,
  updateAssetSizesSql,
  updateDataSourcesSql,
} from "./sql/mergeData.ts";
import {
  insertNodesSql,
  insertRevisionsSql,
  markChangedSql,
  mergeNodesSql,
  type Renewal,
  updateNodesSql,
} from "./sql/mergeNodes.ts";
import type { CatalogNames, CatalogTarget } from "./tables.ts";
import type { LoadOptions } from "./types.ts";

export interface MergeCounts {
  updatedNodes: number;
  dataSources: number;
  structures: number;
  assets: number;
}

export interface MergeOptions extends LoadOptions {
  /** Nobody else reads or writes the tables, whose unique constraints may be gone for the time being. */
  isAlone: boolean;
  /** Every staged row is a new node. */
  allNew: boolean;
  /** Some data source has several files. */
  hasMoreAssets: boolean;
  /** New nodes with a data source. */
  freshSources: number;
  /** Which rows that are there already are renewed; null: none. */
  renewal: Renewal | null;
  /** Some nodes keep their ids under another path. */
  hasMoves: boolean;
}

export async function mergeStaged(
  client: PoolClient,
  names: CatalogTarget,
  options: MergeOptions,
): Promise<MergeCounts> {
  const { rows } = await client.query<{ time: string }>(nowSql);
  const time = rows[0]?.time ?? "";
  const { renewal } = options;
  let updatedNodes = 0;
  if (renewal !== null) updatedNodes += (await client.query(markChangedSql(names, renewal))).rowCount ?? 0;
  if (options.dryRun) {
    if (renewal !== null) updatedNodes += await countRenewed(client, names, renewal);
    return { updatedNodes, dataSources: 0, structures: 0, assets: 0 };
  }

  if (renewal !== null) await client.query(insertRevisionsSql(names), [time]);
  await mergeNodes(client, names, { options, time });
  const structures = await mergeStructures(client, names, options);
  let dataSources = options.freshSources;
  await client.query(insertDataSourcesSql(names), [time]);
  await client.query(listNewSourcesSql);
  if (renewal !== null) {
    dataSources += await countInserted(client, addDataSourcesSql(names, renewal), [time]);
    updatedNodes += (await client.query(updateDataSourcesSql(names, renewal), [time])).rowCount ?? 0;
  }
  await client.query("analyze copycat_source");
  const assets = await mergeAssets(client, names, { options, time });
  return { updatedNodes, dataSources, structures, assets };
}

interface Merge {
  options: MergeOptions;
  time: string;
}

async function mergeNodes(client: PoolClient, names: CatalogTarget, { options, time }: Merge): Promise<void> {
  const { renewal } = options;
  if (!options.isAlone && !options.hasMoves) {
    await client.query(mergeNodesSql(names, renewal === null ? options.policy : "update"), [time]);
    return;
  }
  await client.query(insertNodesSql(names), [time]);
  if (renewal !== null) await client.query(updateNodesSql(names), [time]);
}

async function mergeStructures(
  client: PoolClient,
  names: CatalogNames,
  { isAlone, allNew, renewal }: MergeOptions,
): Promise<number> {
  if (!isAlone) await client.query(lockStructuresSql(names));
  const of = allNew ? "all rows" : renewal === null ? "new nodes" : structuresOf[renewal];
  return countInserted(client, mergeStructuresSql(names, of, isAlone ? "error" : "skip"), []);
}

const structuresOf = { all: "all nodes", marked: "new and renewed nodes" } as const;

/** Files, and what links them to data sources. */
async function mergeAssets(
  client: PoolClient,
  names: CatalogNames,
  { options, time }: Merge,
): Promise<number> {
  const { isAlone, hasMoreAssets, renewal } = options;
  const onTwin = isAlone ? "error" : "skip";
  if (!isAlone) await client.query(lockAssetsSql(names, hasMoreAssets));
  let assets = await countInserted(client, mergeAssetsSql(names, onTwin), [time]);
  if (hasMoreAssets) assets += await countInserted(client, mergeMoreAssetsSql(names, onTwin), [time]);
  if (renewal !== null) await client.query(updateAssetSizesSql(names, renewal), [time]);
  await client.query(insertAssociationsSql(names));
  if (hasMoreAssets) {
    await client.query(insertMoreAssociationsSql(names));
    await refuseNumberClashes(client, names);
  }
  if (renewal !== null) {
    await client.query(lockUnlinkedAssetsSql(names));
    await client.query(deleteUnlinkedAssetsSql(names));
  }
  return assets;
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

/** Runs a merge; how many rows it says it inserted. */
export async function countInserted(client: PoolClient, text: string, values: unknown[]): Promise<number> {
  const { rows } = await client.query<{ inserted: number }>(text, values);
  return rows[0]?.inserted ?? 0;
}

async function countRenewed(client: PoolClient, names: CatalogNames, renewal: Renewal): Promise<number> {
  const { rows } = await client.query<{ renewed: number }>(countRenewedSql(names, renewal));
  return rows[0]?.renewed ?? 0;
}

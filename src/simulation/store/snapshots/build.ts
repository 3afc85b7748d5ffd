// Snapshots into the store: only when nobody wrote anything that they do not know of.

import type { PoolClient } from "pg";
import { type Database, withTransaction } from "../../../database/index.ts";
import { copyArrays } from "../copyRows.ts";
import { type DatasetEntry, type DictionaryScope, readDictionary } from "../dictionary.ts";
import { type NumberedUpdate, readUpdates, type WithClient } from "../readUpdates.ts";
import { andShard, shardColumn, shardValue, type Tables } from "../tables.ts";
import { readNewestBases } from "./bases.ts";
import type { StatePart } from "./groupState.ts";
import { idModulus, type PendingSnapshot, SnapshotTracker, type TrackedUpdate } from "./tracker.ts";

/** A tracker that stands after the last update of a dataset; null when there is none of this name. */
export async function startTracker(
  withClient: WithClient,
  scope: DictionaryScope,
  name: string,
): Promise<SnapshotTracker | null> {
  const tracker = await withClient(async (client) => {
    const dataset = (await readDictionary(client, scope, [name])).get(name);
    if (dataset === undefined) return null;
    const bases = await readNewestBases(client, scope.tables, dataset);
    // A group that has none may have been there from the beginning.
    const hasAll = bases.length === dataset.groups.size;
    const groupIds = [...dataset.groups.values()].map(({ id }) => id);
    return new SnapshotTracker(dataset.id, hasAll ? bases : [], groupIds);
  });
  if (tracker !== null) await catchUp(tracker, withClient, scope, name);
  return tracker;
}

/** Takes in the updates after the last one it knows; false when it is of no use any more. */
export async function catchUp(
  tracker: SnapshotTracker,
  withClient: WithClient,
  scope: DictionaryScope,
  name: string,
): Promise<boolean> {
  const bases = await withClient((client) => countBases(client, scope.tables, tracker));
  if (bases !== tracker.baseIds.length) return false;
  const query = { dataset: name, ...(tracker.last === null ? {} : { after: tracker.last }) };
  let dataset: DatasetEntry | undefined;
  for await (const update of readUpdates(withClient, scope, query)) {
    if (dataset === undefined || !isKnown(dataset, update)) {
      dataset = (await withClient((client) => readDictionary(client, scope, [name]))).get(name);
    }
    if (dataset === undefined || dataset.id !== tracker.datasetId) return false;
    if (!tracker.add(numbered(dataset, update))) return false;
  }
  return true;
}

function isKnown(dataset: DatasetEntry, { data }: NumberedUpdate): boolean {
  for (const [group, attributes] of data) {
    const known = dataset.groups.get(group)?.attributes;
    for (const attribute of attributes.keys()) if (known?.has(attribute) !== true) return false;
  }
  return true;
}

function numbered(dataset: DatasetEntry, { id, timestamp, iteration, data }: NumberedUpdate): TrackedUpdate {
  const groups = new Map<number, StatePart[]>();
  for (const [name, attributes] of data) {
    const group = dataset.groups.get(name);
    if (group === undefined) continue;
    const parts: StatePart[] = [];
    for (const [attribute, array] of attributes) {
      const entry = group.attributes.get(attribute);
      if (entry !== undefined) parts.push({ attributeId: entry.id, attribute, type: entry.type, array });
    }
    groups.set(group.id, parts);
  }
  return { id, timestamp, iteration, groups };
}

/**
 * Writes what a tracker holds ready. Nothing is written when somebody else is writing to the dataset just now (`locked`), or
 * has written something that the tracker does not know (`stale`).
 *
 * Writers hold the row of their dataset FOR KEY SHARE until they commit: triggers of `update` take it. The lock here
 * is in conflict with that: nothing is in flight that would be missed, and what comes later finds these snapshots and
 * deletes those that it makes wrong.
 */
export async function writeSnapshots(
  database: Database,
  { tables }: DictionaryScope,
  tracker: SnapshotTracker,
): Promise<"written" | "locked" | "stale"> {
  const last = tracker.pending.at(-1);
  if (last === undefined) return "written";
  return withTransaction(database, async (client): Promise<number | "locked" | "stale"> => {
    const { rows } = await client.query(
      `select 1 from ${tables.into.dataset} where id = $1${andShard(tables)} for update skip locked`,
      [tracker.datasetId],
    );
    if (rows.length === 0) return "locked";
    if (!(await isUnchanged(client, tables, tracker, last))) return "stale";
    return insert(client, tables, tracker.pending);
  }).then((done) => {
    if (typeof done !== "number") return done;
    tracker.written(done);
    return "written";
  });
}

/** Of those that the tracker relies on; one that is gone was made wrong by an update before it. */
async function countBases(
  client: PoolClient,
  { snapshot }: Tables,
  { baseIds }: Pick<SnapshotTracker, "baseIds">,
): Promise<number> {
  if (baseIds.length === 0) return 0;
  const { rows } = await client.query(`select 1 from ${snapshot} s where id = any($1::bigint[])`, [baseIds]);
  return rows.length;
}

/** What the bases rest on is as it was, and what came since is what the tracker has seen. */
async function isUnchanged(
  client: PoolClient,
  tables: Tables,
  { baseIds, start, datasetId }: SnapshotTracker,
  last: PendingSnapshot,
): Promise<boolean> {
  if ((await countBases(client, tables, { baseIds })) !== baseIds.length) return false;
  const { rows } = await client.query<{ updates: string; id_sum: string }>(
    `select count(*) as updates, mod(coalesce(sum(id), 0), $6::numeric)::text as id_sum
      from ${tables.update} u
      where dataset_id = $1 and (timestamp, iteration) <= ($2, $3)
        and ($4::bigint is null or (timestamp, iteration) > ($4, $5))`,
    [
      datasetId,
      last.timestamp,
      last.iteration,
      start?.timestamp ?? null,
      start?.iteration ?? null,
      idModulus,
    ],
  );
  return Number(rows[0]?.updates) === last.count && Number(rows[0]?.id_sum) === last.idSum;
}

/** The id of the last one. Those of another session that made the same are replaced: they say the same. */
async function insert(
  client: PoolClient,
  tables: Tables,
  pending: readonly PendingSnapshot[],
): Promise<number> {
  const columns = [
    pending.map(({ groupId }) => groupId),
    pending.map(({ timestamp }) => timestamp),
    pending.map(({ iteration }) => iteration),
  ];
  const isWhole = pending.map((snapshot) => snapshot.isWhole);
  const keys = "unnest($1::int[], $2::bigint[], $3::int[])";
  await client.query(
    `delete from ${tables.into.snapshot} s using ${keys} k (entity_group_id, timestamp, iteration)
      where (s.entity_group_id, s.timestamp, s.iteration) = (k.entity_group_id, k.timestamp, k.iteration)${andShard(tables, "s")}`,
    columns,
  );
  const { rows } = await client.query<{
    id: string;
    entity_group_id: number;
    timestamp: string;
    iteration: number;
  }>(
    `insert into ${tables.into.snapshot} (${shardColumn(tables)}entity_group_id, timestamp, iteration, is_whole)
        select ${shardValue(tables)}k.* from unnest($1::int[], $2::bigint[], $3::int[], $4::bool[]) k
      returning id, entity_group_id, timestamp, iteration`,
    [...columns, isWhole],
  );
  const keyOf = (group: number, timestamp: number | string, iteration: number): string =>
    `${group}/${timestamp}/${iteration}`;
  const ids = new Map(
    rows.map(({ id, entity_group_id, timestamp, iteration }) => [
      keyOf(entity_group_id, timestamp, iteration),
      Number(id),
    ]),
  );
  const idOf = ({ groupId, timestamp, iteration }: PendingSnapshot): number =>
    ids.get(keyOf(groupId, timestamp, iteration)) as number;
  await copyArrays(
    client,
    { tables, table: "snapshot_array" },
    pending.flatMap((snapshot) =>
      [...snapshot.arrays].map(([attributeId, array]) => ({ owner: idOf(snapshot), attributeId, array })),
    ),
  );
  return idOf(pending.at(-1) as PendingSnapshot);
}

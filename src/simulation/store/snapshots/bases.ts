// Snapshots out of the store.

import type { PoolClient } from "pg";
import { type Database, wrapDatabaseError } from "../../../database/index.ts";
import type { GroupBase, SimulationArray, UpdateKey } from "../../types.ts";
import { copyOut, selectArray } from "../copyOut.ts";
import {
  type AttributeEntry,
  type DatasetEntry,
  type DictionaryScope,
  readDictionary,
} from "../dictionary.ts";
import { withOneView } from "../oneView.ts";
import { restoreArray } from "../storedArray.ts";
import type { Tables } from "../tables.ts";
import type { Base } from "./tracker.ts";

interface SnapshotRow extends UpdateKey {
  id: number;
  groupId: number;
  isWhole: boolean;
}

/** The newest of each group of a dataset, up to a moment. */
async function findNewest(
  client: PoolClient,
  { snapshot, group }: Tables,
  { dataset, groupName, until }: { dataset: DatasetEntry; groupName: string | null; until: number | null },
): Promise<SnapshotRow[]> {
  const { rows } = await client.query<{
    id: string;
    group_id: number;
    timestamp: string;
    iteration: number;
    is_whole: boolean;
  }>(
    `select s.id, g.id as group_id, s.timestamp, s.iteration, s.is_whole
      from ${group} g cross join lateral (
        select id, timestamp, iteration, is_whole from ${snapshot} s
        where entity_group_id = g.id and ($3::bigint is null or timestamp <= $3)
        order by timestamp desc, iteration desc limit 1
      ) s
      where g.dataset_id = $1 and ($2::text is null or g.name = $2)`,
    [dataset.id, groupName, until],
  );
  return rows.map(({ id, group_id, timestamp, iteration, is_whole }) => ({
    id: Number(id),
    groupId: group_id,
    timestamp: Number(timestamp),
    iteration,
    isWhole: is_whole,
  }));
}

type Arrays = Map<number, { entry: AttributeEntry; array: SimulationArray }[]>;

async function readArrays(
  client: PoolClient,
  tables: Tables,
  dataset: DatasetEntry,
  ids: readonly number[],
): Promise<Arrays> {
  const entries = new Map<number, AttributeEntry>();
  for (const { attributes } of dataset.groups.values()) {
    for (const entry of attributes.values()) entries.set(entry.id, entry);
  }
  const found: Arrays = new Map(ids.map((id) => [id, []]));
  if (ids.length === 0) return found;
  const rows = await copyOut(
    client,
    `select a.snapshot_id, a.attribute_id, ${selectArray("a")} from ${tables.snapshotArray} a
      where a.snapshot_id in (${ids.map(Number).join(", ")}) order by a.snapshot_id, a.attribute_id`,
  );
  while (rows.next()) {
    const id = rows.int64() as number;
    const entry = entries.get(rows.int32() as number);
    const stored = rows.array();
    if (entry === undefined || stored === null) continue;
    const place = (): string => `${entry.group.name}.${entry.name} in a snapshot of ${dataset.name}`;
    found.get(id)?.push({ entry, array: restoreArray(stored, place) });
  }
  return found;
}

/** The newest of every group: where a tracker begins. */
export async function readNewestBases(
  client: PoolClient,
  tables: Tables,
  dataset: DatasetEntry,
): Promise<Base[]> {
  const newest = await findNewest(client, tables, { dataset, groupName: null, until: null });
  const ids = newest.map(({ id }) => id);
  const arrays = await readArrays(client, tables, dataset, ids);
  return newest.map((row) => ({
    ...row,
    parts: (arrays.get(row.id) ?? []).map(({ entry, array }) => ({
      attributeId: entry.id,
      attribute: entry.name,
      type: entry.type,
      array,
    })),
  }));
}

/** @throws CopycatError CONNECTION, DATABASE */
export async function readBase(
  database: Database,
  scope: DictionaryScope,
  { dataset, group, timestamp }: { dataset: string; group: string; timestamp: number },
): Promise<GroupBase | null> {
  const until = Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Math.floor(timestamp)));
  try {
    // Else an older update that commits between the questions takes the arrays away from under the snapshot.
    return await withOneView(database, async (client) => {
      const entry = (await readDictionary(client, scope, [dataset])).get(dataset);
      if (entry === undefined) return null;
      const [row] = await findNewest(client, scope.tables, { dataset: entry, groupName: group, until });
      // One that is not whole says that the entities cannot be told apart, which the updates themselves will show.
      if (row === undefined || !row.isWhole) return null;
      const arrays = (await readArrays(client, scope.tables, entry, [row.id])).get(row.id) ?? [];
      const data = new Map(arrays.map(({ entry, array }) => [entry.name, array]));
      return { timestamp: row.timestamp, iteration: row.iteration, data };
    });
  } catch (error) {
    throw wrapDatabaseError(error, `The state of "${dataset}" could not be read`);
  }
}

// Which updates are there already.

import type { PoolClient } from "pg";
import type { Tables } from "./tables.ts";

export interface KeyOf {
  datasetId: number;
  timestamp: number;
  iteration: number;
}

export interface FoundUpdate extends KeyOf {
  id: number;
  origin: string | null;
}

export function keyText({ datasetId, timestamp, iteration }: KeyOf): string {
  return `${datasetId}/${timestamp}/${iteration}`;
}

/** As the index of the keys orders them. */
export function compareKeys(a: KeyOf, b: KeyOf): number {
  return a.datasetId - b.datasetId || a.timestamp - b.timestamp || a.iteration - b.iteration;
}

export function isSorted(keys: readonly KeyOf[]): boolean {
  for (let index = 1; index < keys.length; index++) {
    if (compareKeys(keys[index - 1] as KeyOf, keys[index] as KeyOf) > 0) return false;
  }
  return true;
}

/** By `keyText`. Under `lock` they stay as they are until the transaction ends. */
export async function findUpdates(
  client: PoolClient,
  tables: Tables,
  keys: readonly KeyOf[],
  { lock }: { lock: boolean },
): Promise<Map<string, FoundUpdate>> {
  const { rows } = await client.query<{
    id: string;
    dataset_id: number;
    timestamp: string;
    iteration: number;
    origin: string | null;
  }>(
    `select u.id, u.dataset_id, u.timestamp, u.iteration, u.origin
      from unnest($1::int[], $2::bigint[], $3::int[]) k (dataset_id, timestamp, iteration)
        join ${tables.update} u using (dataset_id, timestamp, iteration)
      ${lock ? "order by u.id for update of u" : ""}`,
    [
      keys.map(({ datasetId }) => datasetId),
      keys.map(({ timestamp }) => timestamp),
      keys.map(({ iteration }) => iteration),
    ],
  );
  const found = new Map<string, FoundUpdate>();
  for (const row of rows) {
    const update = {
      id: Number(row.id),
      datasetId: row.dataset_id,
      timestamp: Number(row.timestamp),
      iteration: row.iteration,
      origin: row.origin,
    };
    found.set(keyText(update), update);
  }
  return found;
}

/** The last key of a dataset; null when it has no updates. */
export async function lastKey(
  client: PoolClient,
  tables: Tables,
  datasetId: number,
): Promise<{ timestamp: number; iteration: number } | null> {
  const { rows } = await client.query<{ timestamp: string; iteration: number }>(
    `select timestamp, iteration from ${tables.update} u where dataset_id = $1
      order by timestamp desc, iteration desc limit 1`,
    [datasetId],
  );
  const row = rows[0];
  return row === undefined ? null : { timestamp: Number(row.timestamp), iteration: row.iteration };
}

/** New ids of a table, ascending. Other sessions may take some between; when none did, two numbers say them all. */
export async function reserveIds(client: PoolClient, table: string, count: number): Promise<number[]> {
  // The sequence is looked up once: as an argument of nextval it is for each id, which took 7 us.
  const { rows } = await client.query<{ first: string; ids: string[] | null }>(
    `select min(id) as first, case when max(id) - min(id) + 1 <> count(*) then array_agg(id) end as ids
      from (
        select nextval(s.name) as id
        from (select pg_get_serial_sequence($1, 'id')::regclass as name offset 0) s, generate_series(1, $2)
      ) reserved`,
    [table, count],
  );
  const { first, ids } = rows[0] as { first: string; ids: string[] | null };
  if (ids !== null) return ids.map(Number).sort((a, b) => a - b);
  return Array.from({ length: count }, (_, index) => Number(first) + index);
}

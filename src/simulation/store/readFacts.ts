// What a scenario holds: names, counts and moments.

import type { Database } from "../../database/index.ts";
import type { DatasetFacts, UpdateKey } from "../types.ts";
import type { DictionaryScope } from "./dictionary.ts";

/** Those that have updates or an initial dataset, by name: the bytes of a name decide, not a locale. */
export async function listDatasets(
  { pool }: Database,
  { tables, scenarioId }: DictionaryScope,
): Promise<DatasetFacts[]> {
  const { rows } = await pool.query<{ name: string; updates: string; has_initial: boolean }>(
    `select d.name, u.updates, i.dataset_id is not null as has_initial
      from ${tables.dataset} d
        cross join lateral (select count(*) as updates from ${tables.update} u where u.dataset_id = d.id) u
        left join ${tables.initial} i on i.dataset_id = d.id
      where d.scenario_id = $1 and (u.updates > 0 or i.dataset_id is not null)
      order by d.name collate "C"`,
    [scenarioId],
  );
  return rows.map(({ name, updates, has_initial }) => ({
    name,
    updates: Number(updates),
    hasInitial: has_initial,
  }));
}

export async function countUpdates(
  { pool }: Database,
  { tables, scenarioId }: DictionaryScope,
  dataset: string | null,
): Promise<number> {
  const { rows } = await pool.query<{ count: string }>(
    `select count(*) from ${tables.update} u join ${tables.dataset} d on d.id = u.dataset_id
      where d.scenario_id = $1 and ($2::text is null or d.name = $2)`,
    [scenarioId, dataset],
  );
  return Number(rows[0]?.count ?? 0);
}

export async function listTimestamps(
  { pool }: Database,
  { tables, scenarioId }: DictionaryScope,
  { dataset, group = null }: { dataset: string; group?: string | null },
): Promise<number[]> {
  const { rows } = await pool.query<{ timestamp: string }>(
    `select distinct u.timestamp from ${tables.update} u join ${tables.dataset} d on d.id = u.dataset_id
      where d.scenario_id = $1 and d.name = $2 and ($3::text is null or exists (
        select 1 from ${tables.everyArray} a
        where a.update_id = u.id and a.attribute_id = any(array(
          select t.id from ${tables.attribute} t join ${tables.group} g on g.id = t.entity_group_id
          where g.dataset_id = d.id and g.name = $3))))
      order by u.timestamp`,
    [scenarioId, dataset, group],
  );
  return rows.map(({ timestamp }) => Number(timestamp));
}

/** A page of the keys that come after one, in their order. */
export async function listKeys(
  { pool }: Database,
  { tables, scenarioId }: DictionaryScope,
  { dataset, after = null, limit }: { dataset: string; after?: UpdateKey | null; limit: number },
): Promise<UpdateKey[]> {
  const { rows } = await pool.query<{ timestamp: string; iteration: number }>(
    `select u.timestamp, u.iteration from ${tables.update} u
      where u.dataset_id = (select id from ${tables.dataset} d where scenario_id = $1 and name = $2)
        and ($3::bigint is null or (u.timestamp, u.iteration) > ($3, $4))
      order by u.timestamp, u.iteration limit $5`,
    [scenarioId, dataset, after?.timestamp ?? null, after?.iteration ?? null, limit],
  );
  return rows.map(({ timestamp, iteration }) => ({ timestamp: Number(timestamp), iteration }));
}

// The scenarios of a store, and how they go.

import { type Database, wrapDatabaseError } from "../../database/index.ts";
import { CopycatError } from "../../errors.ts";
import type { JsonObject } from "../types.ts";
import { listShards, requireTables } from "./ensureTables.ts";
import { defaultSchema, type Tables, tablesOf } from "./tables.ts";

export interface SchemaOption {
  /** Where the tables live; default `simulation`. */
  schema?: string;
}

export interface ScenarioFacts {
  name: string;
  /** With updates or an initial dataset. */
  datasets: number;
  updates: number;
  createdAt: Date;
  metadata: JsonObject;
  timeline: Timeline | null;
}

/** Unix seconds are `reference + timeScale * timestamp`. */
export interface Timeline {
  /** Unix seconds of timestamp 0. */
  reference: number;
  /** Seconds of one step of the timestamps; default 1. */
  timeScale?: number;
  startTime?: number;
  duration?: number;
}

/**
 * By name.
 *
 * @throws CopycatError NOT_FOUND when there is no store
 */
export async function listScenarios(
  database: Database,
  { schema = defaultSchema }: SchemaOption = {},
): Promise<ScenarioFacts[]> {
  await requireTables(database, schema);
  const rows: ScenarioRow[] = [];
  try {
    for (const shard of await listShards(database, schema)) {
      rows.push(...(await database.pool.query<ScenarioRow>(listSql(tablesOf(schema, shard)))).rows);
    }
  } catch (error) {
    throw wrapDatabaseError(error, `The scenarios in the schema "${schema}" cannot be listed`);
  }
  return rows.map(({ name, datasets, updates, created_at, metadata, timeline }) => ({
    name,
    datasets: Number(datasets),
    updates: Number(updates),
    createdAt: created_at,
    metadata,
    timeline,
  }));
}

interface ScenarioRow {
  name: string;
  datasets: string;
  updates: string;
  created_at: Date;
  metadata: JsonObject;
  timeline: Timeline | null;
}

function listSql({ scenario, dataset, update, initial, shard }: Tables): string {
  return `
    select s.name, s.created_at, s.metadata, s.timeline, d.datasets, d.updates
    from ${scenario} s cross join lateral (
      select coalesce(sum(u.updates), 0) as updates,
        count(*) filter (where u.updates > 0 or exists (select 1 from ${initial} i where i.dataset_id = d.id)) as datasets
      from ${dataset} d
        cross join lateral (select count(*) as updates from ${update} u where u.dataset_id = d.id) u
      where d.scenario_id = s.id
    ) d
    ${shard === null ? "" : `where s.id = ${shard}`}
    order by s.name collate "C"`;
}

/**
 * With all that it holds.
 *
 * @throws CopycatError NOT_FOUND
 */
export async function deleteScenario(
  database: Database,
  name: string,
  { schema = defaultSchema }: SchemaOption = {},
): Promise<void> {
  await requireTables(database, schema);
  const { scenario } = tablesOf(schema);
  await remove(database, `delete from ${scenario} where name = $1 returning 1`, [name], `scenario "${name}"`);
}

/** As `deleteScenario`, one dataset of it: initial dataset and updates. */
export async function deleteDataset(
  database: Database,
  { tables, scenarioId }: { tables: Tables; scenarioId: number },
  name: string,
): Promise<void> {
  const text = `delete from ${tables.into.dataset} where scenario_id = $1 and name = $2 returning 1`;
  await remove(database, text, [scenarioId, name], `dataset "${name}"`);
}

async function remove(database: Database, text: string, values: unknown[], what: string): Promise<void> {
  let found: number;
  try {
    found = (await database.pool.query(text, values)).rows.length;
  } catch (error) {
    throw wrapDatabaseError(error, `The ${what} could not be deleted`);
  }
  if (found === 0) throw new CopycatError("NOT_FOUND", `There is no ${what}. See copycat simulation list.`);
}

/** What is known of a scenario beside its data. */
export async function readScenario(
  { pool }: Database,
  { tables, scenarioId }: { tables: Tables; scenarioId: number },
): Promise<{ metadata: JsonObject; timeline: Timeline | null }> {
  const { rows } = await pool.query<{ metadata: JsonObject; timeline: Timeline | null }>(
    `select metadata, timeline from ${tables.scenario} where id = $1`,
    [scenarioId],
  );
  return rows[0] ?? { metadata: {}, timeline: null };
}

/** What is not given stays. */
export async function describeScenario(
  database: Database,
  { tables, scenarioId }: { tables: Tables; scenarioId: number },
  { metadata, timeline }: { metadata?: JsonObject; timeline?: Timeline | null },
): Promise<void> {
  const sets: string[] = [];
  const values: unknown[] = [scenarioId];
  for (const [column, value] of Object.entries({ metadata, timeline })) {
    if (value === undefined) continue;
    values.push(value === null ? null : JSON.stringify(value));
    sets.push(`${column} = $${values.length}::json`);
  }
  if (sets.length === 0) return;
  try {
    await database.pool.query(`update ${tables.scenario} set ${sets.join(", ")} where id = $1`, values);
  } catch (error) {
    throw wrapDatabaseError(error, "The scenario could not be described");
  }
}

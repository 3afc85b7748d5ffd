// All that a store holds, in numbers: scenarios, their datasets, from when to when, how many arrays and bytes.

import { type Database, wrapDatabaseError } from "../../database/index.ts";
import type { InitialFormat } from "../types.ts";
import { listShards, requireTables } from "./ensureTables.ts";
import type { SchemaOption } from "./scenarios.ts";
import { defaultSchema, type Tables, tablesOf } from "./tables.ts";

export interface DatasetContents {
  name: string;
  updates: number;
  /** Timestamps; null without updates. */
  from: number | null;
  to: number | null;
  initialFormat: InitialFormat | null;
  /** Of updates and of the initial dataset. */
  arrays: number;
  /** Of arrays and documents as they are stored: compressed where that pays. */
  bytes: number;
}

export interface ScenarioContents {
  name: string;
  createdAt: Date;
  /** By name. */
  datasets: DatasetContents[];
}

/**
 * By name. Looks at every row, but fetches no array.
 *
 * @param options.scenario only this one; none is found when it is not there
 * @throws CopycatError NOT_FOUND when there is no store
 */
export async function listContents(
  database: Database,
  { schema = defaultSchema, scenario }: SchemaOption & { scenario?: string } = {},
): Promise<ScenarioContents[]> {
  await requireTables(database, schema);
  const scenarios = new Map<string, ScenarioContents>();
  const rows: Row[] = [];
  try {
    for (const shard of await listShards(database, schema)) {
      const text = contentsSql(tablesOf(schema, shard));
      rows.push(...(await database.pool.query<Row>(text, [scenario ?? null])).rows);
    }
  } catch (error) {
    throw wrapDatabaseError(error, `The simulation store in the schema "${schema}" could not be read`);
  }
  for (const row of rows) {
    const found = scenarios.get(row.scenario) ?? {
      name: row.scenario,
      createdAt: row.created_at,
      datasets: [],
    };
    scenarios.set(row.scenario, found);
    if (row.name !== null && (row.format !== null || Number(row.updates) > 0)) {
      found.datasets.push(contentsOf(row, row.name));
    }
  }
  return [...scenarios.values()];
}

interface Row {
  scenario: string;
  created_at: Date;
  name: string | null;
  updates: string;
  first: string | null;
  last: string | null;
  format: InitialFormat | null;
  arrays: string;
  bytes: string;
}

function contentsOf({ updates, first, last, format, arrays, bytes }: Row, name: string): DatasetContents {
  return {
    name,
    updates: Number(updates),
    from: first === null ? null : Number(first),
    to: last === null ? null : Number(last),
    initialFormat: format,
    arrays: Number(arrays),
    bytes: Number(bytes),
  };
}

/**
 * Each table is read once, whatever the number of datasets. pg_column_size is known without fetching the array, wherever
 * it is kept.
 */
function contentsSql(tables: Tables): string {
  const { scenario, dataset, update, everyArray, initial, initialArray, initialChunk, shard } = tables;
  const only = shard === null ? "" : ` and s.id = ${shard}`;
  const arrays =
    "count(*) as arrays, sum(pg_column_size(data) + coalesce(pg_column_size(row_ptr), 0)) as bytes";
  return `
    with wanted as (select id, name, created_at from ${scenario} s where ($1::text is null or name = $1)${only}),
    owned as (select d.id, d.name, d.scenario_id from ${dataset} d join wanted w on w.id = d.scenario_id),
    updates as (
      select u.dataset_id, count(*) as updates, min(u.timestamp) as first, max(u.timestamp) as last
      from ${update} u join owned o on o.id = u.dataset_id group by u.dataset_id
    ),
    update_arrays as (
      select u.dataset_id, ${arrays}
      from owned o join ${update} u on u.dataset_id = o.id join ${everyArray} a on a.update_id = u.id
      group by u.dataset_id
    ),
    initial_arrays as (
      select dataset_id, ${arrays} from ${initialArray} a join owned o on o.id = dataset_id group by dataset_id
    ),
    documents as (
      select dataset_id, sum(pg_column_size(bytes)) as bytes
      from ${initialChunk} c join owned o on o.id = dataset_id group by dataset_id
    )
    select w.name as scenario, w.created_at, o.name, coalesce(u.updates, 0) as updates, u.first, u.last, i.format,
      coalesce(a.arrays, 0) + coalesce(b.arrays, 0) as arrays,
      coalesce(a.bytes, 0) + coalesce(b.bytes, 0) + coalesce(c.bytes, 0) as bytes
    from wanted w left join owned o on o.scenario_id = w.id
      left join updates u on u.dataset_id = o.id
      left join update_arrays a on a.dataset_id = o.id
      left join initial_arrays b on b.dataset_id = o.id
      left join documents c on c.dataset_id = o.id
      left join ${initial} i on i.dataset_id = o.id
    order by w.name collate "C", o.name collate "C"`;
}

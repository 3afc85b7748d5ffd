// Which views copycat made, of which datasets, and what these were like when the views were filled.

import type { PoolClient } from "pg";
import { type Database, readEngineTables } from "../../database/index.ts";
import { viewTable } from "../promoted/ownTables.ts";
import type { CatalogNames } from "../tables.ts";
import { viewStateSql } from "./sql.ts";
import type { ViewColumn } from "./viewColumns.ts";

export const defaultViewSchema = "copycat_views";

export interface ViewOptions {
  /** Schema of the views; default `copycat_views`. */
  viewSchema?: string;
  /** Schema of the catalog; default: the database's (`catalogSchema`). */
  schema?: string;
  onNotice?: (message: string) => void;
}

/** Equal states mean that no entity came, went or changed: Tiled renews time_updated as copycat does. */
export interface ViewState {
  entities: number;
  lastId: number;
  lastUpdate: string;
}

export interface ViewRecord {
  schema: string;
  name: string;
  catalogSchema: string;
  datasetId: number;
  /** Path of the dataset. */
  dataset: string;
  columns: ViewColumn[];
  state: ViewState;
  createdAt: Date;
  refreshedAt: Date;
}

/** Of one catalog; all schemas of views unless one is given. */
export async function readViewRecords(
  database: Database,
  catalogSchema: string,
  viewSchema?: string,
): Promise<ViewRecord[]> {
  return readEngineTables<ViewRecord>(
    database,
    `\
select view_schema as schema, view_name as name, catalog_schema as "catalogSchema", dataset_id as "datasetId",
  dataset_path as dataset, columns, state, created_at as "createdAt", refreshed_at as "refreshedAt"
from ${viewTable}
where catalog_schema = $1 and ($2::text is null or view_schema = $2)
order by view_schema, view_name`,
    [catalogSchema, viewSchema ?? null],
  );
}

export interface NewRecord {
  schema: string;
  name: string;
  catalogSchema: string;
  target: { id: number; path: string };
  columns: readonly ViewColumn[];
  state: ViewState;
}

export async function recordView(client: Pick<PoolClient, "query">, record: NewRecord): Promise<void> {
  const { schema, name, catalogSchema, target, columns, state } = record;
  await client.query(
    `\
insert into ${viewTable} (view_schema, view_name, catalog_schema, dataset_id, dataset_path, columns, state)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (view_schema, view_name) do update set catalog_schema = excluded.catalog_schema,
  dataset_id = excluded.dataset_id, dataset_path = excluded.dataset_path, columns = excluded.columns,
  state = excluded.state, created_at = excluded.created_at, refreshed_at = excluded.refreshed_at`,
    [schema, name, catalogSchema, target.id, target.path, JSON.stringify(columns), JSON.stringify(state)],
  );
}

export async function recordRefresh(database: Database, view: ViewRecord, state: ViewState): Promise<void> {
  await database.pool.query(
    `update ${viewTable} set refreshed_at = now(), state = $3 where view_schema = $1 and view_name = $2`,
    [view.schema, view.name, JSON.stringify(state)],
  );
}

export async function forgetView(client: Pick<PoolClient, "query">, view: ViewRecord): Promise<void> {
  await client.query(`delete from ${viewTable} where view_schema = $1 and view_name = $2`, [
    view.schema,
    view.name,
  ]);
}

export async function readViewState(
  client: Pick<PoolClient, "query">,
  names: CatalogNames,
  datasetId: number,
): Promise<ViewState> {
  const { rows } = await client.query<ViewState>(viewStateSql(names), [datasetId]);
  return rows[0] ?? { entities: 0, lastId: 0, lastUpdate: "" };
}

export function isSameState(a: ViewState, b: ViewState): boolean {
  return a.entities === b.entities && a.lastId === b.lastId && a.lastUpdate === b.lastUpdate;
}

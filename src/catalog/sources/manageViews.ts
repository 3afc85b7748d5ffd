// Which views there are, and taking one away.

import {
  type Database,
  quoteIdentifier,
  withReading,
  withTransaction,
  wrapDatabaseError,
} from "../../database/index.ts";
import { catalogNames } from "../tables.ts";
import { dropOld } from "./createView.ts";
import { noSuchView } from "./refreshViews.ts";
import type { ViewColumn } from "./viewColumns.ts";
import {
  defaultViewSchema,
  forgetView,
  isSameState,
  readViewRecords,
  readViewState,
  type ViewOptions,
  type ViewRecord,
} from "./viewRecords.ts";

export interface ListedView {
  schema: string;
  name: string;
  /** Quoted and qualified: ready for SQL. */
  sqlName: string;
  dataset: string;
  columns: ViewColumn[];
  /** Rows at the last ANALYZE or refresh. */
  rows: number;
  sizeBytes: number;
  /** False when somebody dropped it without copycat. */
  exists: boolean;
  /** The dataset has changed since: by Tiled, as an ingest refreshes. */
  isStale: boolean;
  refreshedAt: Date;
}

/** All views of a catalog. */
export async function listViews(
  database: Database,
  { schema = database.catalogSchema, viewSchema }: Omit<ViewOptions, "onNotice"> = {},
): Promise<ListedView[]> {
  const names = catalogNames(schema);
  const records = await readViewRecords(database, schema, viewSchema);
  const listed: ListedView[] = [];
  for (const view of records) {
    const sqlName = quoteIdentifier(view.schema, view.name);
    const { rows } = await database.pool.query<{ rows: number; sizeBytes: number }>(
      `\
select greatest(reltuples, 0)::float8 as rows, pg_total_relation_size(oid)::float8 as "sizeBytes"
from pg_class where oid = to_regclass($1)`,
      [sqlName],
    );
    const state = await withReading(database, (client) => readViewState(client, names, view.datasetId));
    const { name, dataset, columns, refreshedAt } = view;
    listed.push({
      ...{ schema: view.schema, name, sqlName, dataset, columns },
      ...(rows[0] ?? { rows: 0, sizeBytes: 0 }),
      exists: rows.length > 0,
      isStale: !isSameState(state, view.state),
      refreshedAt,
    });
  }
  return listed;
}

/**
 * Drops a view that copycat made.
 *
 * @throws CopycatError NOT_FOUND; USAGE when other objects lean on it; PERMISSION, DATABASE
 */
export async function dropView(
  database: Database,
  name: string,
  { schema = database.catalogSchema, viewSchema = defaultViewSchema }: Omit<ViewOptions, "onNotice"> = {},
): Promise<void> {
  const views = await readViewRecords(database, schema, viewSchema);
  const view = views.find((record: ViewRecord) => record.name === name);
  if (view === undefined) throw noSuchView(name, views);
  try {
    await withTransaction(database, async (client) => {
      await dropOld(client, quoteIdentifier(viewSchema, name));
      await forgetView(client, view);
    });
  } catch (error) {
    throw wrapDatabaseError(error, `Dropping the view ${name} failed`);
  }
}

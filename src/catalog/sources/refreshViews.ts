// Brings views up to date beside their readers.

import { type Database, quoteIdentifier, withRollback, wrapDatabaseError } from "../../database/index.ts";
import { CopycatError, errorMessage } from "../../errors.ts";
import { didYouMean } from "../../suggest.ts";
import { shellWord } from "../promoted/target.ts";
import { catalogNames } from "../tables.ts";
import { mostColumns, planColumns, type ViewColumn } from "./viewColumns.ts";
import {
  isSameState,
  readViewRecords,
  readViewState,
  recordRefresh,
  type ViewOptions,
  type ViewRecord,
} from "./viewRecords.ts";

export interface RefreshOptions extends ViewOptions {
  /** Only this one; default all. */
  name?: string;
  /** After a load: only views whose dataset has changed, and a failure is a notice. */
  afterLoad?: boolean;
}

export interface RefreshedView {
  schema: string;
  name: string;
  dataset: string;
  elapsedMs: number;
}

/**
 * Refreshes views; readers go on meanwhile. Says in a notice when the metadata has keys or types by now that the columns
 * do not have. Without `viewSchema`, the views of all schemas.
 *
 * @returns those that were refreshed
 * @throws CopycatError NOT_FOUND (no such view), PERMISSION, DATABASE; never with `afterLoad`
 */
export async function refreshViews(
  database: Database,
  options: RefreshOptions = {},
): Promise<RefreshedView[]> {
  const { schema = database.catalogSchema, viewSchema, onNotice, afterLoad = false } = options;
  const refreshed: RefreshedView[] = [];
  const fail = (error: unknown, doing: string): void => {
    if (!afterLoad) throw wrapDatabaseError(error, doing);
    onNotice?.(
      `${doing}: ${errorMessage(error)}. All nodes are in; refresh it with \`copycat view refresh\`.`,
    );
  };
  let views: ViewRecord[] = [];
  try {
    views = choose(await readViewRecords(database, schema, viewSchema), options.name);
  } catch (error) {
    fail(error, "The views were not refreshed");
  }
  for (const view of views) {
    try {
      const done = await refreshOne(database, view, options);
      if (done !== null) refreshed.push(done);
    } catch (error) {
      fail(error, `The view ${view.name} was not refreshed`);
    }
  }
  return refreshed;
}

function choose(views: ViewRecord[], name: string | undefined): ViewRecord[] {
  if (name === undefined) return views;
  const named = views.filter((view) => view.name === name);
  if (named.length === 0) throw noSuchView(name, views);
  return named;
}

export function noSuchView(name: string, views: readonly ViewRecord[]): CopycatError {
  const hint = didYouMean(
    name,
    views.map((view) => view.name),
  );
  return new CopycatError(
    "NOT_FOUND",
    `copycat made no view ${name}${hint}. \`copycat view list\` shows all.`,
  );
}

/** Null when there was nothing to do. */
async function refreshOne(
  database: Database,
  view: ViewRecord,
  { afterLoad, onNotice }: RefreshOptions,
): Promise<RefreshedView | null> {
  const start = performance.now();
  const { schema, name, dataset, datasetId } = view;
  const names = catalogNames(view.catalogSchema);
  const state = await withRollback(database, (client) => readViewState(client, names, datasetId));
  if (afterLoad === true && isSameState(state, view.state)) return null;
  // Beside its readers; it needs the unique index on id.
  await database.pool.query(`refresh materialized view concurrently ${quoteIdentifier(schema, name)}`);
  await recordRefresh(database, view, state);
  for (const change of await findChanges(database, view)) onNotice?.(change);
  return { schema, name, dataset, elapsedMs: Math.round(performance.now() - start) };
}

/** What only making the view again would bring in, a sentence each. */
async function findChanges(database: Database, view: ViewRecord): Promise<string[]> {
  const names = catalogNames(view.catalogSchema);
  const { isThere, planned } = await withRollback(database, async (client) => {
    const { rowCount } = await client.query(`select from ${names.nodes} where id = $1`, [view.datasetId]);
    return { isThere: rowCount === 1, planned: await planColumns(client, names, view.datasetId) };
  });
  const again = `\`copycat view create ${shellWord(view.dataset)} --name ${shellWord(view.name)} --replace\``;
  if (!isThere) {
    return [
      `The dataset of the view ${view.name} was deleted, so it is empty; ${again} shows a new one of that path.`,
    ];
  }
  const known = new Map(view.columns.map((column) => [column.key, column]));
  const added = planned.slice(0, mostColumns).filter(({ key }) => !known.has(key));
  const changed = planned.filter((column) => isNarrow(known.get(column.key), column));
  return [
    ...(added.length === 0
      ? []
      : [`The view ${view.name} has no column for ${list(added)}; ${again} would add it.`]),
    ...(changed.length === 0
      ? []
      : [
          `Values of another type in the view ${view.name} are NULL: ${list(changed)}; ${again} would take them.`,
        ]),
  ];
}

/** Whether values of the newly found type do not fit into the column. */
function isNarrow(column: ViewColumn | undefined, { type }: ViewColumn): boolean {
  if (column === undefined || column.type === type || column.type === "jsonb") return false;
  const isNumber = (name: ViewColumn["type"]): boolean =>
    name === "bigint" || name === "double precision" || name === "numeric";
  const fits = column.type === "numeric" || (column.type === "double precision" && type === "bigint");
  return !(isNumber(type) && isNumber(column.type) && fits);
}

const mostListed = 10;

function list(columns: readonly ViewColumn[]): string {
  const keys = columns.slice(0, mostListed).map(({ key }) => key);
  const more = columns.length - keys.length;
  return `${keys.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

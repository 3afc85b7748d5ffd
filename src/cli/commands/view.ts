// copycat view: datasets as tables.

import type { Command } from "commander";
import {
  type CreatedView,
  createView,
  defaultViewSchema,
  dropView,
  type ListedView,
  listViews,
  type RefreshedView,
  refreshViews,
  requireCatalog,
} from "../../catalog/index.ts";
import type { Database } from "../../database/index.ts";
import { findView, findViews, readTargets } from "../../targets/index.ts";
import { formatBytes } from "../formatBytes.ts";
import { sayAt, withOpenTargets } from "../openTargets.ts";
import { dsnOption, jsonOption, option, quietOption, targetsOption } from "../options.ts";
import { formatDuration, makeLog, plural, printJson, printResult } from "../output.ts";
import { elementsOf, inFront, printElements } from "../targetAnswers.ts";
import { type Answers, type AskedDatabase, askCatalogs, askHolder } from "../withTargets.ts";

interface ViewFlags {
  dsn?: string;
  targets?: string;
  schema?: string;
  json: boolean;
  quiet: boolean;
}

const createNotes = `
Examples:
  copycat view create VDP                            copycat_views."VDP"
  copycat view create VDP --name spins --replace     with the columns that the metadata has by now

Columns: id, key, path, one for each key of the metadata, time_created, time_updated. Numbers become bigint or double
precision, what is mixed or nested jsonb. Every ingest that changes the dataset refreshes the view.`;

export function addViewCommand(program: Command): void {
  const view = program
    .command("view")
    .description("Datasets as tables: materialized views with a typed column for each metadata key.");
  addCreateCommand(view);
  addRefreshCommand(view);
  addListCommand(view);
  addDropCommand(view);
}

function addCreateCommand(view: Command): void {
  view
    .command("create")
    .description("Make a materialized view of a dataset: a row for each entity.")
    .argument("<dataset>", "path of the dataset")
    .addOption(option("--name <name>", "name of the view", "the path, slashes as underscores"))
    .addOption(option("--schema <name>", "schema of the view").default(defaultViewSchema))
    .addOption(
      option("--replace", "make it again when it is there; rights granted on it are lost").default(false),
    )
    .addOption(dsnOption())
    .addOption(targetsOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText("after", createNotes)
    .action(async (dataset: string, flags: ViewFlags & { name?: string; replace: boolean }) => {
      const { name, replace } = flags;
      const options = {
        ...{ ...inSchema(flags), replace },
        ...(name === undefined ? {} : { name }),
      };
      const asked = { ...flags, mustExist: true };
      await askHolder("view", asked, dataset, async ({ database, say, target }) => {
        await requireCatalog(database);
        const created = await createView(database, dataset, { ...options, onNotice: say });
        if (flags.json) printJson(target === null ? created : { target, ...created });
        else printResult(`${inFront({ target })}${formatCreated(created)}`);
      });
    });
}

function addRefreshCommand(view: Command): void {
  view
    .command("refresh")
    .description("Bring views up to date; readers go on meanwhile. An ingest does so by itself.")
    .argument("[name]", "name of the view; all of them when left out")
    .addOption(option("--schema <name>", "schema of the view", "all"))
    .addOption(dsnOption())
    .addOption(targetsOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(async (name: string | undefined, flags: ViewFlags) => {
      const answers = await refreshAt(flags, name);
      const refreshed = elementsOf(answers);
      if (flags.json) printElements("refreshed", refreshed, answers);
      else
        for (const one of refreshed)
          printResult(`${inFront(one)}${one.name}: refreshed in ${formatDuration(one.elapsedMs)}`);
      if (refreshed.length === 0) makeLog(flags.quiet).notice("There are no views.");
    });
}

/** Of several servers, those that have a view of the name. */
async function refreshAt(flags: ViewFlags, name: string | undefined): Promise<Answers<RefreshedView[]>> {
  const refresh = (database: Database, onNotice: (message: string) => void): Promise<RefreshedView[]> =>
    refreshViews(database, { ...inSchema(flags), onNotice, ...(name === undefined ? {} : { name }) });
  const { targets, quiet, schema } = flags;
  if (targets === undefined || name === undefined) {
    return onCatalogs(flags, ({ database, say }) => refresh(database, say));
  }
  return withOpenTargets("view", await readTargets(targets), quiet, async (opened) => {
    const list = [];
    for (const { target, database } of await findViews(opened, name, schema)) {
      const say = sayAt(target, makeLog(quiet).notice);
      list.push({ target: target.name, result: await refresh(database, say) });
    }
    return { isOfTargets: true, list, failed: [] };
  });
}

function addListCommand(view: Command): void {
  view
    .command("list")
    .description("List the views: dataset, rows, size, and whether the dataset has changed since.")
    .addOption(dsnOption())
    .addOption(targetsOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(async (flags: ViewFlags) => {
      const answers = await onCatalogs(flags, ({ database }) => listViews(database));
      const views = elementsOf(answers);
      if (flags.json) printElements("views", views, answers);
      else for (const one of views) printResult(`${inFront(one)}${formatListed(one)}`);
      if (views.length === 0)
        makeLog(flags.quiet).notice("There are no views. Make one: copycat view create VDP");
    });
}

function addDropCommand(view: Command): void {
  view
    .command("drop")
    .description("Drop a view; the dataset stays as it is.")
    .argument("<name>", "name of the view")
    .addOption(option("--schema <name>", "schema of the view").default(defaultViewSchema))
    .addOption(dsnOption())
    .addOption(targetsOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(async (name: string, flags: ViewFlags) => {
      const target = await dropAt(flags, name);
      if (flags.json) printJson(target === null ? { dropped: true } : { target, dropped: true });
      else printResult(`${inFront({ target })}Dropped the view ${name}.`);
    });
}

/** Name of the server that had it; null where one database is asked. */
async function dropAt(flags: ViewFlags, name: string): Promise<string | null> {
  const { targets, quiet, schema } = flags;
  if (targets === undefined) {
    await onCatalogs(flags, ({ database }) => dropView(database, name, inSchema(flags)));
    return null;
  }
  return withOpenTargets("view", await readTargets(targets), quiet, async (opened) => {
    const { target, database } = await findView(opened, name, schema);
    await dropView(database, name, inSchema(flags));
    return target.name;
  });
}

const inSchema = ({ schema }: ViewFlags) => (schema === undefined ? {} : { viewSchema: schema });

function onCatalogs<Result>(
  flags: ViewFlags,
  work: (asked: AskedDatabase) => Promise<Result>,
): Promise<Answers<Result>> {
  return askCatalogs("view", { ...flags, mustExist: true }, work);
}

function formatCreated({ sqlName, dataset, rows, columns, elapsedMs }: CreatedView): string {
  return [
    `${sqlName}: ${plural(rows, "row")} of ${dataset}, ${plural(columns.length, "metadata column")} (${formatDuration(elapsedMs)})`,
    ...columns.map(({ name, type }) => `  ${name}  ${type}`),
    "",
    `select * from ${sqlName} limit 5;`,
  ].join("\n");
}

function formatListed({
  sqlName,
  dataset,
  rows,
  sizeBytes,
  exists,
  isStale,
  refreshedAt,
}: ListedView): string {
  if (!exists) return `${sqlName}  ${dataset}  GONE: somebody dropped it; \`copycat view drop\` forgets it`;
  const age = `refreshed ${refreshedAt.toISOString().slice(0, 19)}Z`;
  return `${sqlName}  ${dataset}  ${plural(rows, "row")}, ${formatBytes(sizeBytes)}, ${age}${isStale ? ", the dataset has changed since" : ""}`;
}

// copycat view: datasets as tables.

import type { Command } from "commander";
import {
  type CreatedView,
  createView,
  defaultViewSchema,
  dropView,
  type ListedView,
  listViews,
  refreshViews,
  requireCatalog,
} from "../../catalog/index.ts";
import type { Database } from "../../database/index.ts";
import { formatBytes } from "../formatBytes.ts";
import { dsnOption, jsonOption, option, quietOption } from "../options.ts";
import { formatDuration, makeLog, plural, printJson, printResult } from "../output.ts";
import { withDatabase } from "../withDatabase.ts";

interface ViewFlags {
  dsn?: string;
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
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText("after", createNotes)
    .action(async (dataset: string, flags: ViewFlags & { name?: string; replace: boolean }) => {
      const { name, replace } = flags;
      const created = await onCatalog(flags, (database) =>
        createView(database, dataset, {
          ...inSchema(flags),
          replace,
          onNotice: makeLog(flags.quiet).notice,
          ...(name === undefined ? {} : { name }),
        }),
      );
      if (flags.json) printJson(created);
      else printResult(formatCreated(created));
    });
}

function addRefreshCommand(view: Command): void {
  view
    .command("refresh")
    .description("Bring views up to date; readers go on meanwhile. An ingest does so by itself.")
    .argument("[name]", "name of the view; all of them when left out")
    .addOption(option("--schema <name>", "schema of the view", "all"))
    .addOption(dsnOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(async (name: string | undefined, flags: ViewFlags) => {
      const refreshed = await onCatalog(flags, (database) =>
        refreshViews(database, {
          ...inSchema(flags),
          onNotice: makeLog(flags.quiet).notice,
          ...(name === undefined ? {} : { name }),
        }),
      );
      if (flags.json) printJson({ refreshed });
      else
        for (const one of refreshed)
          printResult(`${one.name}: refreshed in ${formatDuration(one.elapsedMs)}`);
      if (refreshed.length === 0) makeLog(flags.quiet).notice("There are no views.");
    });
}

function addListCommand(view: Command): void {
  view
    .command("list")
    .description("List the views: dataset, rows, size, and whether the dataset has changed since.")
    .addOption(dsnOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(async (flags: ViewFlags) => {
      const views = await onCatalog(flags, (database) => listViews(database));
      if (flags.json) printJson({ views });
      else for (const one of views) printResult(formatListed(one));
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
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(async (name: string, flags: ViewFlags) => {
      await onCatalog(flags, (database) => dropView(database, name, inSchema(flags)));
      if (flags.json) printJson({ dropped: true });
      else printResult(`Dropped the view ${name}.`);
    });
}

const inSchema = ({ schema }: ViewFlags) => (schema === undefined ? {} : { viewSchema: schema });

function onCatalog<Result>(flags: ViewFlags, work: (database: Database) => Promise<Result>): Promise<Result> {
  return withDatabase("view", { ...flags, mustExist: true }, async ({ database }) => {
    await requireCatalog(database);
    return work(database);
  });
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

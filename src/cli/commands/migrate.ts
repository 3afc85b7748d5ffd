// copycat migrate: the schema.

import type { Command } from "commander";
import {
  type CatalogState,
  catalogMigrationSet,
  ensureCatalog,
  readCatalogState,
} from "../../catalog/index.ts";
import { ensureEngineTables, listMigrations, type MigrationState, migrateUp } from "../../database/index.ts";
import { dsnOption, jsonOption, quietOption, targetsOption } from "../options.ts";
import { printDocuments, printTexts } from "../targetAnswers.ts";
import { askTargets } from "../withTargets.ts";

interface MigrateFlags {
  dsn?: string;
  targets?: string;
  json: boolean;
  quiet: boolean;
}

export function addMigrateCommand(program: Command): void {
  const migrate = program.command("migrate").description("The catalog's schema: up, status.");
  migrate
    .command("up")
    .description("Bring the schema to the newest version; `ingest` does this by itself in an empty database.")
    .addOption(dsnOption())
    .addOption(targetsOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(async (flags: MigrateFlags) => {
      const answers = await askTargets("migrate", flags, async ({ database }) => {
        const set = await catalogMigrationSet(database);
        const before = await listMigrations(database, set);
        await ensureCatalog(database);
        await migrateUp(database, set);
        await ensureEngineTables(database);
        return { applied: before.filter(({ appliedAt }) => appliedAt === null).map(({ name }) => name) };
      });
      if (flags.json) printDocuments(answers);
      else
        printTexts(answers, ({ applied }) =>
          applied.length === 0 ? "Nothing pending." : `Applied ${applied.join(", ")}.`,
        );
    });
  migrate
    .command("status")
    .description("List migrations and whether they are applied, and the catalog's Tiled revision.")
    .addOption(dsnOption())
    .addOption(targetsOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(async (flags: MigrateFlags) => {
      const answers = await askTargets("migrate", { ...flags, mustExist: true }, async ({ database }) => ({
        catalog: await readCatalogState(database),
        migrations: await listMigrations(database, await catalogMigrationSet(database)),
      }));
      if (flags.json) printDocuments(answers);
      else printTexts(answers, formatStatus);
    });
}

interface Status {
  catalog: CatalogState;
  migrations: MigrationState[];
}

function formatStatus({ catalog, migrations }: Status): string {
  return [
    catalog.kind === "ready"
      ? `catalog  ${catalog.revision}`
      : catalog.kind === "absent"
        ? "catalog  none yet"
        : catalog.reason,
    ...migrations.map(({ name, appliedAt }) => `${appliedAt === null ? "pending" : "applied"}  ${name}`),
  ].join("\n");
}

// copycat migrate: the schema.

import type { Command } from "commander";
import { ensureCatalog, readCatalogState } from "../../catalog/index.ts";
import { ensureEngineTables, listMigrations, migrateUp } from "../../database/index.ts";
import { dsnOption, jsonOption, quietOption } from "../options.ts";
import { printJson, printResult } from "../output.ts";
import { withDatabase } from "../withDatabase.ts";

interface MigrateFlags {
  dsn?: string;
  json: boolean;
  quiet: boolean;
}

export function addMigrateCommand(program: Command): void {
  const migrate = program.command("migrate").description("The catalog's schema: up, status.");
  migrate
    .command("up")
    .description("Bring the schema to the newest version; `ingest` does this by itself in an empty database.")
    .addOption(dsnOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(async (flags: MigrateFlags) => {
      const applied = await withDatabase("migrate", flags, async ({ database }) => {
        const before = await listMigrations(database);
        await ensureCatalog(database);
        await migrateUp(database);
        await ensureEngineTables(database);
        return before.filter(({ appliedAt }) => appliedAt === null).map(({ name }) => name);
      });
      if (flags.json) printJson({ applied });
      else printResult(applied.length === 0 ? "Nothing pending." : `Applied ${applied.join(", ")}.`);
    });
  migrate
    .command("status")
    .description("List migrations and whether they are applied, and the catalog's Tiled revision.")
    .addOption(dsnOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(async (flags: MigrateFlags) => {
      const status = await withDatabase("migrate", { ...flags, mustExist: true }, async ({ database }) => ({
        catalog: await readCatalogState(database),
        migrations: await listMigrations(database),
      }));
      if (flags.json) {
        printJson(status);
        return;
      }
      const { catalog } = status;
      printResult(
        [
          catalog.kind === "ready"
            ? `catalog  ${catalog.revision}`
            : catalog.kind === "absent"
              ? "catalog  none yet"
              : catalog.reason,
          ...status.migrations.map(
            ({ name, appliedAt }) => `${appliedAt === null ? "pending" : "applied"}  ${name}`,
          ),
        ].join("\n"),
      );
    });
}

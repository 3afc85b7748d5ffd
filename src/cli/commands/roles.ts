// copycat roles: who may do what in the database.

import type { Command } from "commander";
import { applyRoles, type RoleNames, rolesSql } from "../../database/roles/index.ts";
import { dsnOption, jsonOption, option, quietOption } from "../options.ts";
import { printJson, printNotice, printResult } from "../output.ts";
import { withDatabase } from "../withDatabase.ts";

interface RolesFlags extends RoleNames {
  dsn?: string;
  apply: boolean;
  catalogSchema?: string;
  schemas: string;
  json: boolean;
  quiet: boolean;
}

const examples = `
Examples:
  copycat roles | less
  copycat roles --apply --dsn postgres://admin@host/catalog
  copycat roles | psql -1 -v ON_ERROR_STOP=1 postgres://admin@host/catalog

Then give each role its password (\\password copycat_writer in psql) and load as copycat_writer. Tables are made by the
owner: let copycat_owner run \`copycat migrate up\`, and the first load of each store. docs/operations.md has the rest.`;

export function addRolesCommand(program: Command): void {
  program
    .command("roles")
    .description(
      "Print SQL that makes roles with no more rights than they need: owner, writer, reader, and Tiled's.",
    )
    .addOption(dsnOption())
    .addOption(
      option("--apply", "run it, in one transaction, in place of printing it; may be run again").default(
        false,
      ),
    )
    .addOption(
      option("--owner <name>", "owns the tables: migrations, offline loads, indexes, views").default(
        "copycat_owner",
      ),
    )
    .addOption(option("--writer <name>", "loads and deletes").default("copycat_writer"))
    .addOption(option("--reader <name>", "searches, reads and verifies").default("copycat_reader"))
    .addOption(
      option("--tiled <name>", "the Tiled server's; it sees the catalog alone").default("copycat_tiled"),
    )
    .addOption(
      option(
        "--catalog-schema <name>",
        "schema of Tiled's tables (default: public; with --apply where they are); the roles find it by their search_path",
      ),
    )
    .addOption(
      option(
        "--schemas <names>",
        "schemas of the stores, with commas; those that are missing are made",
      ).default("copycat,copycat_views,memory,simulation,library"),
    )
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText("after", examples)
    .action(run);
}

async function run({ owner, writer, reader, tiled, ...flags }: RolesFlags): Promise<void> {
  const roles = { owner, writer, reader, tiled };
  const stores = flags.schemas.split(",").filter((name) => name !== "");
  const scriptFor = (catalog: string): string =>
    rolesSql(roles, { catalog: flags.catalogSchema ?? catalog, stores });
  if (!flags.apply) {
    const script = scriptFor("public");
    if (flags.json) printJson({ sql: script });
    else printResult(script.trimEnd());
    return;
  }
  const options = { ...flags, mustExist: true };
  const notices = await withDatabase("roles", options, ({ database }) =>
    applyRoles(database, scriptFor(database.catalogSchema)),
  );
  if (!flags.quiet) for (const notice of notices) printNotice(notice);
  if (flags.json) printJson({ applied: true, roles, notices });
  else printResult(`The roles ${Object.values(roles).join(", ")} have their rights.`);
}

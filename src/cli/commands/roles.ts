// copycat roles: who may do what in the database.

import type { Command } from "commander";
import { applyRoles, type RoleNames, rolesSql } from "../../database/roles/index.ts";
import { dsnOption, jsonOption, option, quietOption, targetsOption } from "../options.ts";
import { printJson, printResult } from "../output.ts";
import { printDocuments, printTexts } from "../targetAnswers.ts";
import { askTargets } from "../withTargets.ts";

interface RolesFlags extends RoleNames {
  dsn?: string;
  targets?: string;
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
  copycat roles --apply --targets targets.yaml          on each of several servers
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
    .addOption(targetsOption())
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
  // One database after the other: roles are the server's, which may be the same.
  let turn: Promise<unknown> = Promise.resolve();
  const answers = await askTargets("roles", options, async ({ database, say }) => {
    const applying = turn.then(() => applyRoles(database, scriptFor(database.catalogSchema)));
    turn = applying.catch(() => undefined);
    const notices = await applying;
    for (const notice of notices) say(notice);
    return { applied: true, roles, notices };
  });
  if (flags.json) printDocuments(answers);
  else printTexts(answers, () => `The roles ${Object.values(roles).join(", ")} have their rights.`);
}

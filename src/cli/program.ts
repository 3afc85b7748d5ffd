// The command line as one object: parses, calls, prints.

import { Command } from "commander";
import { addDbCommand } from "./commands/db.ts";
import { addDoctorCommand } from "./commands/doctor.ts";
import { addExampleCommand } from "./commands/example.ts";
import { addIndexCommand } from "./commands/index.ts";
import { addIngestCommand } from "./commands/ingest.ts";
import { addLocatorsCommand } from "./commands/locators.ts";
import { addMemoryCommand } from "./commands/memory.ts";
import { addMigrateCommand } from "./commands/migrate.ts";
import { addReadCommand } from "./commands/read.ts";
import { addSearchCommand } from "./commands/search.ts";
import { addServeConfigCommand } from "./commands/serveConfig.ts";
import { addShowCommand } from "./commands/show.ts";
import { addSourcesCommand } from "./commands/sources.ts";
import { addVerifyCommand } from "./commands/verify.ts";
import { addViewCommand } from "./commands/view.ts";

export function makeProgram(version: string): Command {
  const program = new Command("copycat");
  program
    .description(
      "Pours scientific catalogs into PostgreSQL with COPY.\n\n" +
        "The database is --dsn, else DATABASE_URL, else an embedded PostgreSQL under .copycat/ in the current folder, " +
        "started when needed. Every option can be set in the environment as COPYCAT_ and its name.",
    )
    .version(version)
    .showHelpAfterError("(--help lists options and examples)")
    .exitOverride();
  for (const add of [
    addIngestCommand,
    addSearchCommand,
    addShowCommand,
    addReadCommand,
    addLocatorsCommand,
    addVerifyCommand,
    addIndexCommand,
    addSourcesCommand,
    addViewCommand,
    addServeConfigCommand,
    addMemoryCommand,
    addMigrateCommand,
    addDbCommand,
    addDoctorCommand,
    addExampleCommand,
  ]) {
    add(program);
  }
  applyExitOverride(program);
  return program;
}

/** Commands do not inherit the override from the program when they are made by `command()` before it is set. */
function applyExitOverride(command: Command): void {
  for (const child of command.commands) {
    child.exitOverride().showHelpAfterError("(--help lists options and examples)");
    applyExitOverride(child);
  }
}

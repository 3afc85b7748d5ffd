// The command line as one object: parses, calls, prints.

import { Command } from "commander";

type AddCommand = (program: Command) => void;

/** By name, in the order of the help. One is loaded when it is named: what it leans on takes longer than the rest. */
const commands: Record<string, () => Promise<AddCommand>> = {
  ingest: async () => (await import("./commands/ingest.ts")).addIngestCommand,
  runs: async () => (await import("./commands/runs.ts")).addRunsCommand,
  watch: async () => (await import("./commands/watch.ts")).addWatchCommand,
  inspect: async () => (await import("./commands/inspect.ts")).addInspectCommand,
  search: async () => (await import("./commands/search.ts")).addSearchCommand,
  show: async () => (await import("./commands/show.ts")).addShowCommand,
  read: async () => (await import("./commands/read.ts")).addReadCommand,
  locators: async () => (await import("./commands/locators.ts")).addLocatorsCommand,
  verify: async () => (await import("./commands/verify.ts")).addVerifyCommand,
  index: async () => (await import("./commands/index.ts")).addIndexCommand,
  sources: async () => (await import("./commands/sources.ts")).addSourcesCommand,
  view: async () => (await import("./commands/view.ts")).addViewCommand,
  "serve-config": async () => (await import("./commands/serveConfig.ts")).addServeConfigCommand,
  serve: async () => (await import("./commands/serve.ts")).addServeCommand,
  targets: async () => (await import("./commands/targets.ts")).addTargetsCommand,
  memory: async () => (await import("./commands/memory.ts")).addMemoryCommand,
  simulation: async () => (await import("./commands/simulation.ts")).addSimulationCommand,
  library: async () => (await import("./commands/library.ts")).addLibraryCommand,
  migrate: async () => (await import("./commands/migrate.ts")).addMigrateCommand,
  roles: async () => (await import("./commands/roles.ts")).addRolesCommand,
  db: async () => (await import("./commands/db.ts")).addDbCommand,
  doctor: async () => (await import("./commands/doctor.ts")).addDoctorCommand,
  example: async () => (await import("./commands/example.ts")).addExampleCommand,
};

/** @param first what is typed first: of a command's name no other one is loaded, and none to tell the version */
export async function makeProgram(version: string, first?: string): Promise<Command> {
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
  for (const load of wantedCommands(first)) (await load())(program);
  applyExitOverride(program);
  return program;
}

function wantedCommands(first = ""): (() => Promise<AddCommand>)[] {
  if (first === "--version" || first === "-V") return [];
  const named = Object.hasOwn(commands, first) ? commands[first] : undefined;
  return named === undefined ? Object.values(commands) : [named];
}

/** Commands do not inherit the override from the program when they are made by `command()` before it is set. */
function applyExitOverride(command: Command): void {
  for (const child of command.commands) {
    child.exitOverride().showHelpAfterError("(--help lists options and examples)");
    applyExitOverride(child);
  }
}

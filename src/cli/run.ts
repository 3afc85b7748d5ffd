// One command from argv to exit code. With --json, stdout is one JSON document on failure as well.

import { type Command, CommanderError } from "commander";
import { readEnv, unsetEnv } from "../config.ts";
import { CopycatError, errorMessage } from "../errors.ts";
import { readVersion } from "../version.ts";
import { exitCodeOf, exitCodes, explainError } from "./exitCodes.ts";
import { inOptions } from "./inOptions.ts";
import { printJson, printNotice } from "./output.ts";
import { makeProgram } from "./program.ts";

/** Runs the command that `argv` (as `process.argv`) names, and sets `process.exitCode`. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  let command: Command | undefined;
  const program = await makeProgram(readVersion(), argv[2]);
  dropUnsetTwins(program);
  dropOverruledTwins(argv);
  program.hook("preAction", (_program, action) => {
    command = action;
  });
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    const code = exitCodeOf(error);
    process.exitCode = code;
    // Commander has printed its own message.
    if (!(error instanceof CommanderError)) printNotice(explainError(error));
    // What commander refuses never becomes a command with options.
    const wantsJson =
      command?.opts<{ json?: boolean }>().json ??
      (argv.includes("--json") || readEnv("COPYCAT_JSON") !== undefined);
    if (wantsJson && code !== exitCodes.ok) printJson(failureReport(error, command));
  }
}

/** Compose files set what is not used to "", and say no with a word; commander would take either for set. */
function dropUnsetTwins(command: Command): void {
  for (const option of command.options) {
    if (option.envVar === undefined) continue;
    const value = readEnv(option.envVar);
    const isNo = (option.isBoolean() || option.negate) && /^(0|false|no|off)$/i.test(value ?? "");
    if (value === undefined || isNo) unsetEnv(option.envVar);
  }
  for (const child of command.commands) dropUnsetTwins(child);
}

/** One server or several: what is typed counts, and the twin of the other one, set once for all commands, does not. */
function dropOverruledTwins(argv: readonly string[]): void {
  const isTyped = (option: string): boolean =>
    argv.some((word) => word === option || word.startsWith(`${option}=`));
  const [one, several] = [isTyped("--dsn"), isTyped("--targets")];
  if (one && !several) unsetEnv("COPYCAT_TARGETS");
  if (several && !one) unsetEnv("COPYCAT_DSN");
}

/** What programs that read stdout learn of a failure; the counts of a load are there and zero. */
function failureReport(error: unknown, command: Command | undefined): object {
  const code =
    error instanceof CopycatError ? error.code : error instanceof CommanderError ? "USAGE" : "INTERNAL";
  const failure = {
    code,
    message: errorMessage(error, inOptions),
    details: error instanceof CopycatError ? error.details : [],
  };
  return { ...countsOf(command), status: "failed", error: failure };
}

function countsOf(command: Command | undefined): object {
  if (command?.name() === "ingest") return nothingIngested;
  if (command?.name() === "scan") return { library: null, ...nothingLoaded, ...nothingScanned };
  if (command === undefined || command.name() !== "load") return {};
  if (command.parent?.name() === "simulation")
    return { scenario: null, ...nothingLoaded, ...nothingSimulated };
  return { kind: command.opts<{ kind?: string }>().kind ?? null, ...nothingLoaded };
}

const nothingIngested = {
  run: null,
  nodes: { read: 0, inserted: 0, updated: 0, unchanged: 0, skipped: 0, rejected: 0 },
  dataSources: { inserted: 0 },
  structures: { inserted: 0 },
  assets: { inserted: 0 },
  rejectsFile: null,
};

/** Of `simulation load`, besides what every load has. */
const nothingSimulated = { updates: 0, initialDatasets: 0, arrays: 0, bytes: 0 };

/** Of `library scan`, besides what every load has. */
const nothingScanned = { missing: 0, moved: 0, reactivated: 0 };

/** Of `memory load` and its like. */
const nothingLoaded = {
  read: 0,
  inserted: 0,
  updated: 0,
  unchanged: 0,
  skipped: 0,
  duplicates: 0,
  rejected: 0,
  elapsedMs: 0,
  rowsPerSecond: 0,
  rejectsFile: null,
};

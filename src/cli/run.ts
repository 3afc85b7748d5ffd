// One command from argv to exit code. With --json, stdout is one JSON document on failure as well.

import { type Command, CommanderError } from "commander";
import { readEnv, unsetEnv } from "../config.ts";
import { CopycatError, errorMessage } from "../errors.ts";
import { exitCodeOf, exitCodes, explainError } from "./exitCodes.ts";
import { printJson, printNotice } from "./output.ts";
import { makeProgram } from "./program.ts";
import { readVersion } from "./version.ts";

/** Runs the command that `argv` (as `process.argv`) names, and sets `process.exitCode`. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  let command: Command | undefined;
  const program = makeProgram(readVersion());
  dropUnsetTwins(program);
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
    const wantsJson = command?.opts<{ json?: boolean }>().json ?? argv.includes("--json");
    if (wantsJson && code !== exitCodes.ok) printJson(failureReport(error));
  }
}

/** Compose files set what is not used to "", and say no with a word; commander would take either for set. */
function dropUnsetTwins(command: Command): void {
  for (const option of command.options) {
    if (option.envVar === undefined) continue;
    const value = readEnv(option.envVar);
    const isNo = option.isBoolean() && /^(0|false|no|off)$/i.test(value ?? "");
    if (value === undefined || isNo) unsetEnv(option.envVar);
  }
  for (const child of command.commands) dropUnsetTwins(child);
}

/** What programs that read stdout learn of a failure. */
function failureReport(error: unknown): { status: "failed"; error: object } {
  const code =
    error instanceof CopycatError ? error.code : error instanceof CommanderError ? "USAGE" : "INTERNAL";
  return {
    status: "failed",
    error: {
      code,
      message: errorMessage(error),
      details: error instanceof CopycatError ? error.details : [],
    },
  };
}

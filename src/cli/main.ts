// Entry of the command line.

import { CommanderError } from "commander";
import { exitCodeOf, explainError } from "./exitCodes.ts";
import { printNotice } from "./output.ts";
import { makeProgram } from "./program.ts";
import { readVersion } from "./version.ts";

try {
  await makeProgram(readVersion()).parseAsync();
} catch (error) {
  // Commander has printed its own message.
  if (!(error instanceof CommanderError)) printNotice(explainError(error));
  process.exitCode = exitCodeOf(error);
}

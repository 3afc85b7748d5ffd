// Errors as exit codes and sentences: the one table.

import { CommanderError } from "commander";
import { wrapDatabaseError } from "../database/index.ts";
import { CopycatError, errorMessage } from "../errors.ts";
import { inOptions } from "./inOptions.ts";
import { safeLines } from "./safeText.ts";

export const exitCodes = { ok: 0, failed: 1, usage: 2, rejects: 3 } as const;

export function exitCodeOf(error: unknown): number {
  // Commander ends --help and --version this way, too.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (error instanceof CopycatError && error.code === "USAGE") return exitCodes.usage;
  return exitCodes.failed;
}

/** What went wrong, then every single mistake on a line of its own. A defect shows its stack. */
export function explainError(thrown: unknown): string {
  const error = wrapDatabaseError(thrown, "PostgreSQL refused");
  if (!(error instanceof CopycatError)) {
    const stack = error instanceof Error ? error.stack : undefined;
    return `copycat: unexpected error: ${stack ?? errorMessage(error)}`;
  }
  return safeLines(
    [`copycat: ${error.messageFor(inOptions)}`, ...error.details.map((detail) => `  ${detail}`)].join("\n"),
  );
}

// How long to wait after a failure, which failures are those of a database that is away, and what is told of them.

import { retryReason, wrapDatabaseError } from "../../database/index.ts";
import { CopycatError, errorCode, errorMessage } from "../../errors.ts";
import type { WatchFailure } from "./types.ts";

/**
 * The pause after the attempt `attempt` (1 is the first), random between half of a bound that doubles and the bound: never
 * so short that a server is beset while it starts, and never the same for all who lost it together.
 */
export function retryDelayMs(attempt: number, limits: { minDelayMs: number; maxDelayMs: number }): number {
  const boundMs = Math.min(limits.maxDelayMs, limits.minDelayMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(boundMs * (0.5 + Math.random() / 2));
}

/** The database cannot be reached, or went away; what it refuses, it refuses again. */
export function isAway(error: unknown): boolean {
  if (retryReason(error) !== null) return true;
  if (error instanceof CopycatError && error.code !== "CONNECTION") return false;
  let link = error;
  while (link instanceof Error && link.cause !== undefined) link = link.cause;
  // pg's errors of connections that broke between two queries, or take too long, are plain ones without a code.
  const isPlain = link instanceof Error && Object.getPrototypeOf(link) === Error.prototype;
  return isPlain && errorCode(link) === undefined;
}

export function failureOf(thrown: unknown): WatchFailure {
  const error = wrapDatabaseError(thrown, "PostgreSQL refused");
  const otherwise = isAway(error) ? "CONNECTION" : "INTERNAL";
  return { code: error instanceof CopycatError ? error.code : otherwise, message: errorMessage(error) };
}

export function cancelled(error: unknown): CopycatError {
  if (error instanceof CopycatError && error.code === "CANCELLED") return error;
  return new CopycatError("CANCELLED", "Cancelled; nothing was changed.", { cause: error });
}

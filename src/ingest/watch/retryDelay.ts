// How long to wait after a failure, and which failures are those of a database that is away.

import { retryReason } from "../../database/index.ts";
import { CopycatError, errorCode } from "../../errors.ts";

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
  // pg gives no code when a connection takes too long.
  const isConnection = error instanceof CopycatError && error.code === "CONNECTION";
  return isConnection && error.cause instanceof Error && errorCode(error.cause) === undefined;
}

// Whether a server cannot be asked now, whatever the step that met it.

import { CopycatError } from "../errors.ts";
import { isRetryable } from "./retry.ts";

/**
 * True when the server does not answer, answers nobody now, or has ended the session: it is down, starts, stops, is full, or
 * closed for a while.
 */
export function isAway(error: unknown): boolean {
  if (error instanceof CopycatError && error.code === "CONNECTION") return true;
  return isRetryable(error) || isFatal(error);
}

/** The server has ended the session, or did not let one begin. */
function isFatal(error: unknown): boolean {
  for (let link = error; link instanceof Error; link = link.cause) {
    if ("severity" in link && (link.severity === "FATAL" || link.severity === "PANIC")) return true;
  }
  return false;
}

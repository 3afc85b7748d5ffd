// SQLSTATEs by meaning. Errors are told apart by these and by constraint names, never by message text.

import { CopycatError, errorCode, errorMessage } from "../errors.ts";
import { isNotedLoss } from "./connectionLoss.ts";
import { nextStep } from "./nextStep.ts";

export const sqlState = {
  undefinedTable: "42P01",
  undefinedObject: "42704",
  insufficientPrivilege: "42501",
  lockNotAvailable: "55P03",
  deadlockDetected: "40P01",
  programLimitExceeded: "54000",
  invalidCatalogName: "3D000",
  invalidPassword: "28P01",
  invalidAuthorization: "28000",
  cannotConnectNow: "57P03",
  adminShutdown: "57P01",
  queryCanceled: "57014",
  undefinedPreparedStatement: "26000",
  duplicatePreparedStatement: "42P05",
  featureNotSupported: "0A000",
} as const;

/** Node's codes for a server that cannot be reached, or no longer. EAI_AGAIN and ENOTFOUND: its name has no address. */
const networkCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "EHOSTDOWN",
  "ENETUNREACH",
  "ENETDOWN",
  "EAI_AGAIN",
  "ENOTFOUND",
]);

/**
 * What passes by itself: SQLSTATE, or the two characters of a class, -> its name in PostgreSQL's list
 * (https://www.postgresql.org/docs/18/errcodes-appendix.html).
 *
 * Not 53100 disk_full and 53200 out_of_memory, which the next attempt makes worse, and not 57014 query_canceled,
 * which somebody wanted; timescaledb-parallel-copy retries those.
 */
export const retryableSqlStates: Readonly<Record<string, string>> = {
  "08": "connection_exception",
  "40001": "serialization_failure",
  "40P01": "deadlock_detected",
  "53300": "too_many_connections",
  "55P03": "lock_not_available",
  "57P01": "admin_shutdown",
  "57P02": "crash_shutdown",
  "57P03": "cannot_connect_now",
};

/** Five characters, of a class that begins with a digit or F, H, P, X; Node's own codes begin with E. */
export function isSqlState(code: string): boolean {
  return /^[0-9FHPX][0-9A-Z]{4}$/.test(code);
}

/** True when no connection could be made, or when it broke (network errors, or class 08). */
export function isConnectionFailure(error: unknown): boolean {
  const code = errorCode(error);
  return code !== undefined && (isNetworkCode(code) || code.startsWith("08"));
}

/** A code of Node's for a server that cannot be reached, such as ECONNREFUSED. */
export function isNetworkCode(code: string): boolean {
  return networkCodes.has(code);
}

/**
 * Wraps what pg throws so that the sentence says which step failed, and what to do. Everything else passes unchanged: a
 * CopycatError, and errors that have nothing to do with the database.
 */
export function wrapDatabaseError(error: unknown, doing: string): unknown {
  if (error instanceof CopycatError) return error;
  const code = errorCode(error);
  const options = { cause: error };
  const isLost = isConnectionFailure(error) || isNotedLoss(error);
  if (!isLost && (code === undefined || !isSqlState(code))) return error;
  const why = code === undefined ? "" : ` (${code})`;
  const text = withNextStep(`${doing}: ${errorMessage(error)}${why}`, error);
  if (isLost) return new CopycatError("CONNECTION", text, options);
  return new CopycatError(code === sqlState.insufficientPrivilege ? "PERMISSION" : "DATABASE", text, options);
}

/** The message of an error of pg's, and what to do next where that is known. */
export function withNextStep(message: string, error: unknown): string {
  const next = nextStep(errorCode(error), isConnectionFailure(error) || isNotedLoss(error));
  return next === null ? message : `${message}. ${next}`;
}

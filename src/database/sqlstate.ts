// SQLSTATEs by meaning. Errors are told apart by these and by constraint names, never by message text.

import { CopycatError, errorCode, errorMessage } from "../errors.ts";

export const sqlState = {
  undefinedTable: "42P01",
  undefinedObject: "42704",
  insufficientPrivilege: "42501",
  lockNotAvailable: "55P03",
  programLimitExceeded: "54000",
  invalidCatalogName: "3D000",
  invalidPassword: "28P01",
  invalidAuthorization: "28000",
  cannotConnectNow: "57P03",
  adminShutdown: "57P01",
  queryCanceled: "57014",
} as const;

const networkCodes = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ECONNRESET",
  "EAI_AGAIN",
]);

/** Five characters, of a class that begins with a digit or F, H, P, X; Node's own codes begin with E. */
export function isSqlState(code: string): boolean {
  return /^[0-9FHPX][0-9A-Z]{4}$/.test(code);
}

/** True when no connection could be made (network errors, or class 08). */
export function isConnectionFailure(error: unknown): boolean {
  const code = errorCode(error);
  return code !== undefined && (networkCodes.has(code) || code.startsWith("08"));
}

/**
 * Wraps what pg throws so that the sentence says which step failed. Everything else passes unchanged: a CopycatError,
 * and errors that have nothing to do with the database.
 */
export function wrapDatabaseError(error: unknown, doing: string): unknown {
  if (error instanceof CopycatError) return error;
  const code = errorCode(error);
  const options = { cause: error };
  if (isConnectionFailure(error)) {
    return new CopycatError("CONNECTION", `${doing}: ${errorMessage(error)} (${code})`, options);
  }
  if (code === undefined || !isSqlState(code)) return error;
  const text = `${doing}: ${errorMessage(error)} (${code})`;
  return new CopycatError(code === sqlState.insufficientPrivilege ? "PERMISSION" : "DATABASE", text, options);
}

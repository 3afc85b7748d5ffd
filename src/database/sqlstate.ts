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

/** True when no connection could be made (network errors, or class 08). */
export function isConnectionFailure(error: unknown): boolean {
  const code = errorCode(error);
  return code !== undefined && (networkCodes.has(code) || code.startsWith("08"));
}

/** Wraps what pg throws so that the sentence says which step failed; a CopycatError passes unchanged. */
export function wrapDatabaseError(error: unknown, doing: string): CopycatError {
  if (error instanceof CopycatError) return error;
  const code = errorCode(error);
  const text = `${doing}: ${errorMessage(error)}${code === undefined ? "" : ` (${code})`}`;
  if (code === sqlState.insufficientPrivilege) return new CopycatError("PERMISSION", text, { cause: error });
  if (isConnectionFailure(error)) return new CopycatError("CONNECTION", text, { cause: error });
  return new CopycatError("DATABASE", text, { cause: error });
}

// The one error class. A message says what happened, to which input, and what to do next.

/** Closed set of codes; the command line turns them into exit codes, programs switch on them. */
export type ErrorCode =
  /** An option or argument does not make sense. */
  | "USAGE"
  /** A description (dataset YAML, NDJSON record) is not valid; `details` lists every mistake. */
  | "INVALID_INPUT"
  /** A file or folder cannot be opened or read. */
  | "UNREADABLE_SOURCE"
  /** No database could be reached. */
  | "CONNECTION"
  /** The embedded PostgreSQL cannot run here. */
  | "EMBEDDED_SERVER"
  /** The role lacks a right that the job needs. */
  | "PERMISSION"
  /** The catalog in the database is none that this version can write to. */
  | "CATALOG_VERSION"
  /** Policy `error` met a row that is there already. */
  | "CONFLICT"
  /** More rejects than `maxRejects`. */
  | "TOO_MANY_REJECTS"
  /** The thing asked for is not there. */
  | "NOT_FOUND"
  /** The caller's AbortSignal, or a signal of the operating system. */
  | "CANCELLED"
  /** PostgreSQL refused a statement; `cause` is its error. */
  | "DATABASE"
  /** A defect in copycat itself. */
  | "INTERNAL";

export interface CopycatErrorOptions {
  cause?: unknown;
  /** One line per single mistake, each complete in itself. */
  details?: readonly string[];
}

export class CopycatError extends Error {
  readonly code: ErrorCode;
  readonly details: readonly string[];

  constructor(code: ErrorCode, message: string, options: CopycatErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "CopycatError";
    this.code = code;
    this.details = options.details ?? [];
  }
}

/** The message of anything that was thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a Node system error or a PostgreSQL error (its SQLSTATE), else undefined. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

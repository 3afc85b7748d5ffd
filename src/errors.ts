// The one error class. A message says what happened, to which input, and what to do next.

import { type NameSetting, Wording } from "./wording.ts";

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
  /** The service has more to do than it takes on; later it may. */
  | "BUSY"
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
  /** The message, with the settings that it names: for who shows it in words of its own. */
  readonly wording: Wording;

  /** @param message with settings in it (`words`) it is in the words of a program; `messageFor` has those of others */
  constructor(code: ErrorCode, message: string | Wording, options: CopycatErrorOptions = {}) {
    super(String(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "CopycatError";
    this.code = code;
    this.details = options.details ?? [];
    this.wording = typeof message === "string" ? new Wording([message]) : message;
    // Not enumerable: who logs or compares an error has its message.
    Object.defineProperty(this, "wording", { enumerable: false });
  }

  /** The message with the settings named as its reader knows them. */
  messageFor(name: NameSetting): string {
    return this.wording.for(name);
  }
}

/** The message of anything that was thrown; with `name`, in the words of one kind of reader. */
export function errorMessage(error: unknown, name?: NameSetting): string {
  if (name !== undefined && error instanceof CopycatError) return error.messageFor(name);
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a Node system error or a PostgreSQL error (its SQLSTATE), else undefined. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

// What goes wrong as RFC 9457 problem documents, with the project's codes.

import { isAway, retryReason, sqlState, wrapDatabaseError } from "../database/index.ts";
import {
  CopycatError,
  type CopycatErrorOptions,
  type ErrorCode,
  errorCode,
  errorMessage,
} from "../errors.ts";
import type { Wording } from "../wording.ts";
import { inQueries } from "./inQueries.ts";

/** An error that knows its answer. */
export class Refusal extends CopycatError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Further members of the document. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    code: ErrorCode,
    message: string | Wording,
    options: CopycatErrorOptions & {
      headers?: Record<string, string>;
      members?: Record<string, unknown>;
    } = {},
  ) {
    super(code, message, options);
    this.status = status;
    this.headers = options.headers ?? {};
    this.members = options.members ?? {};
  }
}

const statuses: Readonly<Record<ErrorCode, number>> = {
  USAGE: 400,
  INVALID_INPUT: 400,
  UNREADABLE_SOURCE: 400,
  TOO_MANY_REJECTS: 400,
  NOT_FOUND: 404,
  CONFLICT: 409,
  BUSY: 429,
  CANCELLED: 503,
  CONNECTION: 503,
  EMBEDDED_SERVER: 503,
  CATALOG_VERSION: 503,
  // The role of the service lacks a right: no fault of who asks.
  PERMISSION: 500,
  DATABASE: 500,
  INTERNAL: 500,
};

const titles: Readonly<Record<number, string>> = {
  400: "The request cannot be taken",
  401: "A key is needed",
  403: "Not allowed",
  404: "Not found",
  405: "Not allowed here",
  408: "The request did not come in time",
  409: "Conflict",
  413: "The body is too large",
  415: "Not in this form",
  422: "The key belongs to another request",
  429: "Too much at once",
  431: "The head is too long",
  500: "Failed",
  503: "Not available",
};

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ErrorCode;
  /** One line per single mistake. */
  details?: readonly string[];
  [member: string]: unknown;
}

/** @param hide takes out what must not be told: the name of a database says where it is */
export function toProblem(
  thrown: unknown,
  hide: (text: string) => string,
): { problem: Problem; headers: Record<string, string> } {
  const error = explain(thrown);
  const status = statusOf(error);
  const tell = (text: string): string => hideAddress(hide(text));
  // Why a server does not answer is for the log.
  const details = error.code === "CONNECTION" ? [] : error.details;
  const problem: Problem = {
    type: `urn:copycat:problem:${error.code.toLowerCase()}`,
    title: titles[status] ?? "Failed",
    status,
    detail: tell(error.messageFor(inQueries)),
    code: error.code,
    ...(details.length === 0 ? {} : { details: details.map(tell) }),
    ...(error instanceof Refusal ? error.members : {}),
  };
  const headers = error instanceof Refusal ? { ...error.headers } : {};
  if (status === 503 && headers["retry-after"] === undefined) headers["retry-after"] = "5";
  return { problem, headers };
}

const networkErrors =
  /\b(ECONN[A-Z]+|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_[A-Z]+) \S+?(?=[.,;]?(?:\s|$))/g;

/** `connect ECONNREFUSED 10.0.0.3:5432.` without the address. */
function hideAddress(text: string): string {
  return text.replaceAll(networkErrors, "$1");
}

function statusOf(error: CopycatError): number {
  if (error instanceof Refusal) return error.status;
  return isAway(error) ? 503 : statuses[error.code];
}

function explain(thrown: unknown): CopycatError {
  if (wasTimedOut(thrown)) {
    return new Refusal(503, "DATABASE", "The database took too long for it; ask for less.", {
      cause: thrown,
    });
  }
  const error = wrapDatabaseError(thrown, "PostgreSQL refused");
  if (error instanceof CopycatError) return error;
  const fromFastify = explainFastify(error);
  if (fromFastify !== null) return fromFastify;
  if (retryReason(error) !== null) {
    return new Refusal(503, "CONNECTION", "The database is away.", { cause: error });
  }
  return new CopycatError("INTERNAL", "An unexpected error; the log of the service has it.", {
    cause: error,
  });
}

/** By the limit of the connections for searches; loads have none. */
function wasTimedOut(thrown: unknown): boolean {
  for (let link = thrown; link instanceof Error; link = link.cause) {
    if (link instanceof CopycatError && link.code === "CANCELLED") return false;
    if (!(link instanceof CopycatError) && errorCode(link) === sqlState.queryCanceled) return true;
  }
  return false;
}

/** What fastify itself refuses has a status below 500: options that do not fit, media types. */
function explainFastify(error: unknown): CopycatError | null {
  if (!(error instanceof Error) || !("statusCode" in error)) return null;
  const status = Number(error.statusCode);
  if (!(status >= 400 && status < 500)) return null;
  if (status === 415) return notNdjson(error);
  const code = errorCode(error) === "FST_ERR_NOT_FOUND" ? "NOT_FOUND" : "USAGE";
  return new Refusal(status, code, `${errorMessage(error)}.`, { cause: error });
}

export function notNdjson(cause?: unknown): Refusal {
  return new Refusal(415, "USAGE", "Send the body as application/x-ndjson.", { cause });
}

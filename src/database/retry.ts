// Trying again what failed for a reason that passes. The whole transaction, from a source that can be read again.

import { setTimeout } from "node:timers/promises";
import { CopycatError, errorCode, errorMessage } from "../errors.ts";
import { words } from "../wording.ts";
import { hasUnknownOutcome, isNotedLoss } from "./connectionLoss.ts";
import { isNetworkCode, isSqlState, retryableSqlStates, withNextStep } from "./sqlstate.ts";

export interface RetryOptions {
  /** Tries at most, the first one included; default 5. */
  attempts?: number;
  /** Longest pause after the first failure; it doubles with each one. Default 100. */
  minDelayMs?: number;
  /** No pause is longer. Default 5000. */
  maxDelayMs?: number;
  /** Ends the waiting at once; what runs has to listen itself. */
  signal?: AbortSignal | undefined;
  /**
   * Tries again even when a connection broke during a commit: for work that finds out by itself whether the changes
   * are in, as with a ledger. Default false.
   */
  afterUnknownOutcome?: boolean;
  /** Told before each pause. */
  onRetry?: (retry: Retry) => void;
}

export interface Retry {
  /** The attempt that failed; 1 is the first. */
  attempt: number;
  delayMs: number;
  /** PostgreSQL's name for the SQLSTATE (`deadlock_detected`), a code of Node's, or `connection_lost`. */
  reason: string;
  error: unknown;
}

/**
 * Why another attempt may succeed, or null when it cannot or must not.
 *
 * Causes are looked through, and the first link that says what it is decides. Null for anything cancelled.
 */
export function retryReason(error: unknown): string | null {
  for (let link = error; link instanceof Error; link = link.cause) {
    if (link instanceof CopycatError && link.code === "CANCELLED") return null;
    if (isNotedLoss(link)) return "connection_lost";
    const code = link instanceof CopycatError ? undefined : errorCode(link);
    if (code === undefined) continue;
    if (isNetworkCode(code)) return code;
    if (isSqlState(code)) return retryableSqlStates[code] ?? retryableSqlStates[code.slice(0, 2)] ?? null;
  }
  return null;
}

/**
 * True when another attempt may succeed; false for a commit whose outcome nobody knows.
 *
 * @example
 * isRetryable(new CopycatError("DATABASE", "...", { cause: deadlock })); // true
 * isRetryable(uniqueViolation); // false
 */
export function isRetryable(error: unknown): boolean {
  return !hasUnknownOutcome(error) && retryReason(error) !== null;
}

/**
 * Runs `work` until it succeeds, or fails for a reason that does not pass. Pauses are random between 0 and a bound
 * that doubles ("full jitter"), so that those who failed together do not come back together.
 *
 * @example
 * await withRetry(() => withTransaction(database, (client) => load(client)), { attempts: 3 });
 *
 * @throws what `work` throws, unchanged, when it is not retryable or there is one attempt only; after several the
 * last error as the `cause` of a CopycatError that tells how many (CONNECTION or DATABASE, or its own code);
 * CopycatError CANCELLED when the signal fires before an attempt or during a pause; USAGE for impossible options.
 */
export async function withRetry<Result>(
  work: (attempt: number) => Promise<Result>,
  options: RetryOptions = {},
): Promise<Result> {
  const { attempts = 5, minDelayMs = 100, maxDelayMs = 5000, signal, onRetry, afterUnknownOutcome } = options;
  if (!Number.isSafeInteger(attempts) || attempts < 1) {
    throw new CopycatError("USAGE", `attempts is ${attempts}; it must be a whole number of at least 1.`);
  }
  if (!(minDelayMs >= 0 && maxDelayMs >= minDelayMs && Number.isFinite(maxDelayMs))) {
    throw new CopycatError("USAGE", `Pauses from ${minDelayMs} to ${maxDelayMs} ms make no sense.`);
  }
  for (let attempt = 1; ; attempt++) {
    if (signal?.aborted === true) throw cancelled(signal.reason);
    try {
      return await work(attempt);
    } catch (error) {
      const reason = retryReason(error);
      if (reason === null || (hasUnknownOutcome(error) && afterUnknownOutcome !== true)) throw error;
      if (attempt >= attempts) throw attempts === 1 ? error : gaveUp(error, attempts);
      const delayMs = Math.random() * Math.min(maxDelayMs, minDelayMs * 2 ** (attempt - 1));
      onRetry?.({ attempt, delayMs, reason, error });
      await pause(delayMs, signal);
    }
  }
}

async function pause(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await setTimeout(delayMs, undefined, signal === undefined ? {} : { signal });
  } catch {
    throw cancelled(signal?.reason);
  }
}

function cancelled(reason: unknown): CopycatError {
  return new CopycatError("CANCELLED", "Cancelled before another attempt.", {
    cause: reason,
  });
}

function gaveUp(error: unknown, attempts: number): CopycatError {
  const isOurs = error instanceof CopycatError;
  const code = errorCode(error);
  const isRefusal = code !== undefined && /^(40|55)/.test(code);
  const text = `Gave up after ${attempts} attempts: `;
  return new CopycatError(
    isOurs ? error.code : isRefusal ? "DATABASE" : "CONNECTION",
    isOurs ? words(text, error.wording) : withNextStep(`${text}${errorMessage(error)}`, error),
    { cause: error, ...(isOurs ? { details: error.details } : {}) },
  );
}

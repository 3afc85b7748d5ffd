// Errors that mean a lost connection but do not say so. pg 8.23 throws plain Errors without a code for them
// ("Connection terminated unexpectedly", "Client has encountered a connection error and is not queryable", "timeout
// exceeded when trying to connect"), so what tells is where they come from: a client that has emitted `error` or
// `end`, or a pool that was asked for a connection.

import type { ClientBase } from "pg";
import { errorCode } from "../errors.ts";

const losses = new WeakSet<object>();
const unknownOutcomes = new WeakSet<object>();

/**
 * Runs `work` on a client. When it fails on a connection that broke meanwhile, its error is noted as a lost
 * connection, so that `isRetryable` knows. A loss between two queries cannot end the process either: there is a
 * listener as long as this runs.
 *
 * @example
 * await watchConnection(client, () => client.query("select 1"));
 *
 * @throws what `work` throws, unchanged
 */
export async function watchConnection<Result>(
  client: ClientBase,
  work: () => Promise<Result>,
): Promise<Result> {
  let isLost = false;
  const onLoss = (): void => {
    isLost = true;
  };
  client.on("error", onLoss);
  client.on("end", onLoss);
  try {
    return await work();
  } catch (error) {
    if (isLost) noteConnectionLoss(error);
    throw error;
  } finally {
    client.off("error", onLoss);
    client.off("end", onLoss);
  }
}

/** Notes an error, or what lies at the bottom of it, as a lost connection, unless it says itself what it is. */
export function noteConnectionLoss(error: unknown): void {
  let link = error;
  while (link instanceof Error && link.cause !== undefined) link = link.cause;
  // pg's own are plain Errors; a TypeError is somebody's mistake, whatever became of the connection.
  const isPlain = link instanceof Error && Object.getPrototypeOf(link) === Error.prototype;
  if (isPlain && errorCode(link) === undefined) losses.add(link as Error);
}

/** True for what `noteConnectionLoss` noted itself; causes are the caller's to follow. */
export function isNotedLoss(error: unknown): boolean {
  return typeof error === "object" && error !== null && losses.has(error);
}

/** Notes that nobody knows whether the work took effect: the connection broke during the commit. */
export function noteUnknownOutcome(error: unknown): void {
  if (typeof error === "object" && error !== null) unknownOutcomes.add(error);
}

/** Whether work may have taken effect although it threw this; only who can look it up may try again. */
export function hasUnknownOutcome(error: unknown): boolean {
  for (let link = error; link instanceof Error; link = link.cause) {
    if (unknownOutcomes.has(link)) return true;
  }
  return false;
}

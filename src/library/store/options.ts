// What the functions over many files can be told, the same everywhere.

import { CopycatError } from "../../errors.ts";

export interface BatchOptions {
  /**
   * Clamped to what the function allows, for callers of the system replaced here; what is written and told does not depend on
   * it. Underneath the engine makes batches of its own, of half a megabyte.
   */
  batchSize?: number;
  /** Stops at once, with nothing changed. */
  signal?: AbortSignal | undefined;
}

export interface BatchLimits {
  usual: number;
  most: number;
}

export const insertLimits: BatchLimits = { usual: 500, most: 1000 };
export const updateLimits: BatchLimits = { usual: 200, most: 500 };

/**
 * 0 becomes 1, and what is too large the most that is allowed.
 *
 * @throws CopycatError USAGE for what is no number
 */
export function clampBatchSize(size: number | undefined, { usual, most }: BatchLimits): number {
  if (size === undefined) return usual;
  if (typeof size !== "number" || Number.isNaN(size)) {
    throw new CopycatError("USAGE", `batchSize is ${size}; it must be a number from 1 to ${most}.`);
  }
  return Math.min(Math.max(Math.trunc(size), 1), most);
}

/** @throws CopycatError USAGE `files cannot be null or empty` */
export function requireSome<Item>(items: readonly Item[], what: "files" | "paths" | "hashes" | "keys"): void {
  if (!Array.isArray(items) || items.length === 0) {
    throw new CopycatError("USAGE", `${what} cannot be null or empty`);
  }
}

// The three functions that callers of the system replaced here know, over any list or stream.

import type { BulkReport } from "../bulk/index.ts";
import { CopycatError } from "../errors.ts";
import { kinds } from "./kinds.ts";
import { checkPolicy, loadMemory, type MemoryLoadOptions } from "./loadMemory.ts";
import type { MemoryTarget } from "./store.ts";
import type { MemoryEntryInput, MemoryKind, PatternInput, TrajectoryInput } from "./types.ts";

/** A list, or any stream of records; a list can be read again, so a load of it survives a deadlock or a restart. */
export type Input<Value> = readonly Value[] | Iterable<Value> | AsyncIterable<Value>;

/**
 * Loads memory entries, keyed by (namespace, key), in one transaction.
 *
 * Without `onReject` the first bad entry is an error before anything is written, with the sentences that the system
 * replaced here had: `Entry 3 missing required fields (namespace, key, value)`,
 * `Entry 3: Expected 384-dimensional embedding, got 128`. With it, bad entries are told by index, key and field, and the
 * others go in.
 *
 * @param db a Database; or a client inside a transaction of the caller's, who commits
 * @param entries metadata defaults to `{}`, tags to `[]`; `ttlSeconds` or `expires_at` make an entry vanish
 * @returns counts; `read` is the sum of the others
 * @throws CopycatError USAGE (`entries list cannot be empty`, an unknown policy), INVALID_INPUT, CONFLICT, NOT_FOUND (no
 * store: call `ensureMemory` first), and those of the engine
 *
 * @example
 * await ensureMemory(database);
 * const report = await bulkInsertMemoryEntries(
 *   database,
 *   [{ namespace: "patterns", key: "cve-status", value: "...", embedding, tags: ["security"] }],
 *   { onConflict: "update" },
 * );
 * // { read: 1, inserted: 1, updated: 0, unchanged: 0, skipped: 0, duplicates: 0, rejected: 0 }
 */
export function bulkInsertMemoryEntries(
  db: MemoryTarget,
  entries: Input<MemoryEntryInput>,
  options: MemoryLoadOptions = {},
): Promise<BulkReport> {
  return bulkInsert(db, "entries", entries, options);
}

/**
 * Loads patterns, keyed by (name, pattern_type); otherwise as `bulkInsertMemoryEntries`. An update adds usage_count and
 * success_count to what is stored, and those of one pattern that stands several times in the input up.
 *
 * @example
 * await bulkInsertPatterns(database, [{ name: "retry", pattern_type: "resilience", usage_count: 3, success_count: 2 }]);
 */
export function bulkInsertPatterns(
  db: MemoryTarget,
  patterns: Input<PatternInput>,
  options: MemoryLoadOptions = {},
): Promise<BulkReport> {
  return bulkInsert(db, "patterns", patterns, options);
}

/**
 * Loads steps of trajectories, keyed by (trajectory_id, step_number); otherwise as `bulkInsertMemoryEntries`.
 *
 * @example
 * await bulkInsertTrajectories(database, [{ trajectory_id: "t1", step_number: 0, action: "look", state: { x: 1 } }]);
 */
export function bulkInsertTrajectories(
  db: MemoryTarget,
  trajectories: Input<TrajectoryInput>,
  options: MemoryLoadOptions = {},
): Promise<BulkReport> {
  return bulkInsert(db, "trajectories", trajectories, options);
}

async function bulkInsert<Value>(
  db: MemoryTarget,
  kind: MemoryKind,
  records: Input<Value>,
  options: MemoryLoadOptions,
): Promise<BulkReport> {
  checkPolicy(options.onConflict);
  if (!Array.isArray(records)) {
    checkIterable(kind, records);
    return loadMemory(db, kind, records as Iterable<Value> | AsyncIterable<Value>, options);
  }
  const list: readonly Value[] = records;
  if (list.length === 0) throw new CopycatError("USAGE", `${kinds[kind].plural} list cannot be empty`);
  return loadMemory(db, kind, () => list, { totalRows: list.length, ...options });
}

/** JavaScript callers have no types to warn them. */
function checkIterable(kind: MemoryKind, records: unknown): void {
  const { plural } = kinds[kind];
  if (records === null || records === undefined) {
    throw new CopycatError("USAGE", `${plural} list cannot be empty`);
  }
  if (typeof records === "object" && (Symbol.iterator in records || Symbol.asyncIterator in records)) return;
  throw new CopycatError(
    "USAGE",
    `${plural} must be a list or a stream of records, but is a ${typeof records}.`,
  );
}

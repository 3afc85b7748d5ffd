// Stores to try things on, and the records of the test suite that this store has to pass.

import { beforeAll, expect } from "vitest";
import type { BulkReport, RejectedRow } from "../../src/bulk/index.ts";
import {
  bulkInsertMemoryEntries,
  type EmbeddingChoice,
  type EnsuredStore,
  ensureMemory,
  type MemoryEntryInput,
  type MemoryLoadOptions,
  type PatternInput,
  type TrajectoryInput,
} from "../../src/memory/index.ts";
import { type TestDatabase, useDatabase } from "../support/database.ts";

export interface TestStore extends TestDatabase {
  readonly store: EnsuredStore;
}

/** What tests run on: what the server has, and what every server has. The same two where there is no pgvector. */
export const embeddings: readonly EmbeddingChoice[] = ["auto", "real[]"];

/** A database of its own with a store in the schema `memory`. */
export function useMemory({
  embedding = "auto",
  dimensions,
}: {
  embedding?: EmbeddingChoice;
  dimensions?: number;
} = {}): TestStore {
  const test = useDatabase({ empty: true });
  let store: EnsuredStore | undefined;
  beforeAll(async () => {
    store = await ensureMemory(test.database, {
      embedding,
      ...(dimensions === undefined ? {} : { dimensions }),
    });
  });
  return {
    dsn: test.dsn,
    rows: test.rows,
    value: test.value,
    get database() {
      return test.database;
    },
    get store() {
      if (store === undefined) throw new Error("The store exists inside tests and hooks only.");
      return store;
    },
  };
}

/** The records of upstream's test suite (src/test_bulk_ops.py), row `i` each. */
export function entry(i: number, prefix = ""): MemoryEntryInput {
  return {
    namespace: "test_bulk",
    key: `entry_${i}`,
    value: `${prefix}Test value ${i} for bulk operations`,
    embedding: new Array<number>(384).fill(0.1 + (i % 100) * 0.001),
    metadata: { index: i, test: true, batch: "bulk_ops_test" },
    tags: ["test", "bulk", `batch_${Math.floor(i / 100)}`],
  };
}

export function pattern(i: number): PatternInput {
  return {
    name: `pattern_${i}`,
    pattern_type: `bulk_test_type_${i % 5}`,
    description: `Pattern ${i}`,
    embedding: new Array<number>(384).fill(0.2 + i * 0.001),
    confidence: 0.5 + (i % 10) * 0.05,
    usage_count: i * 10,
    success_count: i * 8,
    metadata: { index: i },
  };
}

export function step(i: number): TrajectoryInput {
  return {
    trajectory_id: `traj_${Math.floor(i / 10)}`,
    step_number: i % 10,
    action: `move_forward_speed_${i % 3}`,
    state: { position: i, velocity: i * 0.5 },
    reward: i % 5,
    embedding: new Array<number>(384).fill(0.3 + i * 0.001),
    metadata: { batch: "training" },
  };
}

export const range = (count: number, start = 0): number[] =>
  Array.from({ length: count }, (_, index) => start + index);

/** A short entry, without embedding. */
export function note(key: string, more: Partial<MemoryEntryInput> = {}): MemoryEntryInput {
  return { namespace: "notes", key, value: `value of ${key}`, ...more };
}

export interface Inserted {
  report: BulkReport;
  rejects: RejectedRow[];
}

/** Inserts entries with a listener for rejects, and proves that the report adds up. */
export async function insert(
  test: TestStore,
  entries: readonly unknown[],
  options: MemoryLoadOptions = {},
): Promise<Inserted> {
  const rejects: RejectedRow[] = [];
  const report = await bulkInsertMemoryEntries(test.database, entries as MemoryEntryInput[], {
    onReject: (reject) => void rejects.push(reject),
    ...options,
  });
  expectSum(report, entries.length);
  expect(report.rejected).toBe(rejects.length);
  return { report, rejects };
}

export function expectSum({ read, ...others }: BulkReport, records: number): void {
  expect(read).toBe(records);
  expect(Object.values(others).reduce((sum, count) => sum + count, 0)).toBe(read);
  expect(Math.min(...Object.values(others))).toBeGreaterThanOrEqual(0);
}

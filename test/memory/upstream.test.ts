// The tests of the system that this store replaces (src/test_bulk_ops.py), with its records and its numbers.

import { describe, expect, it } from "vitest";
import {
  bulkInsertMemoryEntries,
  bulkInsertPatterns,
  bulkInsertTrajectories,
  countMemories,
} from "../../src/memory/index.ts";
import { embeddings, entry, pattern, range, step, useMemory } from "./support.ts";

describe.each(embeddings)("with embeddings as %s", (embedding) => {
  describe("test_bulk_insert_basic", () => {
    const test = useMemory({ embedding });
    it("inserts 100 entries, whole", async () => {
      const report = await bulkInsertMemoryEntries(
        test.database,
        range(100).map((i) => entry(i)),
      );
      expect(report).toEqual({
        read: 100,
        inserted: 100,
        updated: 0,
        unchanged: 0,
        skipped: 0,
        duplicates: 0,
        rejected: 0,
      });
      expect(await countMemories(test.database)).toBe(100);
      const [row] = await test.rows(`
        select namespace, value, metadata, tags, (embedding::real[])[384] as last, cardinality(embedding::real[]) as length
        from memory.memory_entries where key = 'entry_42'`);
      expect(row).toEqual({
        namespace: "test_bulk",
        value: "Test value 42 for bulk operations",
        metadata: { index: 42, test: true, batch: "bulk_ops_test" },
        tags: ["test", "bulk", "batch_0"],
        last: 0.142,
        length: 384,
      });
    });
  });

  describe("test_bulk_insert_conflict_skip", () => {
    const test = useMemory({ embedding });
    it("inserts 50, then the 50 new ones of 100", async () => {
      await bulkInsertMemoryEntries(
        test.database,
        range(50).map((i) => entry(i)),
      );
      const entries = range(100).map((i) => entry(i));
      const report = await bulkInsertMemoryEntries(test.database, entries, { onConflict: "skip" });
      expect(report).toMatchObject({ read: 100, inserted: 50, skipped: 50 });
      expect(await countMemories(test.database)).toBe(100);
    });
  });

  describe("test_bulk_insert_conflict_update", () => {
    const test = useMemory({ embedding });
    it("inserts 50, then updates 50 and inserts 25 of 75", async () => {
      await bulkInsertMemoryEntries(
        test.database,
        range(50).map((i) => entry(i)),
      );
      const entries = range(75).map((i) => entry(i, "UPDATED: "));
      const report = await bulkInsertMemoryEntries(test.database, entries, { onConflict: "update" });
      expect(report).toMatchObject({ read: 75, inserted: 25, updated: 50 });
      expect(report.inserted + report.updated).toBe(75);
      const updated = await test.value(
        "select count(*)::int from memory.memory_entries where value like 'UPDATED:%'",
      );
      expect(updated).toBe(75);
      expect(await countMemories(test.database)).toBe(75);
    });
  });

  describe("test_bulk_insert_validation", () => {
    const test = useMemory({ embedding });
    it.each([
      ["no entries", [], "entries list cannot be empty"],
      [
        "an entry without key",
        [{ namespace: "test" }],
        "Entry 0 missing required fields (namespace, key, value)",
      ],
      [
        "an embedding of 128 numbers",
        [{ namespace: "test", key: "k", value: "v", embedding: new Array(128).fill(0.1) }],
        "Entry 0: Expected 384-dimensional embedding, got 128",
      ],
    ])("refuses %s", async (_name, entries, message) => {
      await expect(bulkInsertMemoryEntries(test.database, entries as never)).rejects.toThrow(
        expect.objectContaining({ message }),
      );
      expect(await countMemories(test.database)).toBe(0);
    });
  });

  describe("test_bulk_patterns and test_bulk_trajectories", () => {
    const test = useMemory({ embedding });
    it("insert 50 patterns", async () => {
      const report = await bulkInsertPatterns(test.database, range(50).map(pattern));
      expect(report).toMatchObject({ read: 50, inserted: 50 });
      const [row] = await test.rows(`
        select pattern_type, confidence, usage_count, success_count, (embedding::real[])[1] as first
        from memory.patterns where name = 'pattern_7'`);
      expect(row).toEqual({
        pattern_type: "bulk_test_type_2",
        confidence: 0.85,
        usage_count: 70,
        success_count: 56,
        first: 0.207,
      });
    });

    it("insert 100 steps of 10 trajectories", async () => {
      const report = await bulkInsertTrajectories(test.database, range(100).map(step));
      expect(report).toMatchObject({ read: 100, inserted: 100 });
      const [row] = await test.rows(
        "select action, state, reward from memory.trajectories where trajectory_id = 'traj_4' and step_number = 3",
      );
      expect(row).toEqual({
        action: "move_forward_speed_1",
        state: { position: 43, velocity: 21.5 },
        reward: 3,
      });
      expect(await test.value("select count(distinct trajectory_id)::int from memory.trajectories")).toBe(10);
    });
  });
});

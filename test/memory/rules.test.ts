// What must happen where the system that this store replaces failed, by the numbers of engine-lessons.md: M1 to M28.

import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { withTransaction } from "../../src/database/index.ts";
import {
  bulkInsertMemoryEntries,
  bulkInsertPatterns,
  bulkInsertTrajectories,
  countMemories,
  type MemoryEntryInput,
  retrieveMemory,
} from "../../src/memory/index.ts";
import { entry, expectSum, insert, note, range, useMemory } from "./support.ts";

const test = useMemory();

const count = (namespace: string): Promise<number> => countMemories(test.database, { namespace });

/** Stores one entry in a namespace of its own and reads it back. */
async function roundTrip(name: string, more: Partial<MemoryEntryInput>) {
  const given = note("k", { namespace: name, ...more });
  const { report } = await insert(test, [given]);
  expect(report.inserted).toBe(1);
  return retrieveMemory(test.database, given.namespace, given.key);
}

describe("keys that stand twice in one input", () => {
  it("M1 under update: no error, the last one is stored, and the report says that one was merged", async () => {
    const entries = [note("a", { namespace: "m1", value: "1" }), note("a", { namespace: "m1", value: "2" })];
    const { report } = await insert(test, entries, { onConflict: "update" });
    expect(report).toMatchObject({ inserted: 1, duplicates: 1 });
    expect((await retrieveMemory(test.database, "m1", "a"))?.value).toBe("2");
    expect(await count("m1")).toBe(1);
  });

  it("M2 under skip: the first one is stored, the second one is not and is counted", async () => {
    const entries = [note("a", { namespace: "m2", value: "1" }), note("a", { namespace: "m2", value: "2" })];
    const { report } = await insert(test, entries, { onConflict: "skip" });
    expect(report).toMatchObject({ inserted: 1, duplicates: 1, skipped: 0 });
    expect((await retrieveMemory(test.database, "m2", "a"))?.value).toBe("1");
  });

  it("M3 of patterns under update: the counts of both are summed and added to what is stored", async () => {
    const pattern = { name: "m3", pattern_type: "t" };
    await bulkInsertPatterns(test.database, [{ ...pattern, usage_count: 100, success_count: 50 }]);
    const report = await bulkInsertPatterns(
      test.database,
      [
        { ...pattern, usage_count: 3, success_count: 2, confidence: 0.1, description: "first" },
        { ...pattern, usage_count: 4, success_count: 3, confidence: 0.9, description: "last" },
      ],
      { onConflict: "update" },
    );
    expect(report).toMatchObject({ read: 2, updated: 1, duplicates: 1 });
    const [row] = await test.rows(
      "select usage_count, success_count, confidence, description from memory.patterns where name = 'm3'",
    );
    expect(row).toEqual({ usage_count: 107, success_count: 55, confidence: 0.9, description: "last" });
  });
});

describe("texts", () => {
  it("M4 a tab in key, namespace or tag is stored unchanged", async () => {
    const stored = await roundTrip("m4\tns", { key: "a\tb", tags: ["x\ty"] });
    expect(stored).toMatchObject({ namespace: "m4\tns", key: "a\tb", tags: ["x\ty"] });
  });

  it("M5 a newline in namespace or key is stored unchanged", async () => {
    expect(await roundTrip("m5\nns", { key: "a\nb" })).toMatchObject({ namespace: "m5\nns", key: "a\nb" });
  });

  it("M6 a key with a backslash is stored byte for byte", async () => {
    expect((await roundTrip("m6", { key: "C:\\new" }))?.key).toBe("C:\\new");
  });

  it("M7 the key \\N is two characters, not NULL", async () => {
    expect((await roundTrip("m7", { key: "\\N" }))?.key).toBe("\\N");
  });

  it("M8 CR and CRLF in a value are stored unchanged", async () => {
    expect((await roundTrip("m8", { value: "a\rb\r\nc" }))?.value).toBe("a\rb\r\nc");
  });

  it("M9 a tag with a quote is one element", async () => {
    expect((await roundTrip("m9", { tags: ['a"b', "NULL", "{}", "a,b", " "] }))?.tags).toEqual([
      'a"b',
      "NULL",
      "{}",
      "a,b",
      " ",
    ]);
  });

  it("M10 a tag with a backslash is one element", async () => {
    expect((await roundTrip("m10", { tags: ["a\\b"] }))?.tags).toEqual(["a\\b"]);
  });
});

describe("defaults", () => {
  it("M11 no tags are an empty array, whether they are empty, null or missing", async () => {
    for (const tags of [[], null, undefined]) {
      const more = tags === undefined ? {} : { tags };
      expect((await roundTrip(`m11 ${String(tags)}`, more))?.tags).toEqual([]);
    }
    expect(await test.value("select count(*)::int from memory.memory_entries where tags is null")).toBe(0);
  });

  it("M12 metadata that are missing or null are {}", async () => {
    expect((await roundTrip("m12 a", {}))?.metadata).toEqual({});
    expect((await roundTrip("m12 b", { metadata: null }))?.metadata).toEqual({});
  });

  it("M16 a confidence of null is 0.5, and counts of null are 0", async () => {
    await bulkInsertPatterns(test.database, [
      { name: "m16", pattern_type: "t", confidence: null, usage_count: null, metadata: null },
    ]);
    const [row] = await test.rows(
      "select confidence, usage_count, success_count, metadata from memory.patterns where name = 'm16'",
    );
    expect(row).toEqual({ confidence: 0.5, usage_count: 0, success_count: 0, metadata: {} });
  });
});

describe("what cannot be stored", () => {
  it("M13 metadata with U+0000 or NaN are rejected by index, key and field, and the others go in", async () => {
    const entries = [
      note("a", { namespace: "m13" }),
      note("b", { namespace: "m13", metadata: { x: "\0" } }),
      note("c", { namespace: "m13", metadata: { deep: [{ y: Number.NaN }] } }),
      note("d", { namespace: "m13" }),
    ];
    const { report, rejects } = await insert(test, entries);
    expect(report).toMatchObject({ inserted: 2, rejected: 2 });
    expect(rejects).toMatchObject([
      { position: 1, code: "nul_character", column: "metadata" },
      { position: 2, code: "wrong_type", column: "metadata" },
    ]);
    expect(rejects[0]?.message).toMatch(
      /^Entry 1 \("m13\/b"\): column metadata \(jsonb\) contains U\+0000 at x$/,
    );
    expect(rejects[1]?.message).toMatch(
      /^Entry 2 \("m13\/c"\): .* holds NaN, which JSON lacks at deep\[0\]\.y$/,
    );
    expect(await count("m13")).toBe(2);
  });

  it("M14 a value with U+0000 is rejected by index, key and field, and the others go in", async () => {
    const { rejects } = await insert(test, [
      note("a", { namespace: "m14", value: "x\0y" }),
      note("b", { namespace: "m14" }),
    ]);
    expect(rejects).toMatchObject([{ position: 0, code: "nul_character", column: "value" }]);
    expect(rejects[0]?.message).toBe('Entry 0 ("m14/a"): column value (text) contains U+0000');
    expect(await count("m14")).toBe(1);
  });

  it.each([
    [null, "null"],
    [5, "5"],
    [true, "true"],
    [{ a: 1 }, "an object"],
  ])("M15 the value %j is an error that names the row and the field", async (value, what) => {
    const entries = [note("a", { namespace: "m15" }), { namespace: "m15", key: "b", value }];
    const message = `Entry 1 ("m15/b"): value must be text, but is ${what}`;
    await expect(bulkInsertMemoryEntries(test.database, entries as MemoryEntryInput[])).rejects.toMatchObject(
      {
        code: "INVALID_INPUT",
        message,
      },
    );
    expect(await count("m15")).toBe(0);
    const { rejects } = await insert(test, entries.slice(1));
    expect(rejects).toMatchObject([
      { code: "wrong_type", column: "value", message: message.replace("Entry 1", "Entry 0") },
    ]);
  });

  it("M17 step_number 1.0 is 1, and 1.5 is rejected by name", async () => {
    const steps = [
      { trajectory_id: "m17", step_number: 1.0, action: "a" },
      { trajectory_id: "m17", step_number: 1.5, action: "b" },
    ];
    const rejects: { message: string; column?: string }[] = [];
    const report = await bulkInsertTrajectories(test.database, steps, {
      onReject: (reject) => void rejects.push(reject),
    });
    expect(report).toMatchObject({ inserted: 1, rejected: 1 });
    expect(rejects[0]).toMatchObject({ position: 1, column: "step_number" });
    expect(rejects[0]?.message).toMatch(/^Trajectory 1 \("m17\/1\.5"\): column step_number \(integer\)/);
    expect(await test.value("select step_number from memory.trajectories where trajectory_id = 'm17'")).toBe(
      1,
    );
  });

  it("M20 of a key of 256 characters only that row fails, by index and key", async () => {
    const long = "k".repeat(256);
    const { report, rejects } = await insert(test, [
      note("k".repeat(255), { namespace: "m20" }),
      note(long, { namespace: "m20" }),
      note("😀".repeat(255), { namespace: "m20" }),
    ]);
    expect(report).toMatchObject({ inserted: 2, rejected: 1 });
    expect(rejects).toMatchObject([{ position: 1, code: "too_long", column: "key" }]);
    expect(rejects[0]?.message).toContain("Entry 1 (");
    expect(JSON.parse(rejects[0]?.record ?? "")).toMatchObject({ namespace: "m20", key: long });
  });

  it.each([128, 383, 385, 0])(
    "M21 an embedding of %i numbers is rejected, never padded, cut or nulled",
    async (n) => {
      const bad = note("bad", { namespace: `m21 ${n}`, embedding: new Array<number>(n).fill(0.1) });
      const { report, rejects } = await insert(test, [note("good", { namespace: `m21 ${n}` }), bad]);
      expect(report).toMatchObject({ inserted: 1, rejected: 1 });
      expect(rejects).toMatchObject([
        {
          position: 1,
          code: "wrong_dimension",
          column: "embedding",
          message: `Entry 1: Expected 384-dimensional embedding, got ${n}`,
        },
      ]);
      expect(await count(`m21 ${n}`)).toBe(1);
    },
  );

  it("M21 says so of patterns and trajectories in their own words", async () => {
    const embedding = [1, 2, 3];
    await expect(
      bulkInsertPatterns(test.database, [{ name: "m21", pattern_type: "t", embedding }]),
    ).rejects.toThrow("Pattern 0: Expected 384-dimensional embedding, got 3");
    await expect(
      bulkInsertTrajectories(test.database, [
        { trajectory_id: "m21", step_number: 0, action: "a", embedding },
      ]),
    ).rejects.toThrow("Trajectory 0: Expected 384-dimensional embedding, got 3");
  });

  it.each([
    [Number.NaN, "NaN"],
    [Number.POSITIVE_INFINITY, "Infinity"],
    [Number.NEGATIVE_INFINITY, "-Infinity"],
    [4e38, "4e+38"],
  ])("M22 an embedding with %d is rejected by name", async (number, shown) => {
    const embedding = new Array<number>(384).fill(0.1);
    embedding[7] = number;
    const { rejects } = await insert(test, [note("bad", { namespace: "m22", embedding })]);
    expect(rejects).toMatchObject([{ position: 0, code: "out_of_range", column: "embedding" }]);
    expect(rejects[0]?.message).toContain(`Entry 0 ("m22/bad"): embedding[7] is ${shown}`);
    expect(await count("m22")).toBe(0);
  });

  it("M22 1e-46 is stored as 0, and the largest float4 as it is", async () => {
    const embedding = new Array<number>(384).fill(1e-46);
    embedding[0] = 3.4028234e38;
    const stored = (await roundTrip("m22 small", { embedding }))?.embedding;
    expect(stored?.slice(0, 2)).toEqual([3.4028235e38, 0]);
  });
});

describe("arguments", () => {
  it("M18 an unknown policy is the same error for all tables, before any SQL", async () => {
    const options = { onConflict: "bogus" as never };
    const closed = { pool: { query: () => Promise.reject(new Error("SQL was sent")) } } as never;
    const message = 'Unknown on_conflict "bogus"; use skip, update, error.';
    const calls = [
      () => bulkInsertMemoryEntries(closed, [note("a")], options),
      () => bulkInsertPatterns(closed, [{ name: "a", pattern_type: "t" }], options),
      () => bulkInsertTrajectories(closed, [{ trajectory_id: "a", step_number: 0, action: "a" }], options),
    ];
    for (const call of calls) await expect(call()).rejects.toMatchObject({ code: "USAGE", message });
  });

  it("says of each list that it cannot be empty", async () => {
    for (const [call, plural] of [
      [() => bulkInsertMemoryEntries(test.database, []), "entries"],
      [() => bulkInsertPatterns(test.database, []), "patterns"],
      [() => bulkInsertTrajectories(test.database, []), "trajectories"],
      [() => bulkInsertMemoryEntries(test.database, null as never, { onReject: () => undefined }), "entries"],
    ] as const) {
      await expect(call()).rejects.toMatchObject({
        code: "USAGE",
        message: `${plural} list cannot be empty`,
      });
    }
  });

  it("says of each kind which fields are required, with the words that callers know", async () => {
    await expect(bulkInsertMemoryEntries(test.database, [note("a"), {} as never])).rejects.toThrow(
      "Entry 1 missing required fields (namespace, key, value)",
    );
    await expect(bulkInsertPatterns(test.database, [{ name: "x" } as never])).rejects.toThrow(
      "Pattern 0 missing required fields (name, pattern_type)",
    );
    await expect(
      bulkInsertTrajectories(test.database, [{ trajectory_id: "x", action: "a" } as never]),
    ).rejects.toThrow("Trajectory 0 missing required fields: ['trajectory_id', 'step_number', 'action']");
  });
});

it("M19 200 calls in one transaction all succeed", { timeout: 120_000 }, async () => {
  await withTransaction(test.database, async (client) => {
    for (let call = 0; call < 200; call++) {
      const report = await bulkInsertMemoryEntries(client, [note(`k${call}`, { namespace: "m19" })], {
        store: test.store,
      });
      expect(report.inserted).toBe(1);
    }
  });
  expect(await count("m19")).toBe(200);
});

describe("M23 an update with a null embedding", () => {
  const given = entry(1);

  it("takes the stored one away", async () => {
    await insert(test, [{ ...given, namespace: "m23 a" }]);
    await insert(test, [{ ...given, namespace: "m23 a", embedding: null }], { onConflict: "update" });
    expect((await retrieveMemory(test.database, "m23 a", given.key))?.embedding).toBeNull();
  });

  it("keeps the stored one when asked to, and still sets the rest", async () => {
    await insert(test, [{ ...given, namespace: "m23 b" }]);
    const changed = { ...given, namespace: "m23 b", embedding: null, value: "new" };
    const options = { onConflict: "update", keepEmbedding: true } as const;
    expect((await insert(test, [changed], options)).report.updated).toBe(1);
    expect((await insert(test, [changed], options)).report.unchanged).toBe(1);
    const stored = await retrieveMemory(test.database, "m23 b", given.key);
    expect(stored?.value).toBe("new");
    expect(stored?.embedding).toHaveLength(384);
  });
});

describe("M25 a table without the unique key", () => {
  const other = useMemory();
  it("is reported before the load starts, by table and columns", async () => {
    await other.rows("alter table memory.patterns drop constraint patterns_name_pattern_type_unique");
    let isRead = false;
    function* patterns() {
      isRead = true;
      yield { name: "a", pattern_type: "t" };
    }
    await expect(
      bulkInsertPatterns(other.database, patterns(), { onConflict: "skip" }),
    ).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringMatching(
        /"memory"\."patterns".*unique index on exactly \("name", "pattern_type"\)/,
      ),
    });
    expect(isRead).toBe(false);
  });
});

it("M27 a source that is faster than the server waits, so that memory stays bounded", {
  timeout: 120_000,
}, async () => {
  const embedding = new Float32Array(384).fill(0.5);
  let made = 0;
  let ahead = 0;
  async function* entries() {
    for (; made < 20_000; made++) yield note(`k${made}`, { namespace: "m27", embedding });
  }
  const report = await bulkInsertMemoryEntries(test.database, entries(), {
    batchRows: 500,
    onProgress: ({ phase, done }) => {
      // A merge, where there is one, counts its rows from the first one on.
      if (phase === "copy") ahead = Math.max(ahead, made - done);
    },
  });
  expectSum(report, 20_000);
  // The batch that is sent, the one that waits, and the one that is made.
  expect(ahead).toBeGreaterThan(0);
  expect(ahead).toBeLessThanOrEqual(3 * 500);
  await test.rows("delete from memory.memory_entries where namespace = 'm27'");
});

describe("M28 updated_at", () => {
  it("is set when something else changed, for trajectories too, as the time of the load", async () => {
    const step = { trajectory_id: "m28", step_number: 1, action: "a", state: { x: 1 } };
    const times = (): Promise<{ created_at: Date; updated_at: Date }[]> =>
      test.rows("select created_at, updated_at from memory.trajectories where trajectory_id = 'm28'");
    await bulkInsertTrajectories(test.database, [step]);
    const [first] = await times();
    await setTimeout(5);
    const same = await bulkInsertTrajectories(test.database, [step], { onConflict: "update" });
    expect(same).toMatchObject({ unchanged: 1 });
    expect((await times())[0]).toEqual(first);
    await bulkInsertTrajectories(test.database, [{ ...step, action: "b" }], { onConflict: "update" });
    const [last] = await times();
    expect(last?.created_at).toEqual(first?.created_at);
    expect(last?.updated_at.getTime()).toBeGreaterThan(first?.updated_at.getTime() ?? 0);
  });

  it("is one value for all rows of a load, sent as data", async () => {
    await insert(
      test,
      range(30).map((i) => note(`k${i}`, { namespace: "m28" })),
    );
    const distinct =
      "select count(distinct updated_at)::int from memory.memory_entries where namespace = 'm28'";
    expect(await test.value(distinct)).toBe(1);
  });
});

// Fields, rejects and policies: what a load does with records of every kind.

import { describe, expect, it } from "vitest";
import { withTransaction } from "../../src/database/index.ts";
import { RawJson } from "../../src/json.ts";
import {
  bulkInsertMemoryEntries,
  bulkInsertPatterns,
  countMemories,
  type MemoryEntryInput,
} from "../../src/memory/index.ts";
import { insert, note, useMemory } from "./support.ts";

const test = useMemory();

const count = (namespace: string): Promise<number> => countMemories(test.database, { namespace });

describe("metadata", () => {
  it("keep every digit when they are RawJson", async () => {
    const metadata = new RawJson('{"id": 12345678901234567890, "x": 1.10}');
    await insert(test, [note("raw", { namespace: "json", metadata })]);
    expect(
      await test.value(
        "select metadata::text from memory.memory_entries where namespace = 'json' and key = 'raw'",
      ),
    ).toBe('{"x": 1.10, "id": 12345678901234567890}');
  });

  it.each([[[1]], ["text"], [5], [new RawJson("[1]")]])(
    "that are no object are rejected: %j",
    async (metadata) => {
      const { rejects } = await insert(test, [
        note("bad", { namespace: "json", metadata: metadata as never }),
      ]);
      expect(rejects).toMatchObject([{ code: "wrong_type", column: "metadata" }]);
    },
  );
});

describe("fields", () => {
  it("have camelCase twins, and may not stand there twice", async () => {
    await bulkInsertPatterns(test.database, [{ name: "camel", patternType: "t", usageCount: 7 } as never]);
    expect(await test.value("select usage_count from memory.patterns where name = 'camel'")).toBe(7);
    await expect(
      bulkInsertPatterns(test.database, [{ name: "twice", patternType: "t", pattern_type: "t" } as never]),
    ).rejects.toThrow("pattern_type stands twice, once as pattern_type; keep one");
  });

  it("that nobody knows reject their record, unless they are to be ignored", async () => {
    const odd = { ...note("odd", { namespace: "fields" }), metdata: {} };
    const { rejects } = await insert(test, [odd]);
    expect(rejects).toMatchObject([
      { code: "unknown_field", column: "metdata", message: 'Entry 0 ("fields/odd"): metdata is unknown' },
    ]);
    expect((await insert(test, [odd], { extraFields: "ignore" })).report.inserted).toBe(1);
  });

  it.each([
    [[1], "a list"],
    ["text", '"text"'],
    [null, "null"],
  ])("of what is no object there are none: %j", async (record, what) => {
    const { rejects } = await insert(test, [record]);
    expect(rejects).toMatchObject([
      { code: "not_an_object", message: `Entry 0 must be an object, but is ${what}` },
    ]);
  });
});

describe("rejects", () => {
  it("come in the order of the input, whoever refused them, with records that load once they are mended", async () => {
    const entries: unknown[] = [
      note("0", { namespace: "rejects" }),
      { namespace: "rejects", key: "1" },
      note("2", { namespace: "rejects", value: "\0" }),
      note("3", { namespace: "rejects", tags: ["a", 5] as never }),
      note("4", { namespace: "rejects" }),
      note("5", { namespace: "rejects", metadata: { big: 2n ** 70n, bad: "\0" } }),
    ];
    const { rejects } = await insert(test, entries);
    expect(rejects.map(({ position, code }) => [position, code])).toEqual([
      [1, "missing_field"],
      [2, "nul_character"],
      [3, "wrong_type"],
      [5, "nul_character"],
    ]);
    expect(rejects[3]?.record).toContain("1180591620717411303424");
    const mended = rejects.map(({ record }) => ({
      ...(JSON.parse(record) as object),
      value: "mended",
      tags: [],
      metadata: {},
    }));
    expect((await insert(test, mended)).report.inserted).toBe(4);
  });

  it("beyond maxRejects are an error with nothing changed", async () => {
    const bad = { namespace: "many", key: "x" };
    const entries = [note("good", { namespace: "many" }), bad, bad] as MemoryEntryInput[];
    await expect(
      bulkInsertMemoryEntries(test.database, entries, { onError: "reject", maxRejects: 1 }),
    ).rejects.toMatchObject({
      code: "TOO_MANY_REJECTS",
      message: expect.stringContaining("Entry 2 missing required fields"),
    });
    expect(await count("many")).toBe(0);
  });

  it("need no listener when errors are to be rejects", async () => {
    const entries = [note("good", { namespace: "quiet" }), { namespace: "quiet" }] as MemoryEntryInput[];
    const report = await bulkInsertMemoryEntries(test.database, entries, { onError: "reject" });
    expect(report).toMatchObject({ inserted: 1, rejected: 1 });
  });
});

it("a load in the caller's transaction that fails leaves what the caller did before", async () => {
  await withTransaction(test.database, async (client) => {
    await bulkInsertMemoryEntries(client, [note("before", { namespace: "caller" })]);
    await expect(
      bulkInsertMemoryEntries(client, [note("lost", { namespace: "caller" }), {} as never]),
    ).rejects.toThrow("Entry 1 missing required fields");
    await bulkInsertMemoryEntries(client, [note("after", { namespace: "caller" })]);
  });
  const keys = await test.rows(
    "select key from memory.memory_entries where namespace = 'caller' order by id",
  );
  expect(keys).toEqual([{ key: "before" }, { key: "after" }]);
});

it("policy error ends at the first entry that is there, with nothing changed", async () => {
  await insert(test, [note("there", { namespace: "error" })]);
  await expect(
    bulkInsertMemoryEntries(
      test.database,
      [note("new", { namespace: "error" }), note("there", { namespace: "error" })],
      {
        onConflict: "error",
      },
    ),
  ).rejects.toMatchObject({ code: "CONFLICT" });
  expect(await count("error")).toBe(1);
});

describe("a load that is tried again after a lost connection", () => {
  it("has every record once, and tells rejects again after saying so", async () => {
    let isCut = false;
    const told: string[] = [];
    const entries = Array.from({ length: 30_000 }, (_, i) =>
      i === 5
        ? ({ namespace: "again" } as MemoryEntryInput)
        : note(`k${i}`, { namespace: "again", value: "x".repeat(500) }),
    );
    const report = await bulkInsertMemoryEntries(test.database, entries, {
      batchRows: 5000,
      onReject: ({ position }) => void told.push(`reject ${position}`),
      onRestart: () => void told.push("restart"),
      onProgress: ({ done }) => {
        if (isCut || done < 5000) return;
        isCut = true;
        void test.rows(
          "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
        );
      },
    });
    expect(told).toEqual(["reject 5", "restart", "reject 5"]);
    expect(report).toMatchObject({ read: 30_000, inserted: 29_999, rejected: 1 });
    expect(await count("again")).toBe(29_999);
  });
});

it("may commit in steps, over several connections, with rejects in their places", async () => {
  const entries = Array.from({ length: 5000 }, (_, i) =>
    i % 1000 === 7 ? { namespace: "steps", key: `k${i}` } : note(`k${i}`, { namespace: "steps" }),
  );
  const { report, rejects } = await insert(test, entries, { commitEvery: 700, connections: 2 });
  expect(report).toMatchObject({ inserted: 4995, rejected: 5 });
  expect(rejects.map(({ position }) => position).sort((a, b) => a - b)).toEqual([7, 1007, 2007, 3007, 4007]);
  expect(
    rejects.every(({ message }) => message.endsWith("missing required fields (namespace, key, value)")),
  ).toBe(true);
});

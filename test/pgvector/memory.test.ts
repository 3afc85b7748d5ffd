// The memory store on pgvector: types, HNSW, and loads around it.

import { beforeAll, describe, expect, it } from "vitest";
import { withTransaction } from "../../src/database/index.ts";
import {
  buildMemoryIndex,
  bulkInsertMemoryEntries,
  ensureMemory,
  inspectMemory,
  type MemoryEntryInput,
  type MemoryProgress,
  readMemoryStore,
  retrieveMemory,
  searchMemory,
} from "../../src/memory/index.ts";
import { note, range, useMemory } from "../memory/support.ts";
import { useDatabase } from "../support/database.ts";

const indexes = (test: { rows: ReturnType<typeof useDatabase>["rows"] }, schema = "memory") =>
  test.rows<{ name: string; definition: string }>(
    `select indexname as name, indexdef as definition from pg_indexes
    where schemaname = $1 and indexdef ~ 'hnsw|ivfflat' order by 1`,
    [schema],
  );

/** Points on a spiral: neighbours are those of about the same number. */
function point(i: number, dimensions = 8): number[] {
  return Array.from({ length: dimensions }, (_, d) => Math.sin(i * 0.001 * (d + 1) + d));
}

const entry = (i: number, more: Partial<MemoryEntryInput> = {}): MemoryEntryInput =>
  note(`k${i}`, { embedding: point(i), tags: [`t${i % 100}`], metadata: { mod: i % 1000 }, ...more });

describe("a new store", () => {
  const test = useDatabase({ empty: true });

  it("installs pgvector and keeps embeddings in its type", async () => {
    const store = await ensureMemory(test.database);
    expect(store).toMatchObject({
      hasVector: true,
      embedding: { type: "vector", dimensions: 384 },
      created: true,
    });
    expect(store.reason).toMatch(/^pgvector 0\.\d+\.\d+ is installed$/);
    expect(await inspectMemory(test.database)).toMatchObject({
      exists: true,
      pgvector: { installed: expect.any(String) },
      hnsw: { index: null },
    });
  });

  it("can keep them in half precision, where values have to fit", async () => {
    const store = await ensureMemory(test.database, { schema: "half", embedding: "halfvec", dimensions: 4 });
    expect(store.embedding).toEqual({ type: "halfvec", dimensions: 4 });
    const rejects: unknown[] = [];
    await bulkInsertMemoryEntries(
      test.database,
      [note("a", { embedding: [1, 0.1, -65504, 0] }), note("b", { embedding: [65520, 0, 0, 0] })],
      { schema: "half", onReject: (reject) => void rejects.push(reject) },
    );
    expect((await retrieveMemory(test.database, "notes", "a", { schema: "half" }))?.embedding).toEqual([
      1, 0.099975586, -65504, 0,
    ]);
    expect(rejects).toMatchObject([
      {
        code: "out_of_range",
        message: expect.stringContaining("embedding[0] is 65520, more than there is in half"),
      },
    ]);
    const found = await searchMemory(test.database, { vector: [1, 0.1, -65504, 0], schema: "half" });
    expect(found[0]?.similarity).toBeCloseTo(1, 3);
  });

  it("finds pgvector in whatever schema it is", async () => {
    await test.rows("create schema extensions; alter extension vector set schema extensions");
    const store = await ensureMemory(test.database, { schema: "elsewhere", dimensions: 3 });
    expect(store.vector?.schema).toBe("extensions");
    await bulkInsertMemoryEntries(test.database, [note("a", { embedding: [1, 2, 3] })], {
      schema: "elsewhere",
    });
    const found = await searchMemory(test.database, { vector: [1, 2, 3], schema: "elsewhere" });
    expect(found).toMatchObject([{ key: "a", similarity: 1 }]);
    expect(await buildMemoryIndex(test.database, { schema: "elsewhere" })).toMatchObject({ created: true });
    await test.rows("alter extension vector set schema public");
  });
});

describe("the HNSW index", () => {
  const test = useMemory({ dimensions: 8 });

  it("M26 is built after a load, with progress, when there is reason for one", async () => {
    const phases: MemoryProgress[] = [];
    const notices: string[] = [];
    const few = range(500).map((i) => entry(i));
    await bulkInsertMemoryEntries(test.database, few, { indexFrom: 1000 });
    expect(await indexes(test)).toEqual([]);
    const more = range(20_000).map((i) => entry(i));
    const report = await bulkInsertMemoryEntries(test.database, more, {
      indexFrom: 1000,
      onProgress: (progress) => void phases.push(progress),
      log: { notice: (message) => void notices.push(message) },
    });
    expect(report).toMatchObject({ inserted: 19_500, skipped: 500 });
    expect(await indexes(test)).toEqual([
      {
        name: "memory_entries_embedding_hnsw",
        definition: expect.stringMatching(/USING hnsw \(embedding (public\.)?vector_cosine_ops\)$/),
      },
    ]);
    expect(notices).toEqual([
      expect.stringMatching(/^Built the HNSW index memory_entries_embedding_hnsw in \d+ ms\.$/),
    ]);
    const order = [...new Set(phases.map(({ phase }) => phase))];
    expect(order.at(-1)).toBe("analyze");
    expect(order.indexOf("index")).toBeGreaterThan(order.indexOf("copy"));
    expect((await readMemoryStore(test.database))?.hnswIndex).toBe("memory_entries_embedding_hnsw");
  });

  it("is not built twice", async () => {
    expect(await buildMemoryIndex(test.database)).toMatchObject({
      name: "memory_entries_embedding_hnsw",
      created: false,
    });
  });

  it("answers searches, and gives all that was asked for under any filter", async () => {
    const vector = point(5_000.4);
    const exact = range(20_000)
      .map((i) => ({ i, distance: 1 - cosine(vector, point(i)) }))
      .sort((a, b) => a.distance - b.distance);
    const best = (keep: (i: number) => boolean, limit: number): string[] =>
      exact
        .filter(({ i }) => keep(i))
        .slice(0, limit)
        .map(({ i }) => `k${i}`);
    const search = async (options: object): Promise<string[]> =>
      (await searchMemory(test.database, { vector, ...options })).map(({ key }) => key);

    const [plan] = await test.rows<{ "QUERY PLAN": string }>(
      `explain select id from memory.memory_entries where embedding is not null
      order by embedding <=> '[${vector.join(",")}]' limit 10`,
    );
    expect(plan?.["QUERY PLAN"]).toMatch(/Limit/);
    const near = await search({ limit: 10 });
    // Approximate: the points lie so close that any of the nearest hundreds may come; none is far away.
    expect(near).toHaveLength(10);
    const nearest = best(() => true, 500);
    // The index is built by lot: now and then it misses one.
    expect(near.filter((key) => nearest.includes(key)).length).toBeGreaterThanOrEqual(9);
    expect(await search({ limit: 1000 })).toHaveLength(1000);
    // Measured one by one, since few are left.
    expect(await search({ tags: ["t7"], limit: 50 })).toEqual(best((i) => i % 100 === 7, 50));
    expect(await search({ metadata: { mod: 999 }, limit: 100 })).toEqual(best((i) => i % 1000 === 999, 20));
    // Too many to be measured, and far away from the vector: the index alone would give few.
    expect(await search({ namespace: "notes", limit: 1000 })).toHaveLength(1000);
    await withTransaction(test.database, async (client) => {
      const before = await client.query("show hnsw.ef_search");
      await searchMemory(client, { vector, limit: 500 });
      expect((await client.query("show hnsw.ef_search")).rows).toEqual(before.rows);
    });
  });

  it("is completed by an exact search when it gives too few", async () => {
    // What the index finds is filtered away: 15,000 nearest ones have expired but are still there.
    const vector = point(3_000.2);
    await test.rows(
      "update memory.memory_entries set expires_at = '2020-01-01' where (metadata->>'mod')::int < 700",
    );
    const found = await searchMemory(test.database, { vector, limit: 1000 });
    expect(found).toHaveLength(1000);
    expect(found.every(({ metadata }) => (metadata.mod as number) >= 700)).toBe(true);
    await test.rows("update memory.memory_entries set expires_at = null");
  });
});

describe("M26 an index that is there before a large load", () => {
  const test = useMemory({ dimensions: 8 });

  it("steps aside for records that are new and more than the table holds, and comes back as it was", async () => {
    const notices: string[] = [];
    const log = { notice: (message: string): void => void notices.push(message) };
    const load = (count: number, start: number, options = {}) =>
      bulkInsertMemoryEntries(
        test.database,
        range(count, start).map((i) => entry(i)),
        { log, ...options },
      );
    await load(500, 0);
    await buildMemoryIndex(test.database, { m: 8, efConstruction: 32 });
    const [before] = await indexes(test);
    expect(before?.definition).toContain("m='8', ef_construction='32'");
    // Too few; and not asked to.
    await load(1_000, 1_000);
    await load(10_000, 10_000, { rebuildIndex: "never" });
    expect(notices).toEqual([]);
    await load(12_000, 30_000);
    expect(notices).toEqual(["Dropped the vector index for the load; it is built again afterwards."]);
    expect(await indexes(test)).toEqual([before]);
    // Nothing new; and no more than the table holds.
    await load(12_000, 30_000);
    await load(10_000, 60_000);
    expect(notices).toHaveLength(1);
    expect(await test.value("select count(*)::int from memory.memory_entries")).toBe(33_500);
  });

  it("is back after a load that fails as well", async () => {
    const [before] = await indexes(test);
    const bad = [...range(40_000, 100_000).map((i) => entry(i)), {} as MemoryEntryInput];
    await expect(bulkInsertMemoryEntries(test.database, bad)).rejects.toMatchObject({
      code: "INVALID_INPUT",
    });
    expect(await indexes(test)).toEqual([before]);
    expect(await test.value("select count(*)::int from memory.memory_entries")).toBe(33_500);
  });
});

function cosine(a: readonly number[], b: readonly number[]): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += (a[i] ?? 0) * (b[i] ?? 0);
    aa += (a[i] ?? 0) ** 2;
    bb += (b[i] ?? 0) ** 2;
  }
  return dot / Math.sqrt(aa * bb);
}

describe("an index that cannot be", () => {
  const test = useDatabase({ empty: true });

  it.each([
    ["vector", 2001, /takes vector up to 2000 dimensions; halfvec takes up to 4000, and the store has 2001/],
    ["halfvec", 4001, /takes halfvec up to 4000 dimensions, and the store has 4001/],
    ["real[]", 3, /stored as real\[\]/],
  ] as const)("is explained: %s of %i dimensions", async (embedding, dimensions, reason) => {
    const schema = `n${dimensions}`;
    await ensureMemory(test.database, { schema, embedding, dimensions });
    expect(await buildMemoryIndex(test.database, { schema })).toEqual({
      name: null,
      created: false,
      elapsedMs: 0,
      reason: expect.stringMatching(reason),
    });
  });

  it("refuses settings that pgvector refuses", async () => {
    await ensureMemory(test.database, { dimensions: 3 });
    await expect(buildMemoryIndex(test.database, { m: 1 })).rejects.toMatchObject({ code: "USAGE" });
    await expect(buildMemoryIndex(test.database, { efConstruction: 2.5 })).rejects.toMatchObject({
      code: "USAGE",
    });
  });

  it("can be built while writers go on, and by two at once", async () => {
    const built = await Promise.all([
      buildMemoryIndex(test.database, { concurrently: true }),
      buildMemoryIndex(test.database, { concurrently: true }),
    ]);
    expect(built.map(({ name }) => name)).toEqual([
      "memory_entries_embedding_hnsw",
      "memory_entries_embedding_hnsw",
    ]);
    expect(await indexes(test)).toHaveLength(1);
  });
});

describe("M24 binary COPY into a vector column", () => {
  const test = useMemory({ dimensions: 3 });
  beforeAll(async () => {
    for (const format of ["text", "binary"] as const) {
      await bulkInsertMemoryEntries(test.database, [note(format, { embedding: [0.1, -2, 1e-46] })], {
        format,
      });
    }
  });

  it("stores what text stores", async () => {
    const rows = await test.rows("select key, embedding::text from memory.memory_entries order by key");
    expect(rows).toEqual([
      { key: "binary", embedding: "[0.1,-2,0]" },
      { key: "text", embedding: "[0.1,-2,0]" },
    ]);
  });
});

// Nearest neighbours, exact on every server, under every filter.

import { beforeAll, describe, expect, it } from "vitest";
import { withTransaction } from "../../src/database/index.ts";
import {
  bulkInsertMemoryEntries,
  type FoundEntry,
  type MemoryEntryInput,
  searchMemory,
  searchMemoryWords,
} from "../../src/memory/index.ts";
import { embeddings, note, range, useMemory } from "./support.ts";

/** A generator of numbers from -1 to 1, the same at every run (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += (a[i] ?? 0) * (b[i] ?? 0);
    aa += (a[i] ?? 0) ** 2;
    bb += (b[i] ?? 0) ** 2;
  }
  return dot / Math.sqrt(aa * bb);
}

const names = (found: readonly FoundEntry[]): string[] =>
  found.map(({ namespace, key }) => `${namespace}/${key}`);

describe.each(embeddings)("with embeddings as %s", (embedding) => {
  const test = useMemory({ embedding, dimensions: 8 });
  const next = random(7);
  const vector = (): number[] => Array.from({ length: 8 }, () => Math.fround(next()));
  const entries = range(300).map((i): MemoryEntryInput & { embedding: number[] } => ({
    namespace: `ns${i % 3}`,
    key: `k${i}`,
    value: `value ${i}`,
    embedding: vector(),
    metadata: { parity: i % 2, deep: { list: [i % 5] } },
    tags: i % 10 === 0 ? ["ten", "all"] : ["all"],
    created_at: "2026-01-31T12:00:00Z",
  }));
  const query = vector();

  /** What a search has to find. */
  const nearest = (by: ArrayLike<number>, keep: (i: number) => boolean = () => true, limit = 10) =>
    entries
      .flatMap(({ namespace, key, embedding: own }, i) =>
        keep(i) ? [{ name: `${namespace}/${key}`, similarity: cosine(by, own) }] : [],
      )
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, limit);

  beforeAll(async () => {
    await bulkInsertMemoryEntries(test.database, entries);
    await bulkInsertMemoryEntries(test.database, [
      note("zero", { embedding: new Array<number>(8).fill(0) }),
      note("none"),
      note("short", { embedding: new Array<number>(8).fill(-1e-6) }),
    ]);
  });

  it("finds the nearest by cosine, most similar first, with what there is to know of them", async () => {
    const found = await searchMemory(test.database, { vector: query });
    const expected = nearest(query);
    expect(names(found)).toEqual(expected.map(({ name }) => name));
    for (const [index, { similarity }] of found.entries()) {
      expect(similarity).toBeCloseTo(expected[index]?.similarity ?? Number.NaN, 5);
    }
    expect(found[0]).toEqual({
      namespace: expect.any(String),
      key: expect.any(String),
      value: expect.stringMatching(/^value \d+$/),
      metadata: expect.objectContaining({ deep: expect.anything() }),
      tags: expect.arrayContaining(["all"]),
      similarity: expect.any(Number),
      createdAt: new Date("2026-01-31T12:00:00Z"),
    });
  });

  it("takes a Float32Array as well, however long or short its arrow", async () => {
    const expected = names(await searchMemory(test.database, { vector: query }));
    for (const length of [1e-30, 1e-3, 1, 1e30]) {
      const vector = new Float32Array(query.map((number) => number * length));
      expect(names(await searchMemory(test.database, { vector }))).toEqual(expected);
    }
  });

  it("finds under filters all that there is, however few", async () => {
    const cases: [Parameters<typeof searchMemory>[1], (i: number) => boolean][] = [
      [{ namespace: "ns1" }, (i) => i % 3 === 1],
      [{ metadata: { parity: 1 } }, (i) => i % 2 === 1],
      [{ metadata: { deep: { list: [3] } } }, (i) => i % 5 === 3],
      [{ tags: ["ten"] }, (i) => i % 10 === 0],
      [{ tags: ["ten", "all"], namespace: "ns0" }, (i) => i % 30 === 0],
      [{ tags: ["nothing"] }, () => false],
      [{ namespace: "ns2", metadata: { parity: 0 }, tags: ["ten"] }, (i) => i % 30 === 20],
    ];
    for (const [filters, keep] of cases) {
      const found = await searchMemory(test.database, { vector: query, ...filters });
      expect(names(found)).toEqual(nearest(query, keep).map(({ name }) => name));
    }
  });

  it("searches by an entry, which leaves itself out unless asked", async () => {
    const self = { namespace: "ns0", key: "k0" };
    const by = entries[0]?.embedding ?? [];
    const found = await searchMemory(test.database, { key: self, limit: 5 });
    expect(names(found)).toEqual(nearest(by, (i) => i !== 0, 5).map(({ name }) => name));
    const withSelf = await searchMemory(test.database, { key: self, limit: 5, includeSelf: true });
    expect(withSelf[0]).toMatchObject(self);
    expect(withSelf[0]?.similarity).toBeCloseTo(1, 6);
  });

  it("leaves out what is less similar than asked for", async () => {
    const all = nearest(query, undefined, 301).filter(({ similarity }) => similarity >= 0.5);
    const found = await searchMemory(test.database, { vector: query, limit: 1000, minSimilarity: 0.5 });
    expect(found.length).toBe(all.length);
    expect(found.every(({ similarity }) => similarity >= 0.5)).toBe(true);
    const every = await searchMemory(test.database, { vector: query, limit: 1000, minSimilarity: -1 });
    // With the short one, which has a direction; without the one of zeros and the one of none.
    expect(every).toHaveLength(301);
    expect(names(every)).toContain("notes/short");
  });

  it("works in the caller's transaction, and leaves its settings alone", async () => {
    await withTransaction(test.database, async (client) => {
      const found = await searchMemory(client, { vector: query, limit: 3 });
      expect(names(found)).toEqual(nearest(query, undefined, 3).map(({ name }) => name));
    });
  });

  it.each([
    [{ vector: [1, 2, 3] }, "INVALID_INPUT", "Expected 8-dimensional embedding, got 3"],
    [{ vector: new Array<number>(8).fill(0) }, "INVALID_INPUT", "all zeros"],
    [{ vector: [1, 2, 3, 4, 5, 6, 7, Number.NaN] }, "INVALID_INPUT", "[7] is NaN"],
    [{ vector: "text" as never }, "INVALID_INPUT", "must be a list of numbers"],
    [{}, "USAGE", "either a vector or the key"],
    [{ vector: [1], key: { namespace: "a", key: "b" } }, "USAGE", "either a vector or the key"],
    [{ key: { namespace: "ns0", key: "gone" } }, "NOT_FOUND", "no entry ns0/gone"],
    [{ key: { namespace: "notes", key: "none" } }, "NOT_FOUND", "has no embedding"],
    [{ key: { namespace: "notes", key: "zero" } }, "INVALID_INPUT", "all zeros"],
    [{ vector: [1], limit: 0 }, "USAGE", "limit is 0; it must be a whole number from 1 to 1000"],
    [{ vector: [1], limit: 1001 }, "USAGE", "limit is 1001"],
    [{ vector: [1], minSimilarity: 1.1 }, "USAGE", "minSimilarity is 1.1"],
    [{ vector: [1], minSimilarity: Number.NaN }, "USAGE", "minSimilarity is NaN"],
  ])("refuses %o", async (options, code, message) => {
    await expect(searchMemory(test.database, options)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });
});

describe("words", () => {
  const test = useMemory({ dimensions: 3 });

  beforeAll(async () => {
    await bulkInsertMemoryEntries(test.database, [
      note("cve-status", {
        value: "Three findings in Security",
        tags: ["s"],
        created_at: "2026-01-01T00:00:00Z",
      }),
      note("other", {
        value: "security of 100% coverage\\path",
        metadata: { a: 1 },
        created_at: "2026-01-02T00:00:00Z",
      }),
      note("third", { namespace: "elsewhere", value: "nothing", created_at: "2026-01-03T00:00:00Z" }),
    ]);
  });

  const keys = async (text: string, options = {}): Promise<string[]> =>
    (await searchMemoryWords(test.database, text, options)).map(({ key }) => key);

  it("stand all of them in key or value, in any case, newest first", async () => {
    expect(await keys("SECURITY")).toEqual(["other", "cve-status"]);
    expect(await keys("findings cve")).toEqual(["cve-status"]);
    expect(await keys("100%")).toEqual(["other"]);
    expect(await keys("coverage\\path")).toEqual(["other"]);
    expect(await keys("_")).toEqual([]);
  });

  it("are looked for under filters", async () => {
    expect(await keys("security", { tags: ["s"] })).toEqual(["cve-status"]);
    expect(await keys("security", { metadata: { a: 1 } })).toEqual(["other"]);
    expect(await keys("o", { namespace: "elsewhere" })).toEqual(["third"]);
    expect(await keys("o", { limit: 1 })).toEqual(["third"]);
  });

  it("must be some", async () => {
    await expect(keys("  ")).rejects.toMatchObject({ code: "USAGE" });
  });
});

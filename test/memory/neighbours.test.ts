// One entry at a time: store, retrieve, list, count, delete, and what expires.

import { describe, expect, it } from "vitest";
import { withTransaction } from "../../src/database/index.ts";
import {
  countMemories,
  deleteExpired,
  deleteMemory,
  deleteNamespace,
  listMemories,
  listNamespaces,
  type MemoryEntryInput,
  retrieveMemory,
  searchMemory,
  searchMemoryWords,
  storeMemory,
} from "../../src/memory/index.ts";
import { insert, note, range, useMemory } from "./support.ts";

const test = useMemory({ dimensions: 3 });
const past = "2020-01-01T00:00:00Z";

const get = (namespace: string, key: string) => retrieveMemory(test.database, namespace, key);

describe("storeMemory", () => {
  const given = note("a", {
    namespace: "store",
    embedding: new Float32Array([0.1, -2, 1e-46]),
    metadata: { n: 1, big: 2n ** 60n },
    tags: ['a"b', "a\\b"],
    created_at: new Date("2026-01-31T12:00:00.500Z"),
  });

  it("stores an entry, leaves an equal one, and renews one that differs", async () => {
    expect(await storeMemory(test.database, given)).toBe("inserted");
    const first = await get("store", "a");
    expect(first).toMatchObject({
      value: "value of a",
      embedding: [0.1, -2, 0],
      tags: ['a"b', "a\\b"],
      metadata: { n: 1 },
      createdAt: new Date("2026-01-31T12:00:00.500Z"),
      expiresAt: null,
    });
    expect(await storeMemory(test.database, given)).toBe("unchanged");
    expect(await get("store", "a")).toEqual(first);
    expect(await storeMemory(test.database, { ...given, value: "new" })).toBe("updated");
    const renewed = await get("store", "a");
    expect(renewed).toMatchObject({ value: "new", createdAt: first?.createdAt });
    expect(renewed?.updatedAt.getTime()).toBeGreaterThan(first?.updatedAt.getTime() ?? 0);
    expect(await test.value("select metadata::text from memory.memory_entries where key = 'a'")).toBe(
      '{"n": 1, "big": 1152921504606846976}',
    );
  });

  it("takes an embedding away, or keeps it when asked to", async () => {
    const { embedding: _, ...bare } = given;
    await storeMemory(test.database, { ...bare, value: "kept" }, { keepEmbedding: true });
    expect(await get("store", "a")).toMatchObject({ value: "kept", embedding: [0.1, -2, 0] });
    await storeMemory(test.database, bare);
    expect((await get("store", "a"))?.embedding).toBeNull();
  });

  it.each([
    { namespace: "", key: "k", value: "v" },
    { namespace: "n", key: "", value: "v" },
    { namespace: "n", key: "k", value: "" },
    { namespace: "n", key: "k" },
    { namespace: null, key: "k", value: "v" },
    undefined,
  ])("refuses %j: namespace, key, and value are required", async (entry) => {
    await expect(storeMemory(test.database, entry as MemoryEntryInput)).rejects.toMatchObject({
      code: "INVALID_INPUT",
      message: "namespace, key, and value are required",
    });
  });

  it.each([
    [{ embedding: [1, 2] }, "Entry 0: Expected 3-dimensional embedding, got 2"],
    [{ value: "\0" }, "Entry 0: column value (text) contains U+0000"],
    [{ metadata: { a: Number.NaN } }, "Entry 0: column metadata (jsonb) holds NaN, which JSON lacks at a"],
    [
      { key: "k".repeat(256) },
      "Entry 0: column key (character varying(255)) holds 256 characters, 255 at most",
    ],
    [{ ttlSeconds: 0 }, 'Entry 0 ("store/b"): ttlSeconds must be a number of seconds above 0, but is 0'],
    [{ expires_at: "soon" }, expect.stringContaining("expires_at must be a moment such as")],
  ])("says what is wrong with %o", async (more, message) => {
    await expect(
      storeMemory(test.database, note("b", { namespace: "store", ...more })),
    ).rejects.toMatchObject({ code: "INVALID_INPUT", message });
  });

  it("works in the caller's transaction", async () => {
    await withTransaction(test.database, async (client) => {
      await storeMemory(client, note("t", { namespace: "store" }));
      expect(await retrieveMemory(client, "store", "t")).toMatchObject({ value: "value of t" });
    });
    expect(await get("store", "t")).not.toBeNull();
  });
});

describe("lists", () => {
  const moment = (i: number): string => `2026-01-01T00:00:${String(i % 7).padStart(2, "0")}.123456Z`;

  it("are newest first, by pages that neither repeat nor leave out", async () => {
    await insert(
      test,
      range(23).map((i) => note(`k${i}`, { namespace: i < 20 ? "list" : "other", created_at: moment(i) })),
    );
    const keys: string[] = [];
    let after: string | undefined;
    do {
      const options = { namespace: "list", limit: 6, ...(after === undefined ? {} : { after }) };
      const page = await listMemories(test.database, options);
      expect(page.entries.length).toBeLessThanOrEqual(6);
      keys.push(...page.entries.map(({ key }) => key));
      after = page.next ?? undefined;
    } while (after !== undefined);
    const expected = await test.rows<{ key: string }>(
      "select key from memory.memory_entries where namespace = 'list' order by created_at desc, id desc",
    );
    expect(keys).toEqual(expected.map(({ key }) => key));
    expect(new Set(keys).size).toBe(20);
    const second = await listMemories(test.database, { namespace: "list", limit: 6, offset: 6 });
    expect(second.entries.map(({ key }) => key)).toEqual(keys.slice(6, 12));
  });

  it("are of all namespaces unless one is named, and say no more than asked", async () => {
    const page = await listMemories(test.database, { limit: 1000 });
    expect(new Set(page.entries.map(({ namespace }) => namespace))).toEqual(
      new Set(["store", "list", "other"]),
    );
    expect(page.next).toBeNull();
    expect(Object.keys(page.entries[0] ?? {}).sort()).toEqual(
      ["namespace", "key", "value", "metadata", "tags", "createdAt", "updatedAt", "expiresAt"].sort(),
    );
    expect(await listMemories(test.database, { namespace: "nothing" })).toEqual({ entries: [], next: null });
  });

  it.each([
    { limit: 0 },
    { limit: 1.5 },
    { limit: 10_001 },
    { offset: -1 },
    { after: "somewhere" },
    { after: "2026|1|2" },
  ])("refuse %j", async (options) => {
    await expect(listMemories(test.database, options)).rejects.toMatchObject({ code: "USAGE" });
  });

  it("of namespaces count their entries", async () => {
    const namespaces = await listNamespaces(test.database);
    expect(namespaces.map(({ namespace, entries, embedded }) => [namespace, entries, embedded])).toEqual([
      ["list", 20, 0],
      ["other", 3, 0],
      ["store", 2, 0],
    ]);
    expect(await countMemories(test.database)).toBe(25);
    expect(await countMemories(test.database, { namespace: "list" })).toBe(20);
  });
});

describe("deleting", () => {
  it("says whether there was one", async () => {
    await insert(test, [note("a", { namespace: "delete" }), note("b", { namespace: "delete" })]);
    expect(await deleteMemory(test.database, "delete", "a")).toBe(true);
    expect(await deleteMemory(test.database, "delete", "a")).toBe(false);
    expect(await get("delete", "a")).toBeNull();
    expect(await deleteNamespace(test.database, "delete")).toBe(1);
    expect(await deleteNamespace(test.database, "delete")).toBe(0);
  });
});

describe("what has expired", () => {
  const expired = note("x", { namespace: "ttl", value: "old words", expires_at: past, embedding: [1, 0, 0] });

  /** As a clock that goes on would leave it. */
  const storeExpired = async (key = "x"): Promise<void> => {
    await test.rows("delete from memory.memory_entries where namespace = 'ttl' and key = $1", [key]);
    const entry = { ...expired, key, expires_at: "2100-01-01T00:00:00Z", created_at: past };
    expect(await storeMemory(test.database, entry)).toBe("inserted");
    await test.rows("update memory.memory_entries set expires_at = $1 where namespace = 'ttl' and key = $2", [
      past,
      key,
    ]);
  };

  it("is invisible to every read", async () => {
    await storeExpired();
    expect(await get("ttl", "x")).toBeNull();
    expect((await listMemories(test.database, { namespace: "ttl" })).entries).toEqual([]);
    expect(await countMemories(test.database, { namespace: "ttl" })).toBe(0);
    expect((await listNamespaces(test.database)).map(({ namespace }) => namespace)).not.toContain("ttl");
    expect(await searchMemory(test.database, { vector: [1, 0, 0], namespace: "ttl" })).toEqual([]);
    expect(await searchMemoryWords(test.database, "old words")).toEqual([]);
    await expect(searchMemory(test.database, { key: { namespace: "ttl", key: "x" } })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    expect(await deleteMemory(test.database, "ttl", "x")).toBe(false);
    expect(await test.value("select count(*)::int from memory.memory_entries where namespace = 'ttl'")).toBe(
      0,
    );
  });

  it("is removed on request", async () => {
    await storeExpired("x");
    await storeExpired("y");
    expect(await deleteExpired(test.database)).toBe(2);
    expect(await deleteExpired(test.database)).toBe(0);
  });

  it.each(["skip", "update", "error"] as const)(
    "counts as inserted when it is stored again under %s",
    async (onConflict) => {
      await storeExpired();
      const { report } = await insert(test, [note("x", { namespace: "ttl", value: "new" })], { onConflict });
      expect(report).toMatchObject({ inserted: 1, updated: 0, skipped: 0 });
      expect(await get("ttl", "x")).toMatchObject({ value: "new", expiresAt: null });
    },
  );

  it("is a new entry when one is stored over it, with a new time of creation", async () => {
    await storeExpired();
    expect(await storeMemory(test.database, note("x", { namespace: "ttl" }), { keepEmbedding: true })).toBe(
      "inserted",
    );
    const stored = await get("ttl", "x");
    expect(stored?.createdAt.getTime()).toBeGreaterThan(Date.parse("2026-01-01"));
    expect(stored?.embedding).toBeNull();
  });
});

describe("a time to live", () => {
  it("is told in seconds or as a moment", async () => {
    const before = Date.now();
    await insert(test, [
      note("seconds", { namespace: "live", ttlSeconds: 3600 }),
      note("moment", { namespace: "live", expires_at: "2100-01-01T00:00:00.123456+01:00" }),
      note("camel", { namespace: "live", expiresAt: new Date("2100-01-01") }),
      note("never", { namespace: "live", expires_at: null, ttlSeconds: null }),
    ]);
    const expiry = (await get("live", "seconds"))?.expiresAt?.getTime() ?? 0;
    expect(expiry - before).toBeGreaterThan(3_590_000);
    expect(expiry - Date.now()).toBeLessThanOrEqual(3_600_000);
    expect(
      await test.value(
        "select (expires_at at time zone 'UTC')::text from memory.memory_entries where key = 'moment'",
      ),
    ).toBe("2099-12-31 23:00:00.123456");
    expect((await get("live", "camel"))?.expiresAt).toEqual(new Date("2100-01-01"));
    expect((await get("live", "never"))?.expiresAt).toBeNull();
  });

  it("that is none is rejected by name", async () => {
    const bad = [
      { ttlSeconds: -1 },
      { ttlSeconds: "60" },
      { ttlSeconds: 1e300 },
      { ttlSeconds: 60, expires_at: past },
      { expires_at: 5 },
    ];
    const { rejects } = await insert(
      test,
      bad.map((more, i) => note(`bad${i}`, { namespace: "live", ...(more as object) })),
    );
    expect(rejects.map(({ column, code }) => [column, code])).toEqual([
      ["ttlSeconds", "out_of_range"],
      ["ttlSeconds", "out_of_range"],
      ["ttlSeconds", "out_of_range"],
      ["ttlSeconds", "repeated_field"],
      ["expires_at", "wrong_type"],
    ]);
  });

  it("is taken away by an update without one", async () => {
    await insert(test, [note("seconds", { namespace: "live" })], { onConflict: "update" });
    expect((await get("live", "seconds"))?.expiresAt).toBeNull();
  });
});

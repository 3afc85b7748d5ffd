// The memory store in the shards of a Citus cluster, step by step against the same store on plain PostgreSQL.

import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type Database, openDatabase, withTransaction } from "../../src/database/index.ts";
import {
  bulkInsertMemoryEntries,
  bulkInsertPatterns,
  bulkInsertTrajectories,
  countMemories,
  deleteExpired,
  deleteMemory,
  deleteNamespace,
  ensureMemory,
  exportMemory,
  listMemories,
  listNamespaces,
  type MemoryEntryInput,
  type MemoryKind,
  type MemoryTarget,
  retrieveMemory,
  searchMemory,
  searchMemoryWords,
  storeMemory,
} from "../../src/memory/index.ts";
import { useDatabase } from "../support/database.ts";

const schema = `Memory ${randomBytes(6).toString("hex")}`;
const plain = useDatabase({ empty: true, plain: true });
let citus: Database;

beforeAll(async () => {
  citus = await openDatabase({ dsn: inject("citusUrl") });
  for (const database of [citus, plain.database]) {
    await ensureMemory(database, { schema, dimensions: 8, embedding: "real[]" });
  }
});

afterAll(async () => {
  await citus.pool.query(`drop schema if exists "${schema}" cascade`);
  await citus.close();
});

/** The same of both; given once. */
async function both<Result>(work: (database: Database) => Promise<Result>): Promise<Result> {
  const [there, here] = [await settled(work(citus)), await settled(work(plain.database))];
  expect(there).toEqual(here);
  if ("error" in there) throw new Error(`Both refused: ${JSON.stringify(there.error)}`);
  return there.value;
}

async function settled<Result>(work: Promise<Result>) {
  try {
    return { value: await work };
  } catch (error) {
    const { code, details } = error as { code?: string; details?: unknown };
    return { error: { code, details } };
  }
}

async function exported(database: Database, kind: MemoryKind): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of exportMemory(database, kind, { schema })) lines.push(String(line));
  return lines.sort();
}

const moment = "2026-01-02T03:04:05.678901Z";

function entry(i: number, more: Partial<MemoryEntryInput> = {}): MemoryEntryInput {
  return {
    namespace: `space ${i % 7}`,
    key: `entry_${i}`,
    value: `Value ${i}, "quoted"\tand\\more`,
    embedding: Array.from({ length: 8 }, (_unused, place) => Math.sin(i * 8 + place)),
    metadata: { i, nested: { even: i % 2 === 0 } },
    tags: [`tag ${i % 3}`, "all"],
    created_at: moment,
    updated_at: moment,
    ...more,
  } as MemoryEntryInput;
}

function entries(from: number, to: number, more: Partial<MemoryEntryInput> = {}): MemoryEntryInput[] {
  return Array.from({ length: to - from }, (_unused, index) => entry(from + index, more));
}

test("the tables lie in shards, each by the column that its keys begin with", async () => {
  const { rows } = await citus.pool.query(
    `select c.relname as name, column_to_column_name(p.logicalrelid, p.partkey) as by, p.partmethod::text as method
     from pg_dist_partition p join pg_class c on c.oid = p.logicalrelid
     where c.relnamespace = $1::regnamespace order by 1`,
    [`"${schema}"`],
  );
  expect(rows).toEqual([
    { name: "memory_entries", by: "namespace", method: "h" },
    { name: "patterns", by: "name", method: "h" },
    { name: "trajectories", by: "trajectory_id", method: "h" },
  ]);
});

test.each(["skip", "update", "error"] as const)(
  "under %s a large load of some that are there and some that are not",
  async (onConflict) => {
    const space = { namespace: `policy ${onConflict}` };
    const load = (list: MemoryEntryInput[], policy = onConflict) =>
      both((database) =>
        bulkInsertMemoryEntries(database, list, { schema, onConflict: policy, onReject: () => undefined }),
      );
    expect(await load(entries(0, 3000, space))).toMatchObject({ read: 3000, inserted: 3000 });
    const changed = entries(2000, 5000, {
      ...space,
      value: "another",
      updated_at: "2026-02-01T00:00:00Z",
    } as never);
    const mixed = [...entries(0, 500, space), ...changed, entry(4999, { ...space, value: "twice" })];
    if (onConflict === "error") {
      await expect(load(mixed)).rejects.toThrow('Both refused: {"code":"CONFLICT"');
    } else {
      const report = await load(mixed);
      expect(report).toMatchObject({ read: 3501, inserted: 2000, duplicates: 1 });
      expect(await load(mixed)).toMatchObject({ read: 3501, inserted: 0, updated: 0 });
    }
    expect(await both((database) => exported(database, "entries"))).not.toEqual([]);
  },
);

test("one commit a batch, and several connections at once", async () => {
  const space = { namespace: "committed" };
  for (const loadId of ["first", "second"]) {
    const report = await both((database) =>
      bulkInsertMemoryEntries(database, entries(0, 2500, space), {
        ...{ schema, loadId: `${schema} ${loadId}`, commitEvery: 400, connections: 2, onConflict: "update" },
      }),
    );
    expect(report).toMatchObject(loadId === "first" ? { inserted: 2500 } : { unchanged: 2500 });
  }
});

test("a reject is told with its place, and the others go in", async () => {
  const list = entries(0, 1500, { namespace: "rejects" });
  list[700] = entry(700, { namespace: "rejects", embedding: [1, 2] });
  list[900] = entry(900, { namespace: "x".repeat(300) });
  list[901] = entry(901, { namespace: "rejects", expires_at: "no time" } as never);
  const told = await both(async (database) => {
    const rejects: [number, string, string][] = [];
    const report = await bulkInsertMemoryEntries(database, list, {
      schema,
      onReject: ({ position, code, message }) => void rejects.push([position, code, message]),
    });
    return { report, rejects };
  });
  expect(told.report).toMatchObject({ read: 1500, inserted: 1497, rejected: 3 });
  expect(told.rejects.map(([position]) => position)).toEqual([700, 900, 901]);
});

test("counters of patterns add up, and trajectories are renewed", async () => {
  const patterns = Array.from({ length: 300 }, (_unused, i) => ({
    ...{
      name: `pattern ${i % 100}`,
      pattern_type: "kind",
      usage_count: i,
      success_count: 1,
      confidence: 0.25,
    },
    ...{ created_at: moment, updated_at: moment },
  }));
  const steps = Array.from({ length: 400 }, (_unused, i) => ({
    ...{ trajectory_id: `t ${i % 20}`, step_number: i, action: `a ${i}`, state: { i }, reward: i / 8 },
    ...{ created_at: moment, updated_at: moment },
  }));
  const options = { schema, onConflict: "update" } as const;
  for (let round = 0; round < 2; round++) {
    await both((database) => bulkInsertPatterns(database, patterns, options));
    await both((database) => bulkInsertTrajectories(database, steps, options));
    const again = steps.map((step) => ({ ...step, reward: 7 }));
    await both((database) => bulkInsertTrajectories(database, again, options));
    expect(await both((database) => exported(database, "patterns"))).toHaveLength(100);
    expect(await both((database) => exported(database, "trajectories"))).toHaveLength(400);
  }
});

test("single entries are stored, renewed, left alone, read and deleted", async () => {
  const steps: [MemoryEntryInput, string][] = [
    [entry(1, { namespace: "single" }), "inserted"],
    [entry(1, { namespace: "single" }), "unchanged"],
    [entry(1, { namespace: "single", value: "new", updated_at: "2026-03-01T00:00:00Z" } as never), "updated"],
  ];
  for (const [stored, outcome] of steps) {
    expect(await both((database) => storeMemory(database, stored, { schema }))).toBe(outcome);
  }
  expect(await both((database) => retrieveMemory(database, "single", "entry_1", { schema }))).toMatchObject({
    value: "new",
  });
  const remove = () => both((database) => deleteMemory(database, "single", "entry_1", { schema }));
  expect(await remove()).toBe(true);
  expect(await remove()).toBe(false);
});

test("what has expired is invisible, replaced as if it were not there, and removed", async () => {
  const past = { namespace: "expired", expires_at: "2026-01-03T00:00:00Z" } as Partial<MemoryEntryInput>;
  await both((database) => bulkInsertMemoryEntries(database, entries(0, 5, past), { schema }));
  expect(await both((database) => retrieveMemory(database, "expired", "entry_1", { schema }))).toBeNull();
  const anew = entry(1, { namespace: "expired" });
  expect(await both((database) => storeMemory(database, anew, { schema, keepEmbedding: true }))).toBe(
    "inserted",
  );
  expect(await both((database) => deleteMemory(database, "expired", "entry_2", { schema }))).toBe(false);
  expect(await both((database) => deleteExpired(database, { schema }))).toBe(3);
  expect(await both((database) => countMemories(database, { schema, namespace: "expired" }))).toBe(1);
});

test("searches, lists and counts answer the same", async () => {
  const vector = Array.from({ length: 8 }, (_unused, place) => Math.cos(place));
  for (const filter of [
    {},
    { namespace: "policy skip" },
    { metadata: { nested: { even: true } } },
    { tags: ["tag 1"] },
  ]) {
    const found = await both((database) =>
      searchMemory(database, { schema, vector, limit: 20, ...filter }).then((list) =>
        // Equal embeddings of several namespaces go by the id, which is of the order of the loads here and there.
        list.map(({ namespace, key, similarity }) => ({ namespace, key, similarity: similarity.toFixed(9) })),
      ),
    );
    expect(found).toHaveLength(20);
  }
  const near = { namespace: "policy skip", key: "entry_17" };
  const beside = { schema, key: near, namespace: "policy skip" };
  expect(await both((database) => searchMemory(database, beside))).toHaveLength(10);
  await both((database) =>
    searchMemoryWords(database, "another Value", { schema, limit: 30, namespace: "policy update" }),
  );
  await both((database) => countMemories(database, { schema }));
  const spaces = await both(async (database) =>
    (await listNamespaces(database, { schema })).map(({ namespace, entries: count, embedded }) => [
      ...[namespace, count, embedded],
    ]),
  );
  expect(spaces).toContainEqual(["policy skip", 5000, 5000]);
  const page = await both(async (database) => {
    const first = await listMemories(database, { schema, namespace: "policy update", limit: 50 });
    const after = first.next ?? "";
    const second = await listMemories(database, { schema, namespace: "policy update", limit: 50, after });
    return [...first.entries, ...second.entries];
  });
  expect(page).toHaveLength(100);
});

test("a transaction of the caller's takes loads, single entries and reads, and gives all back", async () => {
  const work = async (client: MemoryTarget): Promise<unknown[]> => [
    await bulkInsertMemoryEntries(client, entries(0, 1200, { namespace: "mine" }), { schema }),
    await bulkInsertMemoryEntries(client, entries(1000, 1400, { namespace: "mine" }), { schema }),
    await storeMemory(client, entry(5000, { namespace: "mine" }), { schema }),
    await countMemories(client, { schema, namespace: "mine" }),
  ];
  const seen = await both(async (database) => {
    let result: unknown[] = [];
    const undone = withTransaction(database, async (client) => {
      result = await work(client);
      throw new RangeError("given back");
    });
    await expect(undone).rejects.toThrow(RangeError);
    return result;
  });
  expect(seen.at(-1)).toBe(1401);
  expect(await both((database) => countMemories(database, { schema, namespace: "mine" }))).toBe(0);
});

test("a namespace is deleted whole", async () => {
  expect(await both((database) => deleteNamespace(database, "policy skip", { schema }))).toBe(5000);
  expect(await both((database) => exported(database, "entries"))).not.toEqual([]);
});

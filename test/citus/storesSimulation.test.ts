// A simulation store in a distributed schema of a Citus cluster, step by step against the same store on plain PostgreSQL.

import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type Database, openDatabase } from "../../src/database/index.ts";
import {
  deleteScenario,
  exportSimulation,
  listScenarios,
  loadSimulation,
  openResults,
  openSimulationStore,
  type SimulationStore,
  type SimulationUpdate,
} from "../../src/simulation/index.ts";
import { makeUpdate } from "../simulation/store/support.ts";
import { useDatabase } from "../support/database.ts";

const schema = `Simulation ${randomBytes(6).toString("hex")}`;
const plain = useDatabase({ empty: true, plain: true });
let citus: Database;
let folder: string;
let stores: SimulationStore[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "copycat-citus-simulation-"));
  citus = await openDatabase({ dsn: inject("citusUrl") });
  const open = (database: Database) => openSimulationStore(database, { schema, scenario: "flood" });
  stores = [await open(citus), await open(plain.database)];
});

afterAll(async () => {
  await citus.pool.query(`drop schema if exists "${schema}" cascade`);
  await citus.close();
  await rm(folder, { recursive: true, force: true });
});

/** The same of both; given once. */
async function both<Result>(work: (database: Database) => Promise<Result>): Promise<Result> {
  const there = await settled(work(citus));
  expect(there).toEqual(await settled(work(plain.database)));
  if ("code" in there) throw new Error(`Both refused: ${there.code}`);
  return there.value;
}

/** The same of both stores. */
function ofStore<Result>(work: (store: SimulationStore) => Promise<Result>): Promise<Result> {
  return both((database) => work(stores[database === citus ? 0 : 1] as SimulationStore));
}

async function settled<Result>(work: Promise<Result>): Promise<{ value: Result } | { code: unknown }> {
  try {
    return { value: await work };
  } catch (error) {
    return { code: (error as { code?: unknown }).code };
  }
}

const entities = Array.from({ length: 12 }, (_unused, index) => index + 100);

function updates(dataset: string, from: number, to: number, factor = 1): SimulationUpdate[] {
  return Array.from({ length: to - from }, (_unused, index) => {
    const time = from + index;
    return makeUpdate(dataset, [time, time % 2], {
      roads: {
        id: entities,
        depth: entities.map((id) => (id % 5 === 0 ? null : (id + time / 8) * factor)),
        path: entities.map((id) => Array.from({ length: id % 4 }, () => [id / 2, time])),
        label: entities.map((id) => `r${id} at ${time % 3}`),
      },
      ...(time % 4 === 0 ? { gates: { id: [1, 2], open: [true, time % 8 === 0] } } : {}),
    });
  });
}

/** All that is stored of a dataset, but for the ids of rows. */
async function read(store: SimulationStore, dataset: string): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const update of store.readUpdates({ dataset })) found.push({ ...update, id: null });
  return found;
}

test("the store lies on one worker, in one shard a table", async () => {
  const { rows } = await citus.pool.query(
    `select count(*)::int as tables, count(distinct nodeport)::int as places, min(citus_table_type) as type
     from citus_shards where table_name::text like $1`,
    [`"${schema}".%`],
  );
  // Twelve of the store, and the two that tell which migrations were applied.
  expect(rows).toEqual([{ tables: 14, places: 1, type: "schema" }]);
});

test("updates are loaded under each policy, in one transaction and in many", async () => {
  const store = (list: SimulationUpdate[], options: object) =>
    ofStore((to) => to.storeUpdates(list, options as never));
  expect(await store(updates("net", 0, 300), { policy: "error" })).toMatchObject({ inserted: 300 });
  expect(await store(updates("net", 200, 400), { policy: "skip", commitEvery: 50 })).toMatchObject({
    inserted: 100,
    skipped: 100,
  });
  const mixed = [...updates("net", 300, 350), ...updates("net", 350, 450, 3), ...updates("net", 440, 450, 5)];
  expect(await store(mixed, { policy: "update" })).toMatchObject({
    inserted: 50,
    updated: 50,
    unchanged: 50,
    duplicates: 10,
  });
  await expect(store(updates("net", 449, 460), { policy: "error" })).rejects.toThrow(
    "Both refused: CONFLICT",
  );
  expect(await ofStore((to) => read(to, "net"))).toHaveLength(450);
});

test("single updates come, are left, replaced, and refused", async () => {
  const store = (update: SimulationUpdate, policy: string) =>
    ofStore(async (to) => (await to.storeUpdate(update as never, { policy } as never)).outcome);
  const [first, second] = [updates("lake", 5, 6), updates("lake", 5, 6, 2)].flat() as [
    SimulationUpdate,
    SimulationUpdate,
  ];
  expect(await store(first, "error")).toBe("inserted");
  expect(await store(second, "skip")).toBe("skipped");
  await expect(store(second, "error")).rejects.toThrow("Both refused: CONFLICT");
  expect(await store(second, "update")).toBe("updated");
  expect(await store(second, "update")).toBe("unchanged");
  const wrong = makeUpdate("lake", [6, 0], { roads: { id: [1], depth: ["text"] } });
  await expect(store(wrong, "error")).rejects.toThrow("Both refused: INVALID_INPUT");
  expect(await ofStore((to) => read(to, "lake"))).toHaveLength(1);
});

test("initial datasets, as arrays and as documents, under each policy", async () => {
  const [{ data }] = updates("initial", 0, 1) as [SimulationUpdate];
  const head = { metadata: { unit: "m" }, dataKey: "data" };
  const arrays = { ...head, name: "initial", format: "entity_based", data, document: null };
  const document = { ...head, name: "grid", format: "binary", data: null, document: Buffer.alloc(5000, 7) };
  const store = (initial: object, policy: string) =>
    ofStore((to) => to.storeInitialDataset(initial as never, { policy, chunkBytes: 1024 } as never));
  for (const initial of [arrays, document]) {
    expect(await store(initial, "error")).toBe("inserted");
    expect(await store(initial, "update")).toBe("unchanged");
    expect(await store({ ...initial, metadata: { unit: "km" } }, "skip")).toBe("skipped");
    expect(await store({ ...initial, metadata: { unit: "km" } }, "update")).toBe("updated");
    await expect(store(initial, "error")).rejects.toThrow("Both refused: CONFLICT");
  }
  expect(await ofStore((to) => to.getAllInitialDatasets())).toHaveLength(2);
});

test("facts, states and series are the same, with snapshots and without", async () => {
  const facts = () =>
    ofStore(async (store) => ({
      datasets: await store.listDatasets(),
      summary: await store.summarize("net"),
      attributes: await store.listAttributes("net"),
      moments: await store.listTimestamps("net", "gates"),
      keys: await store.listKeys("net", { timestamp: 7, iteration: 0 }, 20),
      count: await store.getUpdateCount(),
      description: await store.describe(),
    }));
  const states = () =>
    ofStore(async (store) => {
      const results = openResults(store);
      const dataset = await results.getDataset("net");
      const found: unknown[] = [];
      for (const moment of [0, 137, 449])
        found.push(await dataset.slice({ group: "roads", timestamp: moment }));
      return found;
    });
  await ofStore((store) => store.setDescription({ metadata: { by: "hand" }, timeline: { reference: 5 } }));
  const [before, stateBefore] = [await facts(), await states()];
  expect(before.summary.updates).toBe(450);
  await ofStore((store) => store.buildSnapshots("net"));
  expect([await facts(), await states()]).toEqual([before, stateBefore]);
  const base = () =>
    ofStore(async (store) => {
      const found = await store.readBase("net", "roads", 449);
      return found === null ? null : { timestamp: found.timestamp, iteration: found.iteration };
    });
  const newest = await base();
  expect(newest).not.toBeNull();
  // What comes before a snapshot makes it stale: the trigger on the worker sees to that.
  await ofStore((store) =>
    store.storeUpdates([makeUpdate("net", [1, 9], { roads: { id: [100], depth: [1] } })]),
  );
  expect(await base()).not.toEqual(newest);
});

test("an export of one and of the other are the same files, and load again", async () => {
  const files = await both(async (database) => {
    const isThere = database === citus;
    const store = stores[isThere ? 0 : 1] as SimulationStore;
    const path = join(folder, isThere ? "there" : "here");
    await exportSimulation(store, { format: "json", path } as never);
    const names = (await readdir(path, { recursive: true, withFileTypes: true })).filter((entry) =>
      entry.isFile(),
    );
    const texts = await Promise.all(
      names.map(async ({ parentPath, name }) => [name, await readFile(join(parentPath, name), "utf8")]),
    );
    return texts.sort();
  });
  expect(files.length).toBeGreaterThan(400);
  const input = join(folder, "there");
  const load = (policy: string) =>
    both(async (database) => {
      const report = await loadSimulation(database, { input, schema, scenario: "copy", policy } as never);
      return { ...report, elapsedMs: 0, rowsPerSecond: 0 };
    });
  expect(await load("error")).toMatchObject({ inserted: expect.any(Number), rejected: 0 });
  expect(await load("update")).toMatchObject({ inserted: 0, updated: 0 });
});

test("datasets and scenarios are deleted with all that they hold", async () => {
  await ofStore((store) => store.deleteDataset("net"));
  await expect(ofStore((store) => store.deleteDataset("net"))).rejects.toThrow("Both refused: NOT_FOUND");
  const list = () =>
    both(async (database) =>
      (await listScenarios(database, { schema })).map((scenario) => ({ ...scenario, createdAt: null })),
    );
  expect(await list()).toHaveLength(2);
  await both((database) => deleteScenario(database, "flood", { schema }));
  await both((database) => deleteScenario(database, "copy", { schema }));
  expect(await list()).toEqual([]);
  const left = await both(async (database) => {
    const counts: number[] = [];
    for (const table of [
      "dataset",
      "attribute",
      "update",
      "update_array",
      "shared_array",
      "snapshot_array",
    ]) {
      const { rows } = await database.pool.query(`select count(*)::int as count from "${schema}"."${table}"`);
      counts.push(rows[0]?.count);
    }
    return counts;
  });
  expect(left).toEqual([0, 0, 0, 0, 0, 0]);
  // A store that was open before knows numbers that are gone.
  const [late] = updates("late", 0, 1) as [SimulationUpdate];
  await expect(ofStore((store) => store.storeUpdate(late as never))).rejects.toThrow(
    "Both refused: NOT_FOUND",
  );
});

// A simulation store whose scenarios lie on the workers of a Citus cluster, step by step against the same store on plain PostgreSQL.

import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type Database, openDatabase } from "../../src/database/index.ts";
import {
  deleteScenario,
  exportSimulation,
  listContents,
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

/** A row that is sent to a shard has one column more. */
function withoutBytes<Report extends { bytes: number }>(report: Report): Omit<Report, "bytes"> {
  const { bytes: _bytes, ...rest } = report;
  return rest;
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

test("the tables are distributed by scenario, all of them together; the scenarios are on every node", async () => {
  const { rows } = await citus.pool.query(
    `select citus_table_type as type, distribution_column as by, count(*)::int as tables, count(distinct colocation_id)::int as groups
      from citus_tables where table_name::text like $1 group by 1, 2 order by 1`,
    [`"${schema}".%`],
  );
  expect(rows).toEqual([
    { type: "distributed", by: "scenario_id", tables: 11, groups: 1 },
    { type: "reference", by: "<none>", tables: 1, groups: 1 },
  ]);
});

test("scenarios lie on several workers, and what is done with one goes to the worker that has it", async () => {
  const counting = new URL(inject("citusUrl"));
  counting.searchParams.set("options", "-c citus.enable_stat_counters=on");
  const database = await openDatabase({ dsn: counting.toString() });
  const counters = async () => {
    const { rows } = await database.pool.query<{ one: number; several: number }>(
      `select query_execution_single_shard::int as one, query_execution_multi_shard::int as several
        from citus_stat_counters((select oid from pg_database where datname = current_database()))`,
    );
    return rows[0] as { one: number; several: number };
  };
  try {
    const schemas = { schema: `${schema} 8` };
    const names = Array.from({ length: 8 }, (_unused, index) => `scenario ${index}`);
    for (const scenario of names) await openSimulationStore(database, { ...schemas, scenario });
    const { rows: places } = await database.pool.query(
      `select distinct s.nodeport from "${schemas.schema}".scenario c join citus_shards s
        on s.shardid = get_shard_id_for_distribution_column($1, c.id)`,
      [`"${schemas.schema}"."update"`],
    );
    expect(places.length).toBeGreaterThan(1);
    const before = await counters();
    const store = await openSimulationStore(database, { ...schemas, scenario: "scenario 3" });
    await store.storeUpdates(updates("net", 0, 200), { policy: "error" });
    await store.storeUpdates(updates("net", 150, 250, 3), { policy: "update" });
    for (const update of updates("net", 300, 303)) await store.storeUpdate(update as never);
    await store.buildSnapshots("net");
    expect(await read(store, "net")).toHaveLength(253);
    await (await openResults(store).getDataset("net")).slice({ group: "roads", timestamp: 190 });
    expect(await store.readBase("net", "roads", 240)).not.toBeNull();
    for (const ask of [
      "summarize",
      "listTimestamps",
      "listKeys",
      "getUpdateCount",
      "listAttributes",
    ] as const) {
      await store[ask]("net");
    }
    await store.listDatasets();
    await listContents(database, schemas);
    await listScenarios(database, schemas);
    await store.deleteDataset("net");
    const after = await counters();
    expect(after.several - before.several).toBe(0);
    expect(after.one - before.one).toBeGreaterThan(50);
    for (const name of names) await deleteScenario(database, name, schemas);
    expect(await listScenarios(database, schemas)).toEqual([]);
  } finally {
    await database.pool.query(`drop schema if exists "${schema} 8" cascade`);
    await database.close();
  }
});

test("a role that is no superuser makes a store, and fills it", async () => {
  const role = `simulation_${randomBytes(4).toString("hex")}`;
  const name = (await citus.pool.query<{ name: string }>("select quote_ident(current_database()) as name"))
    .rows[0]?.name;
  await citus.pool.query(`create role ${role} login`);
  await citus.pool.query(`grant create on database ${name} to ${role}`);
  const dsn = new URL(inject("citusUrl"));
  dsn.username = role;
  const database = await openDatabase({ dsn: dsn.toString() });
  try {
    const store = await openSimulationStore(database, { schema: role });
    expect(await store.storeUpdates(updates("net", 0, 20))).toMatchObject({ inserted: 20 });
    await store.deleteDataset("net");
    expect(await store.getUpdateCount()).toBe(0);
  } finally {
    await database.close();
    await citus.pool.query(`drop schema if exists ${role} cascade`);
    await citus.pool.query(`revoke create on database ${name} from ${role}`);
    await citus.pool.query(`drop role ${role}`);
  }
});

test("updates are loaded under each policy, in one transaction and in many", async () => {
  const store = (list: SimulationUpdate[], options: object) =>
    ofStore(async (to) => withoutBytes(await to.storeUpdates(list, options as never)));
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
  await ofStore(async (store) =>
    withoutBytes(await store.storeUpdates([makeUpdate("net", [1, 9], { roads: { id: [100], depth: [1] } })])),
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
      return { ...withoutBytes(report), elapsedMs: 0, rowsPerSecond: 0 };
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

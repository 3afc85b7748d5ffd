// Several runs in one store: they do not meet, and one goes without the others.

import { expect, it } from "vitest";
import { openDatabase } from "../../../src/database/index.ts";
import {
  deleteScenario,
  fromValues,
  listScenarios,
  openSimulationStore,
  type SimulationStore,
} from "../../../src/simulation/index.ts";
import { useDatabase } from "../../support/database.ts";

const database = useDatabase({ empty: true });

async function fill(store: SimulationStore): Promise<void> {
  for (const [timestamp, iteration, values] of [
    [1, 0, [0, Number.NaN]],
    [2, 1, [5.5, -3]],
    [2, 2, [1, 1]],
    [6, 1, [Number.NaN, Number.NaN]],
  ] as const) {
    const data = { nodes: { id: { data: [1, 2] }, level: { data: Float64Array.from(values) } } };
    await store.storeUpdate({ dataset: "lake", timestamp, iteration, data });
  }
  const nodes = new Map([
    ["id", fromValues([1, 2])],
    ["level", fromValues([9, 4])],
    ["name", fromValues(["a", null])],
  ]);
  await store.storeInitialDataset({
    name: "lake",
    format: "entity_based",
    metadata: {},
    dataKey: "data",
    data: new Map([["nodes", nodes]]),
    document: null,
  });
}

const rowsOf = (table: string): Promise<number> =>
  database.value<number>(`select count(*)::int from simulation.${table}`);

it("lists runs, and deletes one of them with all that it has", async () => {
  const dry = await openSimulationStore(database.database, { scenario: "dry" });
  const wet = await openSimulationStore(database.database, { scenario: "wet" });
  await fill(dry);
  await fill(wet);
  const timeline = { reference: 1577833200, timeScale: 60 };
  await dry.setDescription({ metadata: { author: "me" }, timeline });
  expect(await dry.describe()).toEqual({ metadata: { author: "me" }, timeline });
  expect(await listScenarios(database.database)).toMatchObject([
    { name: "dry", datasets: 1, updates: 4, metadata: { author: "me" }, timeline },
    { name: "wet", datasets: 1, updates: 4, metadata: {}, timeline: null },
  ]);
  expect(await rowsOf("update_array")).toBe(16);
  await deleteScenario(database.database, "dry");
  expect((await listScenarios(database.database)).map(({ name }) => name)).toEqual(["wet"]);
  expect([await rowsOf("update"), await rowsOf("update_array"), await rowsOf("initial_array")]).toEqual([
    4, 8, 3,
  ]);
  await expect(deleteScenario(database.database, "dry")).rejects.toMatchObject({ code: "NOT_FOUND" });
  // A store that was open before knows numbers that are gone.
  await expect(dry.storeUpdate({ dataset: "lake", timestamp: 9, data: {} })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
});

it("summarises a dataset over all times", async () => {
  const store = await openSimulationStore(database.database, { scenario: "summary" });
  await fill(store);
  expect(await store.summarize("lake")).toMatchObject({
    name: "lake",
    updates: 4,
    firstTimestamp: 1,
    lastTimestamp: 6,
    initialFormat: "entity_based",
    groups: [
      {
        name: "nodes",
        attributes: [
          { name: "id", type: "int", min: 1, max: 2, updates: 4 },
          { name: "level", type: "float", min: -3, max: 9, updates: 4 },
          { name: "name", type: "str", min: null, max: null, updates: 0 },
        ],
      },
    ],
  });
  await expect(store.summarize("nonexistent")).rejects.toThrow("Dataset nonexistent not found");
  await store.deleteDataset("lake");
  expect(await store.listDatasets()).toEqual([]);
  await store.storeUpdate({ dataset: "lake", timestamp: 0, data: { nodes: { level: { data: ["text"] } } } });
  expect(await store.getUpdateCount("lake")).toBe(1);
});

it("says what is not there, and makes nothing when it must not", async () => {
  const asked = { schema: "elsewhere", create: false };
  await expect(openSimulationStore(database.database, asked)).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(listScenarios(database.database, { schema: "elsewhere" })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
  const missing = { scenario: "not there", create: false };
  await expect(openSimulationStore(database.database, missing)).rejects.toThrow('no scenario "not there"');
  const store = await openSimulationStore(database.database, { schema: 'Else "where"' });
  await fill(store);
  expect(await store.getUpdateCount()).toBe(4);
});

it("says who may not, in a sentence, and reads with no more than the right to read", async () => {
  const store = await openSimulationStore(database.database, { scenario: "rights" });
  await fill(store);
  const role = `reader_${Date.now()}`;
  await database.rows(`create role ${role} login password 'reader'`);
  const url = new URL(database.dsn);
  url.username = role;
  url.password = "reader";
  const reader = await openDatabase({ dsn: url.toString() });
  try {
    const asked = { scenario: "rights", create: false };
    await expect(openSimulationStore(reader, asked)).rejects.toMatchObject({ code: "PERMISSION" });
    await database.rows(`grant usage on schema simulation to ${role}`);
    await database.rows(`grant select on all tables in schema simulation to ${role}`);
    const seen = await openSimulationStore(reader, asked);
    expect(await seen.getTimestamps("lake")).toEqual([1, 2, 6]);
    expect(await seen.getDatasetUpdates("lake")).toHaveLength(4);
    await expect(seen.storeUpdate({ dataset: "lake", timestamp: 9, data: {} })).rejects.toMatchObject({
      code: "PERMISSION",
    });
    await expect(deleteScenario(reader, "rights")).rejects.toMatchObject({ code: "PERMISSION" });
  } finally {
    await reader.close();
    await database.rows(`drop owned by ${role}`);
    await database.rows(`drop role ${role}`);
  }
});

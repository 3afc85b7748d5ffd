// Snapshots: states from them are those of a replay, whatever was written, when and by whom.

import { expect, it } from "vitest";
import {
  openSimulationStore,
  type SimulationStore,
  type SimulationUpdate,
} from "../../../src/simulation/index.ts";
import { useDatabase } from "../../support/database.ts";
import { makeUpdate, ofSame, replay, stateFromBase } from "./support.ts";

const database = useDatabase({ empty: true });

let count = 0;
const open = () => openSimulationStore(database.database, { scenario: `scenario ${++count}` });

/** Always the same "random" numbers. */
function makeRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
}

/** Groups of their own pace, holes, ids that appear later, ragged rows, pairs, texts, whole numbers that become floats. */
function makeRun(length: number, seed = 1): SimulationUpdate[] {
  const random = makeRandom(seed);
  const maybe = (value: unknown): unknown => (random() < 0.3 ? null : value);
  return Array.from({ length }, (_, index) => {
    const most = 2 + Math.floor(index / 20);
    const ids = [...new Set(Array.from({ length: 3 }, () => 1 + Math.floor(random() * most)))];
    const roads = {
      id: ids,
      speed: ids.map(() => maybe(index < 30 ? Math.floor(random() * 9) : random())),
      open: ids.map(() => maybe(random() < 0.5)),
      name: ids.map(() => maybe(`road ${Math.floor(random() * 99)}`)),
      links: ids.map(() =>
        maybe(Array.from({ length: Math.floor(random() * 4) }, () => 1 + Math.floor(random() * 9))),
      ),
    };
    const nodes = { id: [7], level: [random()] };
    const groups = index % 17 === 5 ? { roads, nodes } : { roads };
    return makeUpdate("net", [Math.floor(index / 2) * 10, index % 2], groups);
  });
}

async function expectReplays(store: SimulationStore, updates: readonly SimulationUpdate[]): Promise<number> {
  const timestamps = [...new Set(updates.map(({ timestamp }) => timestamp))];
  let most = 0;
  for (const timestamp of timestamps.filter(
    (_, index) => index % 29 === 0 || index === timestamps.length - 1,
  )) {
    const past = updates.filter((update) => update.timestamp <= timestamp);
    for (const group of ["roads", "nodes"]) {
      const found = await stateFromBase(store, { dataset: "net", group, timestamp });
      expect(found.state, `${group} at ${timestamp}`).toEqual(replay(past, group));
      most = Math.max(most, found.replayed);
    }
  }
  return most;
}

const snapshotsOf = async (store: SimulationStore): Promise<number> =>
  database.value<number>(
    `select count(*)::int from simulation.snapshot n join simulation.entity_group g on g.id = n.entity_group_id${ofSame("n", "g")}
      join simulation.dataset d on d.id = g.dataset_id${ofSame("g", "d")} join simulation.scenario s on s.id = d.scenario_id where s.name = $1`,
    [store.scenario],
  );

it("a load makes them, and no state is replayed from far away", async () => {
  const store = await open();
  const updates = makeRun(1000);
  await store.storeUpdates(updates, { batchBytes: 5000 });
  expect(await snapshotsOf(store)).toBeGreaterThan(10);
  expect(await expectReplays(store, updates)).toBeLessThan(200);
});

it("loads that go on, in parts and out of order, keep them right", async () => {
  const store = await open();
  const updates = makeRun(900, 2);
  await store.storeUpdates(updates.slice(0, 300));
  await store.storeUpdates(updates.slice(300, 500), { commitEvery: 40 });
  await store.storeUpdates(updates.slice(700, 900).reverse());
  await expectReplays(store, [...updates.slice(0, 500), ...updates.slice(700)]);
  // What comes before takes away those that it makes wrong.
  await store.storeUpdates(updates.slice(500, 700));
  expect(await expectReplays(store, updates)).toBeLessThan(200);
});

it("an update that comes, is replaced, or is deleted takes away those after it", async () => {
  const store = await open();
  const updates = makeRun(600, 3);
  await store.storeUpdates(updates);
  const before = await snapshotsOf(store);
  const late = makeUpdate("net", [1005, 0], { roads: { id: [1], speed: [-1] } });
  await store.storeUpdate(late);
  const between = await snapshotsOf(store);
  expect(between).toBeGreaterThan(0);
  expect(between).toBeLessThan(before);
  await expectReplays(store, [...updates, late]);
  const other = makeUpdate("net", [500, 1], { roads: { id: [1], speed: [-2] } });
  await store.storeUpdates([other], { policy: "update" });
  const rest = updates.filter(({ timestamp, iteration }) => timestamp !== 500 || iteration !== 1);
  await expectReplays(store, [...rest, late, other]);
  await database.rows(
    `delete from simulation."update" where timestamp = 1005 and dataset_id = (select d.id from simulation.dataset d
      join simulation.scenario s on s.id = d.scenario_id where s.name = $1)`,
    [store.scenario],
  );
  await store.buildSnapshots("net");
  expect(await expectReplays(store, [...rest, other])).toBeLessThan(200);
});

it("updates stored one by one get them too", async () => {
  const store = await open();
  const updates = makeRun(400, 4);
  for (const update of updates) await store.storeUpdate(update);
  expect(await snapshotsOf(store)).toBeGreaterThan(0);
  await expectReplays(store, updates);
});

it("a group whose entities cannot be told apart has none, and its neighbour has", async () => {
  const store = await open();
  const updates = Array.from({ length: 300 }, (_, index) =>
    makeUpdate("net", [index, 0], {
      roads: { id: [1], speed: [index] },
      nodes: { id: [4, 4], level: [index, index] },
    }),
  );
  await store.storeUpdates(updates);
  expect(await store.readBase("net", "roads", 299)).not.toBeNull();
  expect(await store.readBase("net", "nodes", 299)).toBeNull();
  // Nor is everything read again from the beginning for it.
  await store.storeUpdates([makeUpdate("net", [300, 0], { roads: { id: [1], speed: [0] } })]);
  expect(await store.readBase("net", "roads", 10)).toBeNull();
});

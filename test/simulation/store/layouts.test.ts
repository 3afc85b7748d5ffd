// Columns of which nothing is known yet, arrays that are none, and names that no index holds.

import { expect, it } from "vitest";
import {
  openResults,
  openSimulationStore,
  type SimulationUpdate,
  valuesOf,
} from "../../../src/simulation/index.ts";
import { useDatabase } from "../../support/database.ts";
import { makeUpdate } from "./support.ts";

const database = useDatabase({ empty: true });

let count = 0;
const open = () => openSimulationStore(database.database, { scenario: `scenario ${++count}` });

const update = (timestamp: number, values: readonly unknown[]): SimulationUpdate =>
  makeUpdate("d", [timestamp, 0], { g: { id: [1, 2], a: values } });

async function stored(updates: readonly SimulationUpdate[]) {
  const store = await open();
  const rejects: string[] = [];
  const report = await store.storeUpdates(updates, { onReject: ({ message }) => void rejects.push(message) });
  return { store, report, rejects };
}

async function lastState(store: Awaited<ReturnType<typeof open>>): Promise<unknown> {
  const { attributes } = await (await openResults(store).getDataset("d")).getState("g");
  const a = attributes.get("a");
  return a === undefined ? undefined : valuesOf(a);
}

it.each([
  ["lists", [[5, 6], [7]]],
  ["pairs, as lists", [[[1, 2]], [[3, 4]]]],
  ["texts", ["x", "y"]],
])("nulls before and after %s do not change the layout of a snapshot", async (_, values) => {
  const nulls = Array.from({ length: 198 }, (_, index) => update(index + 2, [null, null]));
  const { store } = await stored([update(0, [null, null]), update(1, values), ...nulls]);
  expect(await store.readBase("d", "g", 199)).not.toBeNull();
  expect(await lastState(store)).toEqual(values);
});

it("an attribute that is undefined for long has a snapshot, too, and values later", async () => {
  const nulls = Array.from({ length: 150 }, (_, index) => update(index, [null, null]));
  const { store } = await stored(nulls);
  expect(await store.readBase("d", "g", 149)).not.toBeNull();
  await store.storeUpdates([update(150, [[1], []])]);
  expect(await lastState(store)).toEqual([[1], []]);
});

it.each([
  ["empty rows", [[], []]],
  ["rows of nulls", [[null], null]],
])("%s say that there are rows: single values after them are refused", async (_, rows) => {
  const { store, report, rejects } = await stored([
    update(0, rows),
    update(1, [5, 6]),
    update(2, [[5], [6]]),
  ]);
  expect(report).toMatchObject({ inserted: 2, rejected: 1 });
  expect(rejects[0]).toContain("g.a");
  expect(await lastState(store)).toEqual([[5], [6]]);
});

it("whole numbers beyond int64 are refused, and what comes later goes in", async () => {
  const store = await open();
  const data = (value: bigint) => ({ g: { id: { data: [1] }, a: { data: BigUint64Array.of(value) } } });
  const huge = { dataset: "d", timestamp: 0, iteration: 0, data: data(2n ** 63n) };
  await expect(store.storeUpdate(huge)).rejects.toMatchObject({
    code: "INVALID_INPUT",
    message: expect.stringContaining("g.a"),
  });
  await store.storeUpdate({ ...huge, data: data(2n ** 63n - 1n) });
  expect(await store.storeUpdates([update(1, [3, 4])])).toMatchObject({ inserted: 1 });
});

it.each([
  ["another byte order", { dtype: ">i4", shape: [1], data: Int32Array.of(7) }],
  ["another type", { dtype: "<f8", shape: [1], data: Int32Array.of(7) }],
  ["a text longer than its type", { dtype: "<U2", shape: [1], data: ["toolong"] }],
  ["a negative length", { dtype: "<i4", shape: [-1, -1], data: Int32Array.of(7) }],
])("an array of %s is a reject", async (_, array) => {
  const good = update(1, [1, 2]);
  const bad = { ...update(0, [1, 2]), data: new Map([["g", new Map([["a", array]])]]) };
  const { report, rejects } = await stored([bad as SimulationUpdate, good]);
  expect(report).toMatchObject({ read: 2, inserted: 1, rejected: 1 });
  expect(rejects[0]).toContain("g.a");
});

it("a name that no index holds is a reject, and the rest goes in", async () => {
  const bad = makeUpdate("d", [0, 0], { g: { id: [1], ["x".repeat(6000)]: [1] } });
  const { report, rejects } = await stored([bad, update(1, [1, 2])]);
  expect(report).toMatchObject({ inserted: 1, rejected: 1 });
  expect(rejects[0]).toContain("longer than 1000 bytes");
});

it("an update may have more arrays than a statement has parameters for, and an origin that is empty", async () => {
  const store = await open();
  const attributes = Object.fromEntries(Array.from({ length: 6000 }, (_, i) => [`a${i}`, { data: [i] }]));
  for (const timestamp of [0, 1]) {
    const stored = await store.storeUpdate({
      ...{ dataset: "d", timestamp, iteration: 0, origin: "", data: { g: attributes } },
    });
    expect(stored.outcome).toBe("inserted");
  }
  const [first] = await store.getDatasetUpdates("d");
  expect(first).toMatchObject({ timestamp: 0 });
});

it("truncate, which would pass the triggers, is refused", async () => {
  await stored([update(0, [1, 2])]);
  for (const table of ["scenario", "dataset", "update"]) {
    await expect(database.rows(`truncate simulation.${table} cascade`)).rejects.toMatchObject({
      code: "0A000",
    });
  }
});

// What an update has in common with the one before is stored once, and read as if it were not.

import { describe, expect, it } from "vitest";
import {
  listContents,
  openResults,
  openSimulationStore,
  type SimulationStore,
  type SimulationUpdate,
  toValues,
  valuesOf,
} from "../../../src/simulation/index.ts";
import { useDatabase } from "../../support/database.ts";
import { makeUpdate, ofSame } from "./support.ts";

const database = useDatabase({ empty: true });

let count = 0;
let scenario: string;

async function open(): Promise<SimulationStore> {
  scenario = `scenario ${++count}`;
  return openSimulationStore(database.database, { scenario });
}

/** Rows of arrays of this scenario: those of updates of their own, those that are shared, and all as SQL sees them. */
async function rowsOf(): Promise<{ own: number; shared: number; every: number }> {
  const count = (table: string): Promise<number> =>
    database.value(
      `select count(*)::int from simulation.${table} a
        join simulation.attribute t on t.id = a.attribute_id${ofSame("a", "t")}
        join simulation.entity_group g on g.id = t.entity_group_id${ofSame("t", "g")}
        join simulation.dataset d on d.id = g.dataset_id${ofSame("g", "d")}
        join simulation.scenario s on s.id = d.scenario_id
        where s.name = $1`,
      [scenario],
    );
  return {
    own: await count("update_array"),
    shared: await count("shared_array"),
    every: await count("every_update_array"),
  };
}

const at = (timestamp: number, attributes: Record<string, readonly unknown[]>): SimulationUpdate =>
  makeUpdate("d", [timestamp, 0], { g: attributes });

async function readAll(
  store: SimulationStore,
  query: { attributes?: string[]; from?: number; to?: number } = {},
): Promise<[number, Record<string, unknown[]>][]> {
  const found: [number, Record<string, unknown[]>][] = [];
  for await (const { timestamp, data } of store.readUpdates({ dataset: "d", ...query })) {
    const attributes = [...(data.get("g") ?? [])].map(([name, array]) => [name, toValues(array)]);
    found.push([timestamp, Object.fromEntries(attributes)]);
  }
  return found;
}

const steps = Array.from({ length: 300 }, (_, index) => index);

describe("ids that stay the same", () => {
  const updates = steps.map((step) => at(step, { id: [4, 5], flow: [step, step + 0.5], lanes: [2, 3] }));

  it("are one row for all updates but the first, as is what does not change", async () => {
    const store = await open();
    const report = await store.storeUpdates(updates, { batchBytes: 1000 });
    expect(report).toMatchObject({ inserted: 300, arrays: 900 });
    expect(await rowsOf()).toEqual({ own: 302, shared: 2, every: 900 });
    expect(await readAll(store)).toEqual(
      steps.map((step) => [step, { id: [4, 5], flow: [step, step + 0.5], lanes: [2, 3] }]),
    );
    const [contents] = await listContents(database.database, { scenario });
    expect(contents?.datasets).toMatchObject([{ updates: 300, arrays: 900 }]);
  });

  it("come with the attributes that are asked for, and not by themselves", async () => {
    const store = await open();
    await store.storeUpdates(updates);
    const window = { from: 100, to: 101 };
    expect(await readAll(store, { attributes: ["flow"], ...window })).toEqual([
      [100, { id: [4, 5], flow: [100, 100.5] }],
      [101, { id: [4, 5], flow: [101, 101.5] }],
    ]);
    expect(await readAll(store, { attributes: ["depth"], ...window })).toEqual([]);
    const dataset = await (await openResults(store).getDataset("d")).getState("g", { at: 222 });
    expect([...dataset.attributes].map(([name, column]) => [name, valuesOf(column)])).toEqual([
      ["flow", [222, 222.5]],
      ["lanes", [2, 3]],
    ]);
  });

  it("count in summaries, also when the update that brought them is gone", async () => {
    const store = await open();
    await store.storeUpdates(updates);
    await database.rows(
      `delete from simulation.update u using simulation.dataset d join simulation.scenario s on s.id = d.scenario_id
        where u.dataset_id = d.id and s.name = $1 and u.timestamp = 0${ofSame("u", "d")}`,
      [scenario],
    );
    const { groups } = await store.summarize("d");
    expect(groups[0]?.attributes).toMatchObject([
      { name: "id", min: 4, max: 5, updates: 299 },
      { name: "flow", min: 1, max: 299.5, updates: 299 },
      { name: "lanes", min: 2, max: 3, updates: 299 },
    ]);
    expect(await store.listTimestamps("d", "g")).toEqual(steps.slice(1));
  });

  it("are recognised when the updates come again, in one transaction or in parts", async () => {
    const store = await open();
    await store.storeUpdates(updates, { commitEvery: 50 });
    const before = await rowsOf();
    expect(before).toEqual({ own: 300 + 2 * 6, shared: 2 * 6, every: 900 });
    expect(await store.storeUpdates(updates, { policy: "update" })).toMatchObject({ unchanged: 300 });
    expect(await rowsOf()).toEqual(before);
    const changed = updates.map((update, step) =>
      step % 2 === 0 ? update : at(step, { id: [4, 5], flow: [0, 0], lanes: [2, 4] }),
    );
    expect(await store.storeUpdates(changed, { policy: "update" })).toMatchObject({
      unchanged: 150,
      updated: 150,
    });
    expect((await readAll(store)).slice(10, 12)).toEqual([
      [10, { id: [4, 5], flow: [10, 10.5], lanes: [2, 3] }],
      [11, { id: [4, 5], flow: [0, 0], lanes: [2, 4] }],
    ]);
  });

  it("go with their scenario", async () => {
    const store = await open();
    await store.storeUpdates(updates.slice(0, 10));
    await database.rows("delete from simulation.scenario where name = $1", [scenario]);
    expect(
      await database.rows(
        `select from simulation.shared_array s
          where not exists (select from simulation.attribute a where a.id = s.attribute_id${ofSame("a", "s")})`,
      ),
    ).toEqual([]);
    await expect(readAll(store)).resolves.toEqual([]);
  });
});

describe("arrays that are nearly the same", () => {
  it.each<[string, readonly unknown[], readonly unknown[]]>([
    ["0 and -0", [0, 1.5], [-0, 1.5]],
    ["another order between the same least and greatest value", [1, 2, 3, 4], [1, 3, 2, 4]],
    ["texts", ["a", "b"], ["a", "c"]],
    ["rows that are cut elsewhere", [[1, 2], [3]], [[1], [2, 3]]],
    ["components and no components", [[1, 2]], [[2, 1]]],
    ["an undefined value", [1.5, null], [1.5, 2]],
  ])("stay what they are: %s", async (_, one, other) => {
    const store = await open();
    const id = one.map((_, index) => index);
    const values = [one, one, other, other, one, other];
    await store.storeUpdates(values.map((a, step) => at(step, { id, a })));
    expect((await readAll(store)).map(([, { a }]) => a)).toEqual(values);
  });

  it("of another width are not the same", async () => {
    const store = await open();
    const of = (timestamp: number, data: Int32Array | BigInt64Array, dtype: string): SimulationUpdate => ({
      dataset: "d",
      timestamp,
      iteration: 0,
      origin: null,
      data: new Map([["g", new Map([["a", { dtype, shape: [1], data }]])]]),
    });
    await store.storeUpdates([
      of(0, Int32Array.of(7), "<i4"),
      of(1, BigInt64Array.of(7n), "<i8"),
      of(2, BigInt64Array.of(7n), "<i8"),
    ]);
    const types: string[] = [];
    for await (const { data } of store.readUpdates({ dataset: "d" })) {
      types.push(data.get("g")?.get("a")?.dtype ?? "");
    }
    expect(types).toEqual(["<i4", "<i8", "<i8"]);
  });
});

it("of an attribute that somebody deleted in SQL is told, and the read ends", async () => {
  const store = await open();
  await store.storeUpdates(steps.map((step) => at(step, { id: [1], a: [7] })));
  await database.rows(
    `delete from simulation.attribute t using simulation.entity_group g, simulation.dataset d, simulation.scenario s
      where g.id = t.entity_group_id and d.id = g.dataset_id and s.id = d.scenario_id and s.name = $1 and t.name = 'a'
        ${ofSame("t", "g", "d")}`,
    [scenario],
  );
  await expect(readAll(store)).rejects.toMatchObject({ code: "INVALID_INPUT" });
});

it("a shared array whose bytes were changed is refused", async () => {
  const store = await open();
  await store.storeUpdates(steps.slice(0, 5).map((step) => at(step, { id: [1, 2] })));
  await database.rows(
    `update simulation.shared_array a set data = set_byte(a.data, 0, 9)
      from simulation.attribute t, simulation.entity_group g, simulation.dataset d, simulation.scenario s
      where t.id = a.attribute_id and g.id = t.entity_group_id and d.id = g.dataset_id and s.id = d.scenario_id and s.name = $1
        ${ofSame("a", "t", "g", "d")}`,
    [scenario],
  );
  await expect(readAll(store)).rejects.toMatchObject({ code: "INVALID_INPUT" });
});

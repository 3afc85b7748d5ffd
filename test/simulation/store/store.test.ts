// A store from outside: what goes in comes out, in the order of moments, each under its own scenario.

import { beforeAll, describe, expect, it } from "vitest";
import {
  fromValues,
  openSimulationStore,
  type SimulationStore,
  type SimulationUpdate,
} from "../../../src/simulation/index.ts";
import { useDatabase } from "../../support/database.ts";
import { ofSame } from "./support.ts";

const database = useDatabase({ empty: true });

let count = 0;
/** A scenario of its own. */
const open = (): Promise<SimulationStore> =>
  openSimulationStore(database.database, { scenario: `scenario ${++count}` });

const speed = (values: unknown[], ids = values.map((_, index) => index + 1)) => ({
  segments: { id: { data: ids }, speed: { data: values } },
});

/** What a reader of files gives. */
function update(
  timestamp: number,
  iteration: number,
  values: unknown[],
  dataset = "roads",
): SimulationUpdate {
  const group = new Map([
    ["id", fromValues(values.map((_, index) => index + 1))],
    ["speed", fromValues(values)],
  ]);
  return { dataset, timestamp, iteration, origin: null, data: new Map([["segments", group]]) };
}

async function momentsOf(store: SimulationStore, dataset = "roads"): Promise<[number, number][]> {
  return (await store.getDatasetUpdates(dataset)).map(({ timestamp, iteration }) => [timestamp, iteration]);
}

beforeAll(async () => {
  await openSimulationStore(database.database);
});

describe("an update", () => {
  it("comes back as it went in", async () => {
    const store = await open();
    const { id, outcome } = await store.storeUpdate({
      dataset: "roads",
      timestamp: 3600,
      iteration: 2,
      origin: "traffic",
      data: {
        segments: {
          id: { data: [3, 1, 2] },
          speed: { data: Float64Array.of(1.5, Number.NaN, -0) },
          name: { data: ["a", "_udf_", "größer"] },
          open: { data: [true, false, true] },
          lanes: { data: [10, 20, 30, 40], row_ptr: [0, 1, 3, 4] },
          ends: {
            data: [
              [1, 2],
              [3, 4],
              [5, 6],
            ],
          },
          big: { data: BigInt64Array.of(1n, 2n ** 60n, -5n) },
        },
      },
    });
    expect(outcome).toBe("inserted");
    expect(id).toBeGreaterThan(0);
    const [read] = await store.getDatasetUpdates("roads");
    expect(read).toMatchObject({ dataset: "roads", timestamp: 3600, iteration: 2, origin: "traffic" });
    const arrays = read?.data.get("segments");
    expect(arrays?.get("id")).toEqual({ dtype: "<i4", shape: [3], data: Int32Array.of(3, 1, 2) });
    expect(arrays?.get("speed")?.data).toEqual(Float64Array.of(1.5, Number.NaN, -0));
    expect(arrays?.get("name")).toEqual({ dtype: "<U8", shape: [3], data: ["a", "_udf_", "größer"] });
    expect(arrays?.get("open")).toEqual({ dtype: "|i1", shape: [3], data: Int8Array.of(1, 0, 1) });
    expect(arrays?.get("lanes")).toEqual({
      dtype: "<i4",
      shape: [4],
      data: Int32Array.of(10, 20, 30, 40),
      rowPtr: Uint32Array.of(0, 1, 3, 4),
    });
    expect(arrays?.get("ends")).toEqual({
      dtype: "<i4",
      shape: [3, 2],
      data: Int32Array.of(1, 2, 3, 4, 5, 6),
    });
    expect(arrays?.get("big")?.data).toEqual(BigInt64Array.of(1n, 2n ** 60n, -5n));
  });

  it("has least and greatest values and a checksum in its rows", async () => {
    const store = await open();
    await store.storeUpdate({ dataset: "roads", timestamp: 0, data: speed([3, -1.5, Number.NaN]) });
    await store.storeUpdate({ dataset: "roads", timestamp: 1, data: speed([Number.NaN]) });
    const rows = await database.rows(
      `select a.min_val, a.max_val from simulation.update_array a
        join simulation.attribute t on t.id = a.attribute_id${ofSame("a", "t")} join simulation.update u on u.id = a.update_id${ofSame("a", "u")}
        join simulation.dataset d on d.id = u.dataset_id${ofSame("u", "d")} join simulation.scenario s on s.id = d.scenario_id
        where t.name = 'speed' and s.name = $1 order by u.timestamp`,
      [store.scenario],
    );
    expect(rows).toEqual([
      { min_val: -1.5, max_val: 3 },
      { min_val: null, max_val: null },
    ]);
  });

  it("may be of no group, and of a group without ids", async () => {
    const store = await open();
    await store.storeUpdate({ dataset: "roads", timestamp: 0, data: {} });
    await store.storeUpdate({ dataset: "roads", timestamp: 1, data: { segments: { speed: { data: [1] } } } });
    const updates = await store.getDatasetUpdates("roads");
    expect(updates.map(({ data }) => [...data.keys()])).toEqual([[], ["segments"]]);
  });

  it.each([
    [{ segments: { speed: { data: [1, null] } } }, "segments.speed.data[1] is null"],
    [{ segments: { speed: { data: [1, { a: 1 }] } } }, "segments.speed.data[1] is an object"],
    [{ segments: { id: { data: [1, 2] }, speed: { data: [1] } } }, "segments.speed is of 1 entities"],
  ])("is refused with the path of what is wrong in it", async (data, message) => {
    const store = await open();
    await expect(store.storeUpdate({ dataset: "roads", timestamp: 0, data })).rejects.toMatchObject({
      code: "INVALID_INPUT",
      message: expect.stringContaining(message) as string,
    });
    expect(await store.getUpdateCount()).toBe(0);
  });
});

describe("the facts of a store", () => {
  it("are those of its updates, in the order of numbers", async () => {
    const store = await open();
    for (const [timestamp, iteration] of [
      [10800, 0],
      [0, 0],
      [3600, 1],
      [3600, 0],
    ] as const) {
      await store.storeUpdate({ dataset: "a", timestamp, iteration, data: speed([timestamp]) });
    }
    await store.storeUpdate({ dataset: "b", timestamp: 7, data: speed([1]) });
    expect(await store.getDatasets()).toEqual(["a", "b"]);
    expect(await store.getTimestamps("a")).toEqual([0, 3600, 10800]);
    expect(await momentsOf(store, "a")).toEqual([
      [0, 0],
      [3600, 0],
      [3600, 1],
      [10800, 0],
    ]);
    expect([
      await store.getUpdateCount(),
      await store.getUpdateCount("a"),
      await store.getUpdateCount("b"),
    ]).toEqual([5, 4, 1]);
    expect(await store.listKeys("a", { timestamp: 3600, iteration: 0 }, 1)).toEqual([
      { timestamp: 3600, iteration: 1 },
    ]);
  });

  it("are none of an empty store, nor of a dataset that is not there", async () => {
    const store = await open();
    expect([
      await store.getDatasets(),
      await store.getUpdateCount(),
      await store.getDatasetUpdates("a"),
    ]).toEqual([[], 0, []]);
    expect([await store.getTimestamps("a"), await store.hasInitialDatasets()]).toEqual([[], false]);
  });
});

describe("many updates", () => {
  it("go in at once, and come out a page after the other", async () => {
    const store = await open();
    const updates = Array.from({ length: 700 }, (_, index) => update(699 - index, 0, [index, 0.5]));
    const report = await store.storeUpdates(updates, { batchBytes: 3000 });
    expect(report).toMatchObject({ read: 700, inserted: 700, duplicates: 0, rejected: 0, arrays: 1400 });
    const read = await store.getDatasetUpdates("roads");
    expect(read.map(({ timestamp }) => timestamp)).toEqual(Array.from({ length: 700 }, (_, index) => index));
    expect(read[3]?.data.get("segments")?.get("speed")?.data).toEqual(Float64Array.of(696, 0.5));
  });

  it("are read within a window, and of some attributes", async () => {
    const store = await open();
    await store.storeUpdates([0, 10, 20, 30].map((timestamp) => update(timestamp, 0, [timestamp])));
    await store.storeUpdate({
      dataset: "roads",
      timestamp: 20,
      iteration: 1,
      data: { nodes: { id: { data: [9] } } },
    });
    const read = async (query: object) => {
      const found: SimulationUpdate[] = [];
      for await (const one of store.readUpdates({ dataset: "roads", ...query })) found.push(one);
      return found.map(({ timestamp, iteration, data }) => [timestamp, iteration, ...data.keys()]);
    };
    expect(await read({ from: 10, to: 20 })).toEqual([
      [10, 0, "segments"],
      [20, 0, "segments"],
      [20, 1, "nodes"],
    ]);
    expect(await read({ from: 10.5, to: 29.5 })).toEqual([
      [20, 0, "segments"],
      [20, 1, "nodes"],
    ]);
    expect(await read({ after: { timestamp: 20, iteration: 0 } })).toEqual([
      [20, 1, "nodes"],
      [30, 0, "segments"],
    ]);
    expect(await read({ groups: ["nodes"] })).toEqual([[20, 1, "nodes"]]);
    expect(await read({ attributes: ["speed"], from: 20 })).toEqual([
      [20, 0, "segments"],
      [30, 0, "segments"],
    ]);
    expect(await read({ attributes: ["nothing"] })).toEqual([]);
  });

  it.each([
    ["skip", { inserted: 1, skipped: 1, updated: 0, unchanged: 0 }, [1]],
    ["update", { inserted: 1, skipped: 0, updated: 1, unchanged: 0 }, [2]],
  ] as const)("meet those that are there as the policy %s says", async (policy, counts, expected) => {
    const store = await open();
    await store.storeUpdate(update(5, 0, [1]));
    expect(await store.storeUpdates([update(5, 0, [2]), update(6, 0, [1])], { policy })).toMatchObject(
      counts,
    );
    const [first] = await store.getDatasetUpdates("roads");
    expect([...(first?.data.get("segments")?.get("speed")?.data ?? [])]).toEqual(expected);
    expect(await store.getUpdateCount()).toBe(2);
  });
});

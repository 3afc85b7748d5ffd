// What meets what is there, what stands twice in the input, and what is refused: counted, told, and never half stored.

import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  fromValues,
  openSimulationStore,
  type SimulationStore,
  type SimulationUpdate,
  toValues,
} from "../../../src/simulation/index.ts";
import { useDatabase } from "../../support/database.ts";
import { makeUpdate, ofSame } from "./support.ts";

const database = useDatabase({ empty: true });

let count = 0;
const open = () => openSimulationStore(database.database, { scenario: `scenario ${++count}` });

const at = (timestamp: number, speed: unknown): SimulationUpdate =>
  makeUpdate("roads", [timestamp, 0], { segments: { id: [1], speed: [speed] } });

async function speeds(store: SimulationStore): Promise<Record<number, unknown>> {
  const found: Record<number, unknown> = {};
  for (const { timestamp, data } of await store.getDatasetUpdates("roads")) {
    const speed = data.get("segments")?.get("speed");
    found[timestamp] = speed === undefined ? undefined : toValues(speed)[0];
  }
  return found;
}

describe("an update that is there already", () => {
  it("is an error by default, left alone, or replaced, one by one", async () => {
    const store = await open();
    const { id } = await store.storeUpdate(at(0, 1.5));
    await expect(store.storeUpdate(at(0, 2.5))).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining(
        'dataset "roads" at timestamp 0, iteration 0, is there already',
      ) as string,
    });
    expect(await store.storeUpdate(at(0, 2.5), { policy: "skip" })).toEqual({ id, outcome: "skipped" });
    expect(await speeds(store)).toEqual({ 0: 1.5 });
    expect(await store.storeUpdate(at(0, 1.5), { policy: "update" })).toEqual({ id, outcome: "unchanged" });
    expect(await store.storeUpdate(at(0, 2.5), { policy: "update" })).toMatchObject({ outcome: "updated" });
    expect(await speeds(store)).toEqual({ 0: 2.5 });
    expect(await store.getUpdateCount()).toBe(1);
  });

  it("that is equal is not written again, and another origin is a change", async () => {
    const store = await open();
    await store.storeUpdates([at(0, 1), at(1, 1), at(2, 1)]);
    const again = [at(0, 1), { ...at(1, 1), origin: "model" }, at(2, 9), at(3, 1)];
    const report = await store.storeUpdates(again, { policy: "update" });
    expect(report).toMatchObject({ read: 4, inserted: 1, updated: 2, unchanged: 1, skipped: 0 });
    expect(await speeds(store)).toEqual({ 0: 1, 1: 1, 2: 9, 3: 1 });
  });

  it("ends a load under the policy error, with nothing stored", async () => {
    const store = await open();
    await store.storeUpdate(at(5, 1));
    await expect(store.storeUpdates([at(4, 1), at(5, 2)], { policy: "error" })).rejects.toMatchObject({
      code: "CONFLICT",
    });
    expect(await speeds(store)).toEqual({ 5: 1 });
  });
});

describe("an update that stands twice in the input", () => {
  const twice = [at(0, 1), at(1, 1), at(0, 2)];

  it.each([
    ["skip", 1_000_000, 1],
    ["skip", 1, 1],
    ["update", 1_000_000, 2],
    ["update", 1, 2],
  ] as const)("counts as the policy %s says (%i bytes a batch)", async (policy, batchBytes, expected) => {
    const store = await open();
    const report = await store.storeUpdates(twice, { policy, batchBytes });
    expect(report).toMatchObject({ read: 3, inserted: 2, duplicates: 1, updated: 0, skipped: 0 });
    expect(await speeds(store)).toEqual({ 0: expected, 1: 1 });
  });

  it("is an error under the policy error", async () => {
    const store = await open();
    await expect(store.storeUpdates(twice, { policy: "error" })).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await store.getUpdateCount()).toBe(0);
  });
});

describe("an update that does not fit", () => {
  const bad = [
    at(0, 1.5),
    at(1, "fast"),
    { ...at(2, 1), timestamp: 2.5 },
    makeUpdate("roads", [3, 0], { segments: { id: [1, 2], speed: [1] } }),
    makeUpdate("roads", [4, 0], { segments: { id: [1], speed: [[1, 2]] } }),
    at(5, null),
    at(6, 7),
  ];

  it("is told with its place, and the others go in", async () => {
    const store = await open();
    const rejects: [number, string][] = [];
    const report = await store.storeUpdates(bad, {
      onReject: ({ position, message, record }) => {
        rejects.push([position, message]);
        expect(JSON.parse(record)).toMatchObject({
          dataset: "roads",
          data: { segments: { id: expect.any(Array) as unknown } },
        });
      },
    });
    expect(report).toMatchObject({ read: 7, inserted: 3, rejected: 4 });
    expect(rejects.map(([position]) => position)).toEqual([1, 2, 3, 4]);
    expect(rejects[0]?.[1]).toContain(
      'segments.speed of the dataset "roads" holds numbers; these values are texts',
    );
    expect(rejects[1]?.[1]).toContain("timestamp 2.5");
    expect(rejects[2]?.[1]).toContain("segments.speed is of 1 entities");
    expect(rejects[3]?.[1]).toContain("has no rows; these values have");
    // A whole number among floats is one of them; undefined values fit everywhere.
    expect(await speeds(store)).toEqual({ 0: 1.5, 5: null, 6: 7 });
  });

  it("is an error when nobody listens, or when there are too many", async () => {
    const store = await open();
    await expect(store.storeUpdates(bad)).rejects.toMatchObject({ code: "INVALID_INPUT" });
    const few = { onReject: () => undefined, maxRejects: 3 };
    await expect(store.storeUpdates(bad, few)).rejects.toMatchObject({ code: "TOO_MANY_REJECTS" });
    expect(await store.getUpdateCount()).toBe(0);
    // Nor did an attribute learn anything of what was not stored.
    expect(await store.storeUpdates([at(0, "fast")])).toMatchObject({ inserted: 1 });
  });
});

it("whole numbers become floats when floats come, and stay what they are in their array", async () => {
  const store = await open();
  await store.storeUpdates([at(0, null), at(1, 1), at(2, 0.5)]);
  const { groups } = await store.summarize("roads");
  expect(groups[0]?.attributes[1]).toMatchObject({ name: "speed", type: "float", min: 0.5, max: 1 });
  const updates = await store.getDatasetUpdates("roads");
  expect(updates.map(({ data }) => data.get("segments")?.get("speed")?.dtype)).toEqual(["<f8", "<i4", "<f8"]);
});

it("large arrays are compressed and come back the same, numbers and rows", async () => {
  const store = await open();
  const length = 20_000;
  const speed = Float64Array.from({ length }, (_, index) => Math.floor(index / 100));
  const rows = Array.from({ length }, (_, index) => [index, index + 1].slice(0, index % 3));
  const links = fromValues(rows);
  // Nothing makes these smaller.
  const noise = new Int32Array(Uint8Array.from(randomBytes(length * 4)).buffer);
  const group = new Map([
    ["id", fromValues(Array.from({ length }, (_, index) => index))],
    ["speed", { dtype: "<f8", shape: [length], data: speed }],
    ["links", links],
    ["noise", { dtype: "<i4", shape: [length], data: noise }],
  ]);
  const update = {
    dataset: "roads",
    timestamp: 0,
    iteration: 0,
    origin: null,
    data: new Map([["segments", group]]),
  };
  await store.storeUpdates([update]);
  const stored = await database.rows<{
    name: string;
    compression: string | null;
    row_ptr_compression: string | null;
    small: boolean;
  }>(
    `select t.name, a.compression, a.row_ptr_compression, length(a.data) < 40000 as small
      from simulation.update_array a join simulation.attribute t on t.id = a.attribute_id${ofSame("a", "t")}
        join simulation."update" u on u.id = a.update_id${ofSame("a", "u")}
        join simulation.dataset d on d.id = u.dataset_id${ofSame("u", "d")}
        join simulation.scenario s on s.id = d.scenario_id
      where s.name = $1 order by t.name`,
    [store.scenario],
  );
  expect(stored).toEqual([
    { name: "id", compression: "shuffle+gzip", row_ptr_compression: null, small: true },
    { name: "links", compression: "shuffle+gzip", row_ptr_compression: "shuffle+gzip", small: true },
    { name: "noise", compression: null, row_ptr_compression: null, small: false },
    { name: "speed", compression: "shuffle+gzip", row_ptr_compression: null, small: true },
  ]);
  expect((await store.getDatasetUpdates("roads"))[0]?.data).toEqual(update.data);
});

it("bytes that were changed in the database are told, and not read as values", async () => {
  const store = await open();
  await store.storeUpdate(at(7, 1.5));
  await database.rows(
    `update simulation.update_array a set data = set_byte(a.data, 3, 77)
      from simulation.attribute t, simulation."update" u, simulation.dataset d, simulation.scenario s
      where t.id = a.attribute_id and t.name = 'speed' and u.id = a.update_id and d.id = u.dataset_id
        and s.id = d.scenario_id and s.name = $1${ofSame("a", "t", "u", "d")}`,
    [store.scenario],
  );
  await expect(store.getDatasetUpdates("roads")).rejects.toThrow(
    "segments.speed in roads at timestamp 7, iteration 0 cannot be read. Its checksum is another one",
  );
});

it("a load that is cancelled stores nothing, or what it had committed", async () => {
  const store = await open();
  const controller = new AbortController();
  function* endless(): Generator<SimulationUpdate> {
    for (let timestamp = 0; ; timestamp++) {
      if (timestamp === 100) controller.abort();
      yield at(timestamp, timestamp);
    }
  }
  const options = { signal: controller.signal, batchBytes: 120 };
  await expect(store.storeUpdates(endless(), options)).rejects.toMatchObject({ code: "CANCELLED" });
  expect(await store.getUpdateCount()).toBe(0);
});

it("a source that breaks off is an error of its own, with nothing stored", async () => {
  const store = await open();
  let isClosed = false;
  async function* broken(): AsyncGenerator<SimulationUpdate> {
    try {
      yield at(0, 1);
      yield at(1, 1);
      throw new Error("the disk is gone");
    } finally {
      isClosed = true;
    }
  }
  await expect(store.storeUpdates(broken(), { batchBytes: 1 })).rejects.toThrow("the disk is gone");
  expect([await store.getUpdateCount(), isClosed]).toEqual([0, true]);
});

it.each([
  [{ policy: "merge" }, 'Unknown policy "merge"'],
  [{ commitEvery: 0 }, "commitEvery is 0"],
  [{ maxRejects: -1 }, "maxRejects is -1"],
])("options that make no sense are refused: %j", async (options, message) => {
  const store = await open();
  await expect(store.storeUpdates([], options as object)).rejects.toThrow(message);
});

// What a running simulation says, as files and as rows: changed values only, iterations counted over all datasets.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  type CollectorTarget,
  type DataMask,
  fromValues,
  makeTarget,
  openSimulationStore,
  type SimulationUpdate,
  toValues,
  UpdateCollector,
} from "../../../src/simulation/index.ts";
import { useDatabase } from "../../support/database.ts";
import { useFolder } from "../../support/files.ts";

const database = useDatabase({ empty: true });
const folder = useFolder();

let count = 0;
const newFolder = (): string => folder.path(`out/${++count}`);
const files = (path: string): string[] => readdirSync(path).sort();
const json = (path: string, name: string): unknown => JSON.parse(readFileSync(join(path, name), "utf8"));

const roads = (id: number[], speed: unknown[]) => ({
  segments: { id: { data: id }, speed: { data: speed } },
});

/** Keeps what it is given. */
function listTarget(): CollectorTarget & { updates: SimulationUpdate[] } {
  const updates: SimulationUpdate[] = [];
  return {
    updates,
    store: async (update) => {
      updates.push(update);
    },
  };
}

const valuesOf = (update: SimulationUpdate | undefined, group: string): Record<string, unknown> =>
  Object.fromEntries([...(update?.data.get(group) ?? [])].map(([name, array]) => [name, toValues(array)]));

describe("a folder", () => {
  it("gets a file for each update, and keeps what was in it", async () => {
    const path = newFolder();
    folder.text(`out/${count}/t0_0_old.json`, "{}");
    const collector = new UpdateCollector(makeTarget({ storage: "file", folder: path }));
    await collector.collect({ dataset: "dataset", timestamp: 1, data: roads([1, 2], [0.5, 2]) });
    await collector.flush();
    expect(files(path)).toEqual(["t0_0_old.json", "t1_0_dataset.json"]);
    expect(json(path, "t1_0_dataset.json")).toEqual({
      dataset: { segments: { id: [1, 2], speed: [0.5, 2] } },
    });
  });

  it("names a file after timestamp, iteration and dataset", async () => {
    const path = newFolder();
    const data = new Map([["segments", new Map([["id", fromValues([3])]])]]);
    const target = makeTarget({ storage: "file", folder: path });
    await target.store({ dataset: "dataset", timestamp: 1, iteration: 2, origin: null, data });
    expect(files(path)).toEqual(["t1_2_dataset.json"]);
  });

  it("has one count of iterations for all datasets of a time, which begins anew with each time", async () => {
    const path = newFolder();
    await using collector = new UpdateCollector(makeTarget({ storage: "disk", folder: path }));
    await collector.collect({ dataset: "some_dataset", timestamp: 0, data: roads([1], [1]) });
    await collector.collect({ dataset: "other_dataset", timestamp: 0, data: roads([1], [1]) });
    await collector.collect({ dataset: "other_dataset", timestamp: 5, data: roads([1], [2]) });
    await collector.flush();
    expect(files(path)).toEqual([
      "t0_0_some_dataset.json",
      "t0_1_other_dataset.json",
      "t5_0_other_dataset.json",
    ]);
  });

  it("has one whole file where several write it at once, and nothing beside it", async () => {
    const path = newFolder();
    const target = makeTarget({ storage: "file", folder: path });
    const stored = await Promise.allSettled(
      [1, 2, 3].map((value) => {
        const data = new Map([["g", new Map([["id", fromValues([value])]])]]);
        return target.store({ dataset: "a", timestamp: 0, iteration: 0, origin: null, data });
      }),
    );
    const refused = stored.filter(({ status }) => status === "rejected");
    expect(refused).toMatchObject([{ reason: { code: "CONFLICT" } }, { reason: { code: "CONFLICT" } }]);
    expect(files(path)).toEqual(["t0_0_a.json"]);
    expect(json(path, "t0_0_a.json")).toMatchObject({ a: { g: { id: [expect.any(Number)] } } });
  });

  it("keeps a file that is there, and says so at the next flush", async () => {
    const path = newFolder();
    const once = new UpdateCollector(makeTarget({ storage: "file", folder: path }));
    await once.collect({ dataset: "a", timestamp: 0, data: roads([1], [1]) });
    await once.flush();
    const again = new UpdateCollector(makeTarget({ storage: "file", folder: path }));
    await again.collect({ dataset: "a", timestamp: 0, data: roads([1], [2]) });
    await expect(again.flush()).rejects.toMatchObject({ code: "CONFLICT" });
    expect(json(path, "t0_0_a.json")).toEqual({ a: { segments: { id: [1], speed: [1] } } });
    expect(files(path)).toEqual(["t0_0_a.json"]);
  });
});

describe("what is stored", () => {
  it("is what changed: of two values only the new one, of none nothing", async () => {
    const target = listTarget();
    const collector = new UpdateCollector(target);
    await collector.collect({ dataset: "a", timestamp: 0, data: roads([1, 2], [1, 5.5]) });
    await collector.collect({ dataset: "a", timestamp: 1, data: roads([1, 2], [1, 5.500000001]) });
    await collector.collect({ dataset: "a", timestamp: 2, data: roads([2, 1], [5.5, Number.NaN]) });
    await collector.flush();
    expect(target.updates).toHaveLength(1);
    await collector.collect({ dataset: "a", timestamp: 3, data: roads([1, 2], [1.5, 5.5]) });
    await collector.flush();
    const [, second] = target.updates;
    expect(second).toMatchObject({ timestamp: 3, iteration: 0 });
    expect(toValues(second?.data.get("segments")?.get("id") as never)).toEqual([1]);
    expect(toValues(second?.data.get("segments")?.get("speed") as never)).toEqual([1.5]);
  });

  it("has holes where another value of an entity changed", async () => {
    const target = listTarget();
    const collector = new UpdateCollector(target);
    const data = (a: number[], b: string[], c: number[]) => ({
      g: { id: { data: [1, 2] }, a: { data: a }, b: { data: b }, c: { data: c, row_ptr: [0, 1, 3] } },
    });
    await collector.collect({ dataset: "d", timestamp: 0, data: data([1, 2], ["x", "y"], [1, 2, 3]) });
    await collector.collect({ dataset: "d", timestamp: 1, data: data([7, 2], ["x", "z"], [1, 2, 4]) });
    await collector.flush();
    const group = target.updates[1]?.data.get("g");
    const values = Object.fromEntries([...(group ?? [])].map(([name, array]) => [name, toValues(array)]));
    expect(values).toEqual({ id: [1, 2], a: [7, null], b: [null, "z"], c: [null, [2, 4]] });
  });

  it("is one update a time when aggregated, with the last values", async () => {
    const path = newFolder();
    const collector = new UpdateCollector(makeTarget({ storage: "file", folder: path }), { aggregate: true });
    await collector.collect({ dataset: "a", timestamp: 0, data: roads([1, 2], [10, 20]) });
    await collector.collect({ dataset: "a", timestamp: 0, data: roads([2], [21]) });
    await collector.flush();
    expect(files(path)).toEqual(["t0_0_a.json"]);
    expect(json(path, "t0_0_a.json")).toEqual({ a: { segments: { id: [1, 2], speed: [10, 21] } } });
  });

  it("is what was handed over, also where the caller writes the next values into the same arrays", async () => {
    const target = listTarget();
    const collector = new UpdateCollector(target, { workers: 1 });
    const speed = Float64Array.of(1, 2);
    const rows = Int32Array.of(1, 2, 3);
    const rowPtr = Uint32Array.of(0, 1, 3);
    const group = { id: { data: [1, 2] }, speed: { data: speed }, rows: { data: rows, row_ptr: rowPtr } };
    const collected = collector.collect({ dataset: "a", timestamp: 0, data: { group } });
    speed.fill(9);
    rows.fill(9);
    rowPtr.set([0, 2, 3]);
    await collected;
    await collector.flush();
    expect(valuesOf(target.updates[0], "group")).toEqual({ id: [1, 2], speed: [1, 2], rows: [[1], [2, 3]] });
  });

  it("is all that changed, infinity too", async () => {
    const target = listTarget();
    const collector = new UpdateCollector(target);
    const speeds = [1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, 2];
    for (const [timestamp, speed] of speeds.entries()) {
      await collector.collect({ dataset: "a", timestamp, data: roads([1], [speed]) });
    }
    await collector.flush();
    expect(target.updates.map((update) => valuesOf(update, "segments").speed)).toEqual([
      [1],
      [Number.POSITIVE_INFINITY],
      [Number.NEGATIVE_INFINITY],
      [2],
    ]);
  });

  it("is one entity, whether its id comes in 32 or in 64 bits", async () => {
    const target = listTarget();
    const collector = new UpdateCollector(target, { aggregate: true });
    const data = (id: Int32Array | BigInt64Array, speed: number) => ({
      segments: { id: { data: id }, speed: { data: [speed] } },
    });
    await collector.collect({ dataset: "a", timestamp: 0, data: data(Int32Array.of(5), 1) });
    await collector.collect({ dataset: "a", timestamp: 0, data: data(BigInt64Array.of(5n), 2) });
    await collector.flush();
    expect(valuesOf(target.updates[0], "segments")).toEqual({ id: [5], speed: [2] });
  });

  it("takes an attribute that was undefined or without elements before as what it is", async () => {
    const target = listTarget();
    const collector = new UpdateCollector(target, { aggregate: true });
    const data = (a: unknown, rows: unknown) => ({ g: { id: { data: [1] }, a, rows } });
    const none = { data: [], row_ptr: [0, 0] };
    await collector.collect({ dataset: "d", timestamp: 0, data: data({ data: [Number.NaN] }, none) });
    const texts = { data: ["x", "y"], row_ptr: [0, 2] };
    await collector.collect({ dataset: "d", timestamp: 0, data: data({ data: ["b"] }, texts) });
    await collector.flush();
    expect(valuesOf(target.updates[0], "g")).toEqual({ id: [1], a: ["b"], rows: [["x", "y"]] });
  });

  it.each([
    ["texts among numbers", { data: ["9"] }],
    ["pairs", { data: [[1, 2]] }],
    ["rows", { data: [1, 2], row_ptr: [0, 2] }],
  ])("is never made of %s where there was one number before", async (_name, speed) => {
    const target = listTarget();
    const collector = new UpdateCollector(target, { aggregate: true });
    await collector.collect({ dataset: "a", timestamp: 0, data: roads([1], [1]) });
    const data = { segments: { id: { data: [2] }, speed } };
    await expect(collector.collect({ dataset: "a", timestamp: 0, data })).rejects.toMatchObject({
      code: "INVALID_INPUT",
    });
    await collector.flush();
    expect(target.updates.map((update) => valuesOf(update, "segments"))).toEqual([{ id: [1], speed: [1] }]);
  });

  it.each([
    ["undefined", [-2147483648]],
    ["texts", ["one"]],
    ["floats", [1.5]],
  ])("has ids that are whole numbers: not %s", async (_name, ids) => {
    const target = listTarget();
    const data = { segments: { id: { data: ids }, speed: { data: [1] } } };
    await expect(
      new UpdateCollector(target).collect({ dataset: "a", timestamp: 0, data }),
    ).rejects.toMatchObject({ code: "INVALID_INPUT" });
  });

  it("is not what was refused: it counts as changed when it comes again", async () => {
    const target = listTarget();
    const collector = new UpdateCollector(target);
    const good = roads([1], [1]);
    const data = { ...good, nodes: { height: { data: [1] } } };
    await expect(collector.collect({ dataset: "a", timestamp: 0, data })).rejects.toMatchObject({
      code: "INVALID_INPUT",
    });
    await collector.collect({ dataset: "a", timestamp: 0, data: good });
    await collector.flush();
    expect(target.updates.map((update) => valuesOf(update, "segments"))).toEqual([{ id: [1], speed: [1] }]);
  });

  it.each<[string, DataMask | undefined, string[]]>([
    ["null", null, ["id", "speed", "flow"]],
    ["*", "*", ["id", "speed", "flow"]],
    ["a missing mask", undefined, ["id", "speed", "flow"]],
    ["* for a dataset", { a: "*" }, ["id", "speed", "flow"]],
    ["null for a group", { a: { segments: null } }, ["id", "speed", "flow"]],
    ["a list", { a: { segments: ["flow"] } }, ["id", "flow"]],
    ["another group", { a: { nodes: "*" } }, []],
    ["another dataset", { b: null }, []],
  ])("is what the mask leaves: %s", async (_name, mask, expected) => {
    const target = listTarget();
    const collector = new UpdateCollector(target, mask === undefined ? {} : { mask });
    const segments = { id: { data: [1] }, speed: { data: [1] }, flow: { data: [2] } };
    await collector.collect({ dataset: "a", timestamp: 0, data: { segments } });
    await collector.flush();
    expect([...(target.updates[0]?.data.get("segments")?.keys() ?? [])]).toEqual(expected);
  });
});

describe("workers", () => {
  it("are so many and no more, and who brings another update waits", async () => {
    let running = 0;
    let most = 0;
    let finish: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const target: CollectorTarget = {
      store: async () => {
        running += 1;
        most = Math.max(most, running);
        await gate;
        running -= 1;
      },
    };
    const collector = new UpdateCollector(target, { workers: 3 });
    const submitted = Array.from({ length: 5 }, (_, index) =>
      collector.collect({ dataset: "a", timestamp: index, data: roads([1], [index]) }),
    );
    await Promise.all(submitted.slice(0, 3));
    const fourth = await Promise.race([
      submitted[3]?.then(() => "in"),
      new Promise((resolve) => setTimeout(resolve, 50, "waits")),
    ]);
    expect(fourth).toBe("waits");
    finish();
    await collector.flush();
    expect(most).toBe(3);
  });

  it("that fail are told of at the next flush, all at once", async () => {
    const target: CollectorTarget = {
      store: ({ timestamp }) => Promise.reject(new Error(`no ${timestamp}`)),
    };
    const collector = new UpdateCollector(target);
    await collector.collect({ dataset: "a", timestamp: 0, data: roads([1], [0]) });
    await collector.collect({ dataset: "a", timestamp: 1, data: roads([1], [1]) });
    await expect(collector.flush()).rejects.toMatchObject({
      message: "2 errors were raised: no 0; no 1",
      details: ["no 0", "no 1"],
    });
    await collector.flush();
  });
});

it("a value that could not be stored is stored when it comes again, though it did not change", async () => {
  const stored: SimulationUpdate[] = [];
  let isDown = true;
  const target: CollectorTarget = {
    // No async function: it throws at once.
    store: (update) => {
      if (isDown) throw new Error("down");
      stored.push(update);
      return Promise.resolve();
    },
  };
  const collector = new UpdateCollector(target);
  await collector.collect({ dataset: "a", timestamp: 0, data: roads([1, 2], [1, 2]) });
  await expect(collector.flush()).rejects.toMatchObject({ details: ["down"] });
  isDown = false;
  await collector.collect({ dataset: "a", timestamp: 1, data: roads([1, 2], [1, 2]) });
  await collector.collect({ dataset: "a", timestamp: 2, data: roads([1, 2], [1, 2]) });
  await collector.flush();
  expect(stored.map((update) => [update.timestamp, valuesOf(update, "segments")])).toEqual([
    [1, { id: [1, 2], speed: [1, 2] }],
  ]);
});

it("a value of a type that the store refused may come in the right one", async () => {
  const store = await openSimulationStore(database.database, { scenario: "typed" });
  await store.storeUpdate({ dataset: "a", timestamp: 0, iteration: 0, data: roads([1], [1]) });
  const collector = new UpdateCollector(store);
  await collector.collect({ dataset: "a", timestamp: 1, data: roads([1], ["fast"]) });
  await expect(collector.flush()).rejects.toMatchObject({ code: "INVALID_INPUT" });
  await collector.collect({ dataset: "a", timestamp: 2, data: roads([1], [2]) });
  await collector.flush();
  expect(await store.listTimestamps("a")).toEqual([0, 2]);
});

it("may be ended twice, while it stores, and used after that", async () => {
  const target = listTarget();
  const collector = new UpdateCollector(target);
  void collector.collect({ dataset: "a", timestamp: 0, data: roads([1], [1]) });
  await Promise.all([collector.flush(), collector[Symbol.asyncDispose]()]);
  await collector[Symbol.asyncDispose]();
  expect(target.updates).toHaveLength(1);
  await collector.collect({ dataset: "a", timestamp: 0, data: roads([1], [2]) });
  await collector.flush();
  expect(target.updates.map(({ iteration }) => iteration)).toEqual([0, 1]);
});

it("a store gets the same, from 5 workers at once", async () => {
  const store = await openSimulationStore(database.database);
  const collector = new UpdateCollector(store);
  for (let timestamp = 0; timestamp < 20; timestamp++) {
    for (const dataset of ["a", "b"]) {
      await collector.collect({ dataset, timestamp, origin: "model", data: roads([1, 2], [timestamp, 0.5]) });
    }
  }
  await collector.flush();
  expect(await store.getUpdateCount()).toBe(40);
  expect((await store.getDatasetUpdates("b")).map(({ iteration, origin }) => [iteration, origin])).toEqual(
    Array.from({ length: 20 }, () => [1, "model"]),
  );
});

it.each([
  [{ storage: "tape" }, 'Unsupported storage "tape"'],
  [{ storage: "file" }, "No folder is configured"],
  [{ storage: "postgresql" }, "No store is configured"],
])("a target that cannot be is refused: %j", (options, message) => {
  expect(() => makeTarget(options)).toThrow(message);
});

it("time does not go back, and a group needs ids", async () => {
  const collector = new UpdateCollector(listTarget());
  await collector.collect({ dataset: "a", timestamp: 5, data: roads([1], [1]) });
  await expect(collector.collect({ dataset: "a", timestamp: 4, data: {} })).rejects.toMatchObject({
    code: "USAGE",
  });
  const data = { segments: { speed: { data: [1] } } };
  await expect(collector.collect({ dataset: "a", timestamp: 5, data })).rejects.toMatchObject({
    code: "INVALID_INPUT",
  });
});

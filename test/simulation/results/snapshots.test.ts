// Results of a long run in a store, which has snapshots, are those of a replay from the beginning.

import { beforeAll, describe, expect, it } from "vitest";
import {
  entityToJson,
  openResults,
  openSimulationStore,
  type ResultDataset,
  type SimulationSource,
  seriesToJson,
  stateToJson,
} from "../../../src/simulation/index.ts";
import { useDatabase } from "../../support/database.ts";
import { type MemoryDataset, memorySource, type Values } from "../support/memorySource.ts";

const database = useDatabase({ empty: true });

/** Always the same numbers, which look like none. */
function makeRandom(): (below: number) => number {
  let state = 7;
  return (below) => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
}

function makeRun(length: number): MemoryDataset {
  const random = makeRandom();
  const maybe = <Value>(value: Value): Value | null => (random(4) === 0 ? null : value);
  const updates = Array.from({ length }, (_, index) => {
    const ids = [...new Set(Array.from({ length: 5 }, () => 3 + random(4 + Math.floor(index / 10))))];
    const roads = {
      id: ids,
      speed: ids.map(() => maybe(index < 50 ? random(9) : random(900) / 8)),
      open: ids.map(() => maybe(random(2) === 0)),
      name: ids.map(() => maybe(`road ${random(99)}`)),
      links: ids.map(() => maybe(Array.from({ length: random(4) }, () => random(50)))),
    };
    const data: Values =
      index < 100 || index % 13 === 0 ? { roads } : { roads, nodes: { id: [7], level: [index] } };
    return { timestamp: Math.floor(index / 2) * 10, iteration: index % 2, data };
  });
  const initial = {
    roads: { id: [1, 2, 3, 4, 5], speed: [1, 2, 3, null, 5], links: [[1], [], [2, 3], null, [4]] },
  };
  return { initial, updates };
}

describe("a run of 400 updates in a store", () => {
  const run = makeRun(400);
  let stored: ResultDataset;
  let replayed: ResultDataset;
  let read = 0;

  beforeAll(async () => {
    const memory = memorySource({ net: run });
    const store = await openSimulationStore(database.database, { scenario: "long" });
    const initial = await memory.readInitial("net");
    if (initial !== null) await store.storeInitialDataset(initial);
    await store.storeUpdates(memory.readUpdates({ dataset: "net" }));
    const counting: SimulationSource = {
      kind: store.kind,
      name: store.name,
      listDatasets: () => store.listDatasets(),
      readInitial: (dataset: string) => store.readInitial(dataset),
      listAttributes: (dataset: string) => store.listAttributes(dataset),
      listTimestamps: (dataset: string, group?: string) => store.listTimestamps(dataset, group),
      readBase: (...place: Parameters<typeof store.readBase>) => store.readBase(...place),
      async *readUpdates(query: Parameters<typeof store.readUpdates>[0]) {
        for await (const update of store.readUpdates(query)) {
          read++;
          yield update;
        }
      },
      close: () => store.close(),
    };
    stored = await openResults(counting).getDataset("net");
    replayed = await openResults(memory).getDataset("net");
  });

  it.each(["roads", "nodes"])("has the states of a replay at every time: %s", async (group) => {
    let most = 0;
    const times = (await replayed.getTimestamps()).filter((_, index) => index % 7 === 0);
    for (const at of [-1, ...times, 1_000_000]) {
      read = 0;
      const state = await stored.getState(group, { at });
      most = Math.max(most, read);
      expect(stateToJson(state), `${group} at ${at}`).toEqual(
        stateToJson(await replayed.getState(group, { at })),
      );
    }
    // A snapshot is due at 64 updates, and waits for enough bytes.
    expect(most).toBeLessThan(200);
  });

  it("has the windows of a replay", async () => {
    for (const window of [{ from: 1500 }, { from: 1995, to: 1995 }, { from: 3, to: 600 }, { to: 40 }]) {
      for (const attribute of ["speed", "links", "open", "name"]) {
        expect(seriesToJson(await stored.getSeries("roads", attribute, window))).toEqual(
          seriesToJson(await replayed.getSeries("roads", attribute, window)),
        );
      }
      expect(entityToJson(await stored.getEntity("roads", 4, window))).toEqual(
        entityToJson(await replayed.getEntity("roads", 4, window)),
      );
    }
    read = 0;
    await stored.getSeries("roads", "speed", { from: 1900 });
    expect(read).toBeLessThan(200);
  });
});

describe("a run of arrays of many dtypes", () => {
  it("has the states of a replay without snapshots at every time", async () => {
    const random = makeRandom();
    const store = await openSimulationStore(database.database, { scenario: "dtypes" });
    const make = (timestamp: number) => {
      const ids = [...new Set(Array.from({ length: 4 }, () => 1 + random(4 + Math.floor(timestamp / 9))))];
      const numbers = ids.map(() => random(100));
      const maybe = (none: number) => numbers.map((value) => (value % 4 === 0 ? none : value));
      const rowPtr = [0, ...ids.keys()].map((row, index) => (index === 0 ? 0 : row + 1));
      const group = {
        id: { data: timestamp % 7 === 3 ? BigInt64Array.from(ids, BigInt) : Int32Array.from(ids) },
        short: { data: timestamp % 2 === 0 ? Int16Array.from(numbers) : Uint8Array.from(numbers) },
        long: {
          data:
            timestamp > 150 && timestamp % 3 === 0
              ? BigInt64Array.from(numbers, (value) => 2n ** 55n + BigInt(value))
              : Int32Array.from(maybe(-2147483648)),
        },
        mixed: { data: timestamp < 100 ? Int32Array.from(numbers) : Float32Array.from(maybe(Number.NaN)) },
        flag:
          timestamp % 2 === 0
            ? { data: Uint8Array.from(numbers, (value) => value % 2), dtype: "|b1" }
            : { data: Int8Array.from(maybe(-128), (value) => (value === -128 ? value : value % 2)) },
        pairs: { data: Float64Array.from(ids.flatMap((id) => [id, Number.NaN])), shape: [ids.length, 2] },
        name: { data: numbers.map((value) => (value % 3 === 0 ? "_udf_" : "é".repeat(value % 9))) },
        line: {
          data: Float64Array.from(ids.flatMap((id) => [id, timestamp])),
          shape: [ids.length, 2],
          row_ptr: rowPtr,
        },
      };
      return { dataset: "net", timestamp, iteration: 0, data: { group } };
    };
    for (let timestamp = 0; timestamp < 260; timestamp++) await store.storeUpdate(make(timestamp));
    await store.buildSnapshots("net");
    const plain: SimulationSource = {
      kind: store.kind,
      name: store.name,
      listDatasets: () => store.listDatasets(),
      readInitial: (dataset) => store.readInitial(dataset),
      readUpdates: (query) => store.readUpdates(query),
      listTimestamps: (dataset, group) => store.listTimestamps(dataset, group),
      close: () => store.close(),
    };
    const [quick, slow] = await Promise.all(
      [store, plain].map((source) => openResults(source).getDataset("net")),
    );
    if (quick === undefined || slow === undefined) throw new Error("no results");
    expect(await store.readBase("net", "group", 259)).not.toBeNull();
    for (let at = 0; at < 260; at += 13) {
      expect(stateToJson(await quick.getState("group", { at })), `at ${at}`).toEqual(
        stateToJson(await slow.getState("group", { at })),
      );
    }
  });
});

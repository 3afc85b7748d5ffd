// What is read, and of which initial data.

import { describe, expect, it } from "vitest";
import { openResults, stateToJson, valuesOf } from "../../../src/simulation/index.ts";
import type { InitialDataset, SimulationSource } from "../../../src/simulation/types.ts";
import { memorySource } from "../support/memorySource.ts";

describe("results read", () => {
  const make = () =>
    memorySource({
      roads: {
        initial: { segments: { id: [1, 2], speed: [0, 0] } },
        updates: Array.from({ length: 100 }, (_, timestamp) => ({
          timestamp,
          data: {
            segments: { id: [1], speed: [timestamp], load: [timestamp * 2] },
            ...(timestamp === 50 ? { points: { id: [9], open: [true] } } : {}),
          },
        })),
      },
    });
  const open = async (source: SimulationSource) => openResults(source).getDataset("roads");

  it("no update after the time, no other group, and no other attribute", async () => {
    const source = make();
    await (await open(source)).getState("segments", { at: 9, attributes: ["speed"] });
    expect(source.reads.updates).toBe(10);
    expect(source.reads.queries).toEqual([
      { dataset: "roads", groups: ["segments"], attributes: ["speed", "id"], to: 9 },
    ]);
  });

  it("all updates once for what attributes there are, and not again", async () => {
    const source = make();
    const roads = await open(source);
    await roads.getGroups();
    await roads.getAttributes("segments");
    await roads.getOverview();
    expect(source.reads.updates).toBe(100);
    await roads.getState("segments", { at: 4 });
    expect(source.reads.updates).toBe(105);
  });

  it("every update once for the states of all times", async () => {
    const source = make();
    const roads = await open(source);
    await roads.getGroups();
    const sums: number[] = [];
    for await (const { attributes, ids } of roads.readStates("segments", {
      attributes: ["load"],
      from: 98,
    })) {
      expect([ids, [...attributes.keys()]]).toEqual([[1, 2], ["load"]]);
      sums.push(Number(valuesOf(attributes.get("load"))[0]));
    }
    expect(sums).toEqual([196, 198]);
    expect(source.reads.updates).toBe(200);
  });

  it("from the newest snapshot on, where there are some", async () => {
    const plain = make();
    const asked: number[] = [];
    // What updates up to 49 make of the group.
    const source: SimulationSource = {
      ...plain,
      readBase: async (_dataset, group, timestamp) => {
        asked.push(timestamp);
        if (group !== "segments" || timestamp < 49) return null;
        const numbers = (value: number) => ({ dtype: "<i4", shape: [1], data: Int32Array.of(value) });
        return {
          timestamp: 49,
          iteration: 0,
          data: new Map([
            ["id", numbers(1)],
            ["speed", numbers(49)],
            ["load", numbers(98)],
          ]),
        };
      },
    };
    const roads = await open(source);
    const speeds = async (at?: number) => {
      const state = await roads.getState("segments", {
        attributes: ["speed"],
        ...(at === undefined ? {} : { at }),
      });
      return [state.timestamp, valuesOf(state.attributes.get("speed"))];
    };
    expect(await speeds(49)).toEqual([49, [49, 0]]);
    expect(plain.reads.updates).toBe(0);
    expect(await speeds(52)).toEqual([52, [52, 0]]);
    expect(plain.reads.updates).toBe(3);
    expect(await speeds()).toEqual([99, [99, 0]]);
    expect(plain.reads.updates).toBe(53);
    expect(await speeds(48)).toEqual([48, [48, 0]]);
    const series = await roads.getSeries("segments", "load", { from: 50, to: 51 });
    expect(series.data.map((values) => valuesOf(values))).toEqual([
      [100, null],
      [102, null],
    ]);
    // The snapshot of 49 is the state before 50; one of 50 would have skipped that step.
    expect(asked).toEqual([49, 52, Number.MAX_SAFE_INTEGER, 48, 49]);
  });
});

describe("initial data", () => {
  const withInitial = (initial: Partial<InitialDataset>): SimulationSource => ({
    ...memorySource({ roads: { updates: [{ timestamp: 1, data: { segments: { id: [2], speed: [7] } } }] } }),
    readInitial: async () => ({
      name: "roads",
      format: "unstructured",
      metadata: {},
      dataKey: "data",
      data: null,
      document: null,
      ...initial,
    }),
  });
  const state = async (initial: Partial<InitialDataset>) => {
    const roads = await openResults(withInitial(initial)).getDataset("roads");
    return [stateToJson(await roads.getState("segments")), roads.metadata];
  };
  const document = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  const segments = { id: [1, 2], speed: [5, null], rows: [[1, 2], null] };
  const merged = {
    id: { data: [1, 2] },
    speed: { data: [5, 7] },
    rows: { data: [1, 2, null], indptr: [0, 2, 3] },
  };
  const alone = { id: { data: [2] }, speed: { data: [7] } };

  it.each([
    [
      "under data",
      { name: "roads", epsg_code: 28992, data: { segments } },
      { name: "roads", epsg_code: 28992 },
    ],
    ["under the dataset's name", { general: { enum: {} }, roads: { segments } }, { general: { enum: {} } }],
    ["under the only other object", { general: {}, streets: { segments } }, { general: {} }],
  ])("of a JSON document stand %s", async (_where, content, metadata) => {
    expect(await state({ document: document(content) })).toEqual([merged, metadata]);
  });

  it.each([
    ["bytes", { format: "binary" as const, document: Uint8Array.of(1, 2, 3) }],
    ["a table", { document: document({ data: { rows: 5 } }) }],
    ["a list", { document: document([1, 2]) }],
  ])("that are %s begin nothing", async (_what, initial) => {
    expect((await state(initial))[0]).toEqual(alone);
  });

  it("are refused when they are no JSON, or hold what no array can", async () => {
    const broken = { document: new TextEncoder().encode('{"data": ') };
    await expect(state(broken)).rejects.toThrow(/^The initial data of roads are no JSON document: /);
    const mixed = {
      document: document({ data: { segments: { id: [1], speed: [{}] }, points: { id: [3] } } }),
    };
    await expect(state(mixed)).rejects.toThrow(
      /^The initial data of roads cannot be read: \/data\/segments\/speed\[0\]: .*an object/,
    );
    // What is beside it can be.
    const roads = await openResults(withInitial(mixed)).getDataset("roads");
    expect(stateToJson(await roads.getState("points"))).toEqual({ id: { data: [3] } });
  });

  it("know the older name of special values", async () => {
    const source = withInitial({
      document: document({ general: { no_data: { "segments.speed": -1 } }, data: { segments } }),
    });
    const roads = await openResults(source).getDataset("roads");
    expect((await roads.getState("segments")).attributes.get("speed")?.special).toBe(-1);
  });
});

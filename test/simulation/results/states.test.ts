// States, series and entities of small simulations, whatever keeps them.

import { describe, expect, it } from "vitest";
import {
  entityToJson,
  openResults,
  type ResultDataset,
  seriesToJson,
  stateToJson,
  valuesOf,
} from "../../../src/simulation/index.ts";
import type { MemoryDataset } from "../support/memorySource.ts";
import { type Keep, useKeeps } from "../support/sources.ts";

describe.each(useKeeps())("results from %s", (_name, keep) => {
  describe("of two entities that change one after the other", () => {
    const open = () =>
      openDataset(keep, {
        initial: { group: { id: [1, 2], attr: [10, 20] } },
        updates: [
          { timestamp: 0, data: { group: { id: [1], attr: [11] } } },
          { timestamp: 1, data: { group: { id: [2], attr: [22] } } },
        ],
      });

    it("stand at the end unless a time is named", async () => {
      expect(stateToJson(await (await open()).getState("group"))).toEqual({
        id: { data: [1, 2] },
        attr: { data: [11, 22] },
      });
    });

    it("have a state at each time, forth and back, and how it began before the first", async () => {
      const dataset = await open();
      const at = async (time: number) =>
        valuesOf((await dataset.getState("group", { at: time })).attributes.get("attr"));
      for (const [time, values] of [
        [1, [11, 22]],
        [0, [11, 20]],
        [-1, [10, 20]],
        [0, [11, 20]],
        [100, [11, 22]],
      ] as const) {
        expect(await at(time)).toEqual(values);
      }
    });

    it("are cut in three ways", async () => {
      const dataset = await open();
      expect(stateToJson(await dataset.slice({ group: "group", timestamp: 0 }))).toEqual({
        id: { data: [1, 2] },
        attr: { data: [11, 20] },
      });
      expect(seriesToJson(await dataset.slice({ group: "group", attribute: "attr" }))).toEqual({
        timestamps: [0, 1],
        id: [1, 2],
        data: [{ data: [11, 20] }, { data: [11, 22] }],
      });
      const second = { timestamps: [0, 1], data: { attr: [20, 22] } };
      expect(entityToJson(await dataset.slice({ group: "group", entity: 2 }))).toEqual(second);
      expect(entityToJson(await dataset.slice({ group: "group", entity: 20, key: "attr" }))).toEqual(second);
    });

    it("are not cut in two ways at once, nor in none", async () => {
      const dataset = await open();
      const both = { group: "group", timestamp: 0, attribute: "attr" };
      await expect(dataset.slice(both)).rejects.toThrow(/^Too many parameters/);
      const none = { group: "group" } as { group: string; timestamp: number };
      await expect(dataset.slice(none)).rejects.toThrow(/^Too few parameters/);
    });

    it("have the state after each timestamp in one pass", async () => {
      const states: [number, unknown][] = [];
      for await (const state of (await open()).readStates("group")) {
        states.push([state.timestamp, valuesOf(state.attributes.get("attr"))]);
      }
      expect(states).toEqual([
        [0, [11, 20]],
        [1, [11, 22]],
      ]);
    });

    it("say what is missing, and what was meant", async () => {
      const dataset = await open();
      await expect(dataset.getState("grup")).rejects.toMatchObject({
        code: "NOT_FOUND",
        message: "The dataset dataset has no group grup (did you mean group?); it has group.",
      });
      await expect(dataset.getState("group", { attributes: ["attt"] })).rejects.toThrow(
        "dataset.group has no attribute attt (did you mean attr?); it has attr.",
      );
      await expect(dataset.getEntity("group", 3)).rejects.toThrow(
        "Entity not found where id==3 in dataset.group.",
      );
      await expect(dataset.getEntity("group", 99, { key: "attr" })).rejects.toThrow(
        "Entity not found where attr==99 in dataset.group.",
      );
      await expect(dataset.getSeries("group", "attr", { ids: [2, 7] })).rejects.toThrow(
        "Entity not found in dataset.group: no id 7 up to that time.",
      );
    });

    it("can be of some entities only, in the order asked for", async () => {
      const dataset = await open();
      expect(stateToJson(await dataset.getState("group", { at: 0, ids: [2, 1, 2] }))).toEqual({
        id: { data: [2, 1, 2] },
        attr: { data: [20, 11, 20] },
      });
      await expect(dataset.getState("group", { ids: [1, 3] })).rejects.toThrow(
        "Entity not found in dataset.group: no id 3 up to that time.",
      );
    });

    it("know no series of an attribute that is never there", async () => {
      const series = await (await open()).getSeries("group", "other");
      expect(seriesToJson(series)).toEqual({ timestamps: [], id: [], data: [] });
    });
  });

  it("merge updates of one time, the later iteration last", async () => {
    const dataset = await openDataset(keep, {
      updates: [
        { timestamp: 5, iteration: 1, data: { group: { id: [2, 1], attr: [21, null], other: [1, 1] } } },
        { timestamp: 5, iteration: 0, data: { group: { id: [1, 2], attr: [10, 20] } } },
      ],
    });
    const { ids, attributes, timestamp } = await dataset.getState("group");
    expect([ids, timestamp]).toEqual([[1, 2], 5]);
    expect(valuesOf(attributes.get("attr"))).toEqual([10, 21]);
    expect(await dataset.getTimestamps("group")).toEqual([5]);
    const series = await dataset.getSeries("group", "attr");
    expect(seriesToJson(series)).toEqual({ timestamps: [5], id: [1, 2], data: [{ data: [10, 21] }] });
  });

  it("join what updates say of different entities", async () => {
    const dataset = await openDataset(keep, {
      updates: [
        { timestamp: 0, data: { group: { id: [1], attr: [10] } } },
        { timestamp: 0, iteration: 1, data: { group: { id: [2], attr: [21] } } },
      ],
    });
    expect(stateToJson(await dataset.getState("group"))).toEqual({
      id: { data: [1, 2] },
      attr: { data: [10, 21] },
    });
  });

  it("have an attribute that comes later from the beginning on, undefined", async () => {
    const dataset = await openDataset(keep, {
      initial: { group: { id: [1, 2], attr: [10, 20] } },
      updates: [
        { timestamp: 0, data: { group: { id: [1], attr: [11] } } },
        { timestamp: 1, data: { group: { id: [1], late: [31] } } },
      ],
    });
    const late = async (options: { at: number; attributes?: string[] }) => {
      const values = (await dataset.getState("group", options)).attributes.get("late");
      return [values?.type, valuesOf(values)];
    };
    expect(await late({ at: 0 })).toEqual(["int", [null, null]]);
    expect(await late({ at: 0, attributes: ["late"] })).toEqual(["int", [null, null]]);
    expect(await late({ at: 1 })).toEqual(["int", [31, null]]);
    expect(seriesToJson(await dataset.getSeries("group", "late"))).toEqual({
      timestamps: [0, 1],
      id: [1, 2],
      data: [{ data: [null, null] }, { data: [31, null] }],
    });
    expect(seriesToJson(await dataset.getSeries("group", "late", { to: 0 }))).toEqual({
      timestamps: [0],
      id: [1, 2],
      data: [{ data: [null, null] }],
    });
    expect(entityToJson(await dataset.getEntity("group", 1))).toEqual({
      timestamps: [0, 1],
      data: { attr: [11, 11], late: [null, 31] },
    });
  });

  it("have a group that comes later, without entities before", async () => {
    const dataset = await openDataset(keep, {
      initial: { group: { id: [1], attr: [10] } },
      updates: [{ timestamp: 3, data: { late: { id: [7], attr: ["x"] } } }],
    });
    expect(await dataset.getGroups()).toEqual(["group", "late"]);
    expect(stateToJson(await dataset.getState("late", { at: 2 }))).toEqual({
      id: { data: [] },
      attr: { data: [] },
    });
    expect(stateToJson(await dataset.getState("late", { at: 3 }))).toEqual({
      id: { data: [7] },
      attr: { data: ["x"] },
    });
    expect(await dataset.getTimestamps("late")).toEqual([3]);
    expect(await dataset.getTimestamps("group")).toEqual([]);
  });

  it("keep what was there where an update is undefined", async () => {
    const dataset = await openDataset(keep, {
      initial: {
        group: {
          id: [1, 2, 3],
          on: [true, null, false],
          n: [1, 2, null],
          x: [0.5, null, 1.5],
          t: ["a", null, "c"],
        },
      },
      updates: [
        {
          timestamp: 1,
          data: {
            group: {
              id: [3, 2, 1],
              on: [true, null, null],
              n: [null, null, 7],
              x: [null, 2.5, null],
              t: [null, "b", null],
            },
          },
        },
        {
          timestamp: 2,
          data: {
            group: {
              id: [1, 2, 3],
              on: [null, null, null],
              n: [null, null, null],
              x: [null, null, null],
              t: [null, null, null],
            },
          },
        },
      ],
    });
    const expected = {
      id: { data: [1, 2, 3] },
      on: { data: [true, null, true] },
      n: { data: [7, 2, null] },
      x: { data: [0.5, 2.5, 1.5] },
      t: { data: ["a", "b", "c"] },
    };
    expect(stateToJson(await dataset.getState("group", { at: 1 }))).toEqual(expected);
    expect(stateToJson(await dataset.getState("group", { at: 2 }))).toEqual(expected);
    const types = (await dataset.getAttributes("group")).map(({ name, type }) => [name, type]);
    expect(Object.fromEntries(types)).toEqual({ on: "bool", n: "int", x: "float", t: "str" });
  });

  it("have texts, and undefined ones", async () => {
    const dataset = await openDataset(keep, {
      initial: { group: { id: [1, 2], text: [null, null] } },
      updates: [{ timestamp: 0, data: { group: { id: [1], text: ["str"] } } }],
    });
    const values = (await dataset.getState("group")).attributes.get("text");
    expect(values?.array.data).toEqual(["str", "_udf_"]);
    expect(valuesOf(values)).toEqual(["str", null]);
    const before = (await dataset.getState("group", { at: -1 })).attributes.get("text");
    expect(valuesOf(before)).toEqual([null, null]);
  });

  it("replace ragged rows whole, and leave those that are null", async () => {
    const dataset = await openDataset(keep, {
      initial: { group: { id: [1, 2, 3], rows: [[1, 2], [3, 4], []] } },
      updates: [
        { timestamp: 1, data: { group: { id: [1, 2], rows: [null, [5, 6, 7]] } } },
        { timestamp: 2, data: { group: { id: [1, 4], rows: [[], [8]] } } },
      ],
    });
    const rows = async (at: number) => stateToJson(await dataset.getState("group", { at })).rows;
    expect(await rows(0)).toEqual({ data: [1, 2, 3, 4], indptr: [0, 2, 4, 4] });
    expect(await rows(1)).toEqual({ data: [1, 2, 5, 6, 7], indptr: [0, 2, 5, 5] });
    expect(await rows(2)).toEqual({ data: [5, 6, 7, 8], indptr: [0, 0, 3, 3, 4] });
    expect(entityToJson(await dataset.getEntity("group", 1))).toEqual({
      timestamps: [1, 2],
      data: { rows: [[1, 2], []] },
    });
    const [first] = (await dataset.getSeries("group", "rows")).data;
    // The fourth appears at 2.
    expect(valuesOf(first)).toEqual([[1, 2], [5, 6, 7], [], null]);
    await expect(dataset.getEntity("group", 1, { key: "rows" })).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("several values"),
    });
  });

  it("give an undefined row one undefined element", async () => {
    const dataset = await openDataset(keep, {
      initial: { group: { id: [1, 2] } },
      updates: [{ timestamp: 0, data: { group: { id: [1], rows: [[1]] } } }],
    });
    expect(stateToJson(await dataset.getState("group")).rows).toEqual({ data: [1, null], indptr: [0, 1, 2] });
  });

  it("make whole numbers floats where both come", async () => {
    const dataset = await openDataset(keep, {
      initial: { group: { id: [1, 2], x: [1, null] } },
      updates: [{ timestamp: 1, data: { group: { id: [2], x: [0.5] } } }],
    });
    expect(valuesOf((await dataset.getState("group")).attributes.get("x"))).toEqual([1, 0.5]);
    const series = await dataset.getSeries("group", "x");
    expect(series.data.map(({ array }) => array.dtype)).toEqual(["<f8"]);
  });

  it("hold whole numbers beyond 2^31, also after smaller ones", async () => {
    const dataset = await openDataset(keep, {
      initial: { group: { id: [1, 2], n: [1, null] } },
      updates: [{ timestamp: 1, data: { group: { id: [1], n: [9007199254740991] } } }],
    });
    expect(valuesOf((await dataset.getState("group")).attributes.get("n"))).toEqual([9007199254740991, null]);
    const entity = await dataset.getEntity("group", 1);
    expect(entityToJson(entity).data).toEqual({ n: [9007199254740991] });
  });

  it("say at 0 how it began where a group has no updates", async () => {
    const dataset = await openDataset(keep, { initial: { group: { id: [1], attr: [10] } } });
    expect(seriesToJson(await dataset.getSeries("group", "attr"))).toEqual({
      timestamps: [0],
      id: [1],
      data: [{ data: [10] }],
    });
    expect(entityToJson(await dataset.getEntity("group", 1))).toEqual({
      timestamps: [0],
      data: { attr: [10] },
    });
  });

  it("begin a window with what was before it", async () => {
    const dataset = await openDataset(keep, {
      updates: [0, 10, 20, 30, 100].map((timestamp) => ({
        timestamp,
        data: { group: { id: [timestamp === 20 ? 2 : 1], attr: [timestamp] } },
      })),
    });
    expect(seriesToJson(await dataset.getSeries("group", "attr", { from: 20, to: 30 }))).toEqual({
      timestamps: [20, 30],
      id: [1, 2],
      data: [{ data: [10, 20] }, { data: [30, 20] }],
    });
    expect(entityToJson(await dataset.getEntity("group", 2, { from: 25 }))).toEqual({
      timestamps: [30, 100],
      data: { attr: [20, 20] },
    });
    // Nothing happens from 40 to 50: it is as it was.
    expect(seriesToJson(await dataset.getSeries("group", "attr", { from: 40, to: 50 }))).toEqual({
      timestamps: [40],
      id: [1, 2],
      data: [{ data: [30, 20] }],
    });
  });

  it("find an entity by a key at the first time where nothing is known at 0", async () => {
    const dataset = await openDataset(keep, {
      updates: [
        { timestamp: 10, data: { group: { id: [4, 5], name: ["north", "south"] } } },
        { timestamp: 20, data: { group: { id: [4, 5], name: ["south", "north"] } } },
      ],
    });
    const entity = await dataset.getEntity("group", "south", { key: "name" });
    expect(entity.id).toBe(5);
    expect(entityToJson(entity).data).toEqual({ name: ["south", "north"] });
  });

  it("have speeds as they were at 0 and at 10, and two datasets", async () => {
    const roads = (speed: number[]) => ({ segments: { id: [1, 2, 3], speed } });
    const results = openResults(
      await keep({
        roads: {
          initial: roads([0, 0, 0]),
          updates: [
            { timestamp: 0, data: roads([50, 60, 40]) },
            { timestamp: 10, data: roads([45, 55, 35]) },
          ],
        },
        empty: { initial: roads([1, 2, 3]) },
      }),
    );
    expect(await results.listDatasets()).toEqual([
      { name: "empty", updates: 0, hasInitial: true },
      { name: "roads", updates: 2, hasInitial: true },
    ]);
    const dataset = await results.getDataset("roads");
    expect(await dataset.getTimestamps()).toEqual([0, 10]);
    for (const [at, speed] of [
      [0, [50, 60, 40]],
      [10, [45, 55, 35]],
      [0, [50, 60, 40]],
      [5, [50, 60, 40]],
      [-5, [0, 0, 0]],
    ] as const) {
      expect(valuesOf((await dataset.getState("segments", { at })).attributes.get("speed"))).toEqual(speed);
    }
    await expect(results.getDataset("nonexistent")).rejects.toThrow(/^Dataset nonexistent not found in /);
    await expect(results.getDataset("raods")).rejects.toThrow(
      "(did you mean roads?); there are empty, roads.",
    );
    await results.close();
  });

  it("summarize a dataset over all times", async () => {
    const antennas = (id: number[], power: boolean[]) => ({ antennas: { id, has_power: power } });
    const dataset = await openDataset(keep, {
      initial: {
        ...antennas([1, 2], [false, false]),
        masts: {
          id: [10, 11, 12, 13, 14],
          "geometry.x": [1, 2, 1.5, null, 1],
          "geometry.y": [3, 3.5, 4, null, 3],
        },
      },
      updates: [
        { timestamp: 0, data: antennas([1, 2], [true, true]) },
        { timestamp: 2, data: antennas([1], [false]) },
        { timestamp: 3, data: antennas([2], [false]) },
        { timestamp: 3, iteration: 1, data: { masts: { id: [10], height: [20] } } },
        { timestamp: 4, data: { masts: { id: [11], height: [-5] } } },
      ],
    });
    const power = async (at: number) =>
      valuesOf((await dataset.getState("antennas", { at })).attributes.get("has_power"));
    expect(await power(-1)).toEqual([false, false]);
    expect(await power(0)).toEqual([true, true]);
    expect(await power(2)).toEqual([false, true]);
    expect(await power(3)).toEqual([false, false]);
    const summary = await dataset.getOverview();
    expect(summary).toMatchObject({ entities: 7, updates: 5, from: 0, to: 4, boundingBox: [1, 3, 2, 4] });
    const bounds = summary.groups.map(({ name, attributes }) => [
      name,
      Object.fromEntries(attributes.map(({ name: attribute, min, max }) => [attribute, [min, max]])),
    ]);
    expect(Object.fromEntries(bounds)).toEqual({
      antennas: { has_power: [0, 1] },
      masts: { "geometry.x": [1, 2], "geometry.y": [3, 4], height: [-5, 20] },
    });
  });

  it("know names and special values of attributes", async () => {
    const source = await keep({
      dataset: {
        metadata: {
          general: {
            enum: { label: ["highway", "regular"] },
            special: { "group.speed": -9999, "group.width.max": -1 },
          },
        },
        initial: {
          group: {
            id: [1, 2, 3, 4],
            label: [0, 1, null, 2],
            kind: [1, 1, 0, 0],
            speed: [5, -9999, null, 1],
            "width.max": [1, 2, 3, 4],
          },
        },
      },
    });
    const dataset = await openResults(source, { enums: { "group.kind": "label" } }).getDataset("dataset");
    expect(dataset.metadata).toMatchObject({ general: { enum: { label: ["highway", "regular"] } } });
    const { attributes } = await dataset.getState("group");
    const named = (attribute: string) => valuesOf(attributes.get(attribute), { asNames: true });
    expect(named("label")).toEqual(["highway", "regular", null, 2]);
    expect(valuesOf(attributes.get("label"))).toEqual([0, 1, null, 2]);
    expect(named("kind")).toEqual(["regular", "regular", "highway", "highway"]);
    expect(attributes.get("speed")).toMatchObject({ special: -9999, enumNames: null });
    expect(attributes.get("width.max")?.special).toBe(-1);
    const [label] = await dataset.getAttributes("group");
    expect(label).toMatchObject({ name: "label", min: 0, max: 2, enumNames: ["highway", "regular"] });
  });
});

async function openDataset(keep: Keep, dataset: MemoryDataset): Promise<ResultDataset> {
  return openResults(await keep({ dataset })).getDataset("dataset");
}

// Results of arrays as programs write them, in every dtype and with components.

import { describe, expect, it } from "vitest";
import {
  openResults,
  openSimulationStore,
  type SimulationStore,
  seriesToJson,
  stateToJson,
  valuesOf,
} from "../../../src/simulation/index.ts";
import { useDatabase } from "../../support/database.ts";

const database = useDatabase({ empty: true });
let made = 0;

const open = (): Promise<SimulationStore> =>
  openSimulationStore(database.database, { scenario: `scenario ${made++}` });
const datasetOf = (store: SimulationStore) => openResults(store).getDataset("net");

/** Updates of one group, at 0, 1, 2... */
async function fill(store: SimulationStore, updates: Record<string, object>[]): Promise<void> {
  for (const [timestamp, group] of updates.entries()) {
    await store.storeUpdate({ dataset: "net", timestamp, iteration: 0, data: { group } });
  }
}

const ids = (...values: number[]) => ({ data: Int32Array.from(values) });

describe("an attribute", () => {
  it.each([
    [
      "|b1",
      { data: Uint8Array.of(1, 0), dtype: "|b1" },
      { data: Uint8Array.of(1), dtype: "|b1" },
      [true, true],
      "bool",
    ],
    ["|i1", { data: Int8Array.of(1, -128) }, { data: Int8Array.of(0) }, [true, false], "bool"],
    ["<i2", { data: Int16Array.of(-5, 6) }, { data: Int16Array.of(7) }, [-5, 7], "int"],
    [
      "<u4",
      { data: Uint32Array.of(4_000_000_000, 1) },
      { data: Uint32Array.of(2) },
      [4_000_000_000, 2],
      "int",
    ],
    ["<i8", { data: BigInt64Array.of(1n, 2n) }, { data: BigInt64Array.of(2n ** 60n) }, [1, 2n ** 60n], "int"],
    [
      "<i4, then <i8",
      { data: Int32Array.of(1, 2) },
      { data: BigInt64Array.of(2n ** 40n) },
      [1, 2 ** 40],
      "int",
    ],
    ["<i8, then <i4", { data: BigInt64Array.of(1n, 2n ** 40n) }, { data: Int32Array.of(3) }, [1, 3], "int"],
    [
      "<f4",
      { data: Float32Array.of(0.5, Number.NaN) },
      { data: Float32Array.of(0.25) },
      [0.5, 0.25],
      "float",
    ],
    ["<i4, then <f8", { data: Int32Array.of(1, 2) }, { data: Float64Array.of(0.5) }, [1, 0.5], "float"],
    ["<f8, then <i4", { data: Float64Array.of(0.5, 1) }, { data: Int32Array.of(7) }, [0.5, 7], "float"],
    ["<U", { data: ["a", "_udf_"] }, { data: ["longer than before"] }, ["a", "longer than before"], "str"],
  ])("of %s is merged, with its values as they are", async (_dtype, first, second, values, type) => {
    const store = await open();
    await fill(store, [
      { id: ids(1, 2), x: first },
      { id: ids(2), x: second },
    ]);
    const x = (await (await datasetOf(store)).getState("group")).attributes.get("x");
    expect([x?.type, valuesOf(x)]).toEqual([type, values]);
    const { data } = await (await datasetOf(store)).getSeries("group", "x");
    // One type at all times.
    expect(new Set(data.map(({ array }) => array.dtype)).size).toBe(type === "str" ? 2 : 1);
    expect(valuesOf(data.at(-1))).toEqual(values);
  });

  it("with components is replaced whole for each entity, and undefined where nobody spoke of it", async () => {
    const store = await open();
    const pairs = (...values: number[]) => ({
      data: Float64Array.from(values),
      shape: [values.length / 2, 2],
    });
    const none = Number.NaN;
    await fill(store, [
      { id: ids(1, 2), other: { data: [1, 2] } },
      { id: ids(1, 2), xy: pairs(1, 2, 3, 4) },
      { id: ids(2, 1, 3), xy: pairs(5, 6, none, none, 7, none) },
    ]);
    const dataset = await datasetOf(store);
    expect(stateToJson(await dataset.getState("group", { at: 0 })).xy).toEqual({ data: [null, null] });
    expect(stateToJson(await dataset.getState("group")).xy).toEqual({
      data: [
        [1, 2],
        [5, 6],
        [7, null],
      ],
    });
    const { array } = (await dataset.getState("group", { at: 0 })).attributes.get("xy") ?? {};
    expect(array?.shape).toEqual([2, 2]);
    expect(seriesToJson(await dataset.getSeries("group", "xy", { ids: [3, 1] })).data).toEqual([
      { data: [null, null] },
      { data: [null, [1, 2]] },
      {
        data: [
          [7, null],
          [1, 2],
        ],
      },
    ]);
    const [, xy] = await dataset.getAttributes("group");
    expect(xy).toMatchObject({ name: "xy", type: "float", components: [2], isRagged: false, min: 1, max: 7 });
    await expect(dataset.getEntity("group", 1, { key: "xy" })).rejects.toThrow("several values");
  });

  it("with ragged rows of components keeps both", async () => {
    const store = await open();
    const points = { data: Float64Array.of(0, 0, 1, 1, 2, 2), shape: [3, 2], row_ptr: [0, 2, 3] };
    await fill(store, [
      { id: ids(1, 2), line: points },
      { id: ids(2, 3), line: { data: Float64Array.of(9, 9), shape: [1, 2], row_ptr: [0, 1, 1] } },
    ]);
    const state = await (await datasetOf(store)).getState("group");
    expect(valuesOf(state.attributes.get("line"))).toEqual([
      [
        [0, 0],
        [1, 1],
      ],
      [[9, 9]],
      [],
    ]);
    expect(stateToJson(state).line).toEqual({
      data: [
        [0, 0],
        [1, 1],
        [9, 9],
      ],
      indptr: [0, 2, 3, 3],
    });
  });
});

describe("a group", () => {
  it("without ids is stored, and has no results", async () => {
    const store = await open();
    await fill(store, [{ x: { data: [1] } }]);
    const dataset = await datasetOf(store);
    await expect(dataset.getState("group")).rejects.toThrow(
      "Invalid data, no ids provided: net.group at 0 (iteration 0) has no attribute id.",
    );
    expect(await dataset.getGroups()).toEqual(["group"]);
  });

  it("with an id that stands twice has none either", async () => {
    const store = await open();
    await fill(store, [{ id: ids(4, 5, 4), x: { data: [1, 2, 3] } }]);
    await expect((await datasetOf(store)).getSeries("group", "x")).rejects.toThrow(
      "Duplicate entries detected: 4 in the ids of net.group at 0 (iteration 0).",
    );
  });

  it("has ids of 64 bits", async () => {
    const store = await open();
    await fill(store, [{ id: { data: BigInt64Array.of(5_000_000_000n, 1n) }, x: { data: [1, 2] } }]);
    const state = await (await datasetOf(store)).getState("group", { ids: [5_000_000_000] });
    expect(stateToJson(state)).toEqual({ id: { data: [5_000_000_000] }, x: { data: [1] } });
  });
});

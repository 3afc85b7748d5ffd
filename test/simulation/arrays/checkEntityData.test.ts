// What a program hands over: taken in its many forms, refused with the path to the value.

import { describe, expect, it } from "vitest";
import { checkEntityData, entityCount } from "../../../src/simulation/arrays/index.ts";
import type { SimulationArray } from "../../../src/simulation/types.ts";

const array = (attribute: unknown): SimulationArray | undefined =>
  checkEntityData({ g: { x: attribute } })
    .get("g")
    ?.get("x");

describe("what is taken", () => {
  it("lists and typed arrays", () => {
    expect(array({ data: [1, 2] })).toEqual({ dtype: "<i4", shape: [2], data: Int32Array.of(1, 2) });
    expect(array({ data: [true] })).toEqual({ dtype: "|i1", shape: [1], data: Int8Array.of(1) });
    expect(array({ data: Float32Array.of(1, 2) })).toMatchObject({ dtype: "<f4", shape: [2] });
    expect(array({ data: Uint8Array.of(1), dtype: "|b1" })).toMatchObject({ dtype: "|b1" });
    expect(
      array({
        data: [
          [1, 2],
          [3, 4],
        ],
      }),
    ).toMatchObject({ shape: [2, 2], data: Int32Array.of(1, 2, 3, 4) });
    expect(array({ data: Int32Array.of(1, 2, 3, 4), shape: [2, 2] })).toMatchObject({ shape: [2, 2] });
  });

  it.each(["row_ptr", "rowptr", "indptr", "ind_ptr", "rowPtr"])("offsets under %s", (key) => {
    const ragged = array({ data: [1, 2, 3], [key]: [0, 2, 3, 3] });
    expect(ragged?.rowPtr).toEqual(Uint32Array.of(0, 2, 3, 3));
    expect(ragged === undefined ? 0 : entityCount(ragged)).toBe(3);
  });

  it("offsets keep their data type", () => {
    expect(array({ data: [1], row_ptr: BigInt64Array.of(0n, 1n) })?.rowPtr).toEqual(BigInt64Array.of(0n, 1n));
  });

  it("Maps of arrays, as sources give them", () => {
    const given = new Map([["g", new Map([["x", { dtype: "<U1", shape: [1], data: ["a"] }]])]]);
    expect(checkEntityData(given).get("g")?.get("x")).toMatchObject({ dtype: "<U1", data: ["a"] });
  });
});

describe("what is refused", () => {
  it.each<[string, unknown, RegExp]>([
    ["nothing", null, /The entity data must be an object/],
    ["a list", [], /The entity data must be an object/],
    ["a group that is a list", { g: [1] }, /^g must be an object/],
    ["values without data", { g: { x: [1] } }, /^g\.x must be an object/],
    ["no list", { g: { x: { data: 1 } } }, /g\.x\.data must be a list or a typed array/],
    [
      "None in a list",
      { g: { x: { data: [1, null] } } },
      /g\.x\.data\[1\] is null; write undefined values as NaN/,
    ],
    ["undefined in a list", { g: { x: { data: [undefined] } } }, /g\.x\.data\[0\] is undefined/],
    ["a hole in a list", { g: { x: { data: new Array(1) } } }, /g\.x\.data\[0\] is undefined/],
    ["None within a row", { g: { x: { data: [[1], [null]] } } }, /g\.x\.data\[1\]\[0\] is null/],
    ["an object", { g: { x: { data: [{}] } } }, /g\.x\.data\[0\] is an object/],
    ["a function", { g: { x: { data: [() => 1] } } }, /g\.x\.data\[0\] is .*which no array can hold/],
    ["a DataView", { g: { x: { data: new DataView(new ArrayBuffer(1)) } } }, /is a DataView/],
    [
      "a dtype of others",
      { g: { x: { data: Int8Array.of(1), dtype: "<f8" } } },
      /dtype is <f8, while its data is \|i1/,
    ],
    [
      "a shape of others",
      { g: { x: { data: [1, 2], shape: [3] } } },
      /shape is \[3\], which 2 values do not fill/,
    ],
    [
      "offsets that fall",
      { g: { x: { data: [1, 2], row_ptr: [0, 2, 1, 2] } } },
      /g\.x\.row_ptr must begin with 0/,
    ],
    ["offsets that end early", { g: { x: { data: [1, 2], indptr: [0, 1] } } }, /g\.x\.indptr .* end with 2/],
    [
      "lists of two lengths",
      { g: { id: { data: [1, 2] }, x: { data: [1] } } },
      /g\.x is of 1 entities, while g\.id is of 2/,
    ],
    ["mixed types", { g: { x: { data: [1, "a"] } } }, /g\.x\.data\[1\] is "a"/],
  ])("%s", (_name, input, message) => {
    expect(() => checkEntityData(input)).toThrow(message);
  });
});

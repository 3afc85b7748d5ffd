// Values of JSON -> arrays -> values: types, undefined values, ragged rows.

import { describe, expect, it } from "vitest";
import { fromValues, toValues, undefinedMask } from "../../../src/simulation/arrays/index.ts";
import { fc } from "../../support/property.ts";

describe("the type of a list", () => {
  it.each<[string, unknown[], string, number[]]>([
    ["nothing", [], "<f8", []],
    ["whole numbers", [1, null], "<i4", [1, -2147483648]],
    ["floats", [1.5, null], "<f8", [1.5, Number.NaN]],
    ["whole numbers among floats, whatever comes first", [1, 2.5], "<f8", [1, 2.5]],
    ["bools", [true, null, false], "|i1", [1, -128, 0]],
    ["nulls alone", [null, null], "<f8", [Number.NaN, Number.NaN]],
    ["a null first", [null, true], "|i1", [-128, 1]],
  ])("%s", (_name, values, dtype, data) => {
    const array = fromValues(values);
    expect(array).toMatchObject({ dtype, shape: [values.length] });
    expect(Array.from(array.data as Iterable<number>)).toEqual(data);
  });

  it("is int64 where a value needs it, exact with bigint", () => {
    expect(fromValues([1, 2 ** 40]).dtype).toBe("<i8");
    expect(fromValues([null, 2n ** 62n]).data).toEqual(BigInt64Array.of(-2147483648n, 2n ** 62n));
    expect(() => fromValues([2n ** 63n], { path: "g.x" })).toThrow(
      /g\.x\[0\] is 9223372036854775808, which does not fit in int64/,
    );
    expect(fromValues([0.5, 2n ** 60n]).data).toEqual(Float64Array.of(0.5, 2 ** 60));
  });

  it("of texts has room for the longest, rounded up to a power of two", () => {
    expect(fromValues(["abc", null]).dtype).toBe("<U8");
    expect(fromValues(["abc", ""]).dtype).toBe("<U4");
    expect(fromValues([""]).dtype).toBe("<U1");
    expect(fromValues(["𝄞𝄞"]).dtype).toBe("<U2");
    expect(fromValues(["x".repeat(300)]).dtype).toBe("<U512");
  });

  it("may be known: whole numbers become floats, nulls alone are what is known", () => {
    expect(fromValues([1, null], { type: "float" })).toMatchObject({ dtype: "<f8" });
    expect(fromValues([null], { type: "bool" }).data).toEqual(Int8Array.of(-128));
    expect(fromValues([null], { type: "str" }).data).toEqual(["_udf_"]);
    expect(() => fromValues([1.5], { type: "int", path: "g.x" })).toThrow(
      /g\.x\[0\] is 1\.5, while the attribute holds whole numbers/,
    );
  });
});

describe("components", () => {
  it("an entity with a null among them has none", () => {
    expect(fromValues([[1, null]], { components: 2 })).toEqual({
      dtype: "<f8",
      shape: [1, 2],
      data: Float64Array.of(Number.NaN, Number.NaN),
    });
    expect(fromValues([null, [3, 4]], { components: 2 })).toEqual({
      dtype: "<i4",
      shape: [2, 2],
      data: Int32Array.of(-2147483648, -2147483648, 3, 4),
    });
    expect(fromValues([[null, null]], { components: 2 }).data).toEqual(
      Float64Array.of(Number.NaN, Number.NaN),
    );
    expect(
      toValues(
        fromValues(
          [
            [1, null],
            [3, 4],
          ],
          { components: 2 },
        ),
      ),
    ).toEqual([null, [3, 4]]);
  });

  it("that are too many, too few or no list are not of the right shape", () => {
    expect(() => fromValues([[1, 2, 3]], { components: 2, path: "g.x" })).toThrow(
      /g\.x\[0\] has 3 components; a list of 2 was expected: the data is not of the right shape/,
    );
    expect(() => fromValues([1], { components: 2, path: "g.x" })).toThrow(/g\.x\[0\] is no list/);
  });
});

describe("ragged rows", () => {
  it("have the offsets of their first elements", () => {
    expect(fromValues([[1], [2, 2], [3, 3, 3]])).toEqual({
      dtype: "<i4",
      shape: [6],
      data: Int32Array.of(1, 2, 2, 3, 3, 3),
      rowPtr: Uint32Array.of(0, 1, 3, 6),
    });
    expect(fromValues([[1, 2], [3], []]).rowPtr).toEqual(Uint32Array.of(0, 2, 3, 3));
    expect(fromValues([[10], [20, 30], [40]]).rowPtr).toEqual(Uint32Array.of(0, 1, 3, 4));
  });

  it("of components have them in a second axis", () => {
    expect(
      fromValues([
        [[1, 2]],
        [
          [2, 2],
          [2, 2],
        ],
      ]),
    ).toEqual({
      dtype: "<i4",
      shape: [3, 2],
      data: Int32Array.of(1, 2, 2, 2, 2, 2),
      rowPtr: Uint32Array.of(0, 1, 3),
    });
  });

  it("a list of lists of one length is ragged, too, and comes out the same", () => {
    const values = [
      [1, 2],
      [3, 4],
    ];
    const array = fromValues(values);
    expect(array.rowPtr).toEqual(Uint32Array.of(0, 2, 4));
    expect(toValues(array)).toEqual(values);
  });

  it("a null row is one undefined element, and a row with one is null", () => {
    const array = fromValues([null, [1]]);
    expect(array.rowPtr).toEqual(Uint32Array.of(0, 1, 2));
    expect(undefinedMask(array)).toEqual([true, false]);
    expect(toValues(array)).toEqual([null, [1]]);
    expect(toValues(fromValues([[1, null], [2]]))).toEqual([null, [2]]);
  });

  it("a row that is no list is refused by its place", () => {
    expect(() => fromValues([[1], 2], { path: "g.x" })).toThrow(/g\.x\[1\] is no list, while other rows are/);
    expect(() => fromValues([[[1, 2]], [[3]]], { path: "g.x" })).toThrow(/g\.x\[1\]\[0\] has 1 components/);
  });
});

describe("what no array can hold", () => {
  it.each<[string, unknown[], RegExp]>([
    ["an object", [1, {}], /x\[1\] is an object, which no array can hold/],
    ["texts among numbers", [1, "a"], /x\[1\] is "a", while the attribute holds whole numbers/],
    ["bools among numbers", [1, true], /x\[1\] is true, while the attribute holds whole numbers/],
    ["half a surrogate pair", ["\ud800"], /x\[0\] has half of a surrogate pair/],
    ["a NUL at the end of a text", ["a\0"], /x\[0\] ends in a NUL character/],
  ])("%s", (_name, values, message) => {
    expect(() => fromValues(values, { path: "x" })).toThrow(message);
  });
});

const text = fc
  .string({ unit: "grapheme" })
  .filter((value) => !value.endsWith("\0") && value !== "_udf_" && value.isWellFormed());
const float = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0));
const int = fc.integer().filter((value) => value !== -2147483648);
const scalars: [string, fc.Arbitrary<unknown>][] = [
  ["bool", fc.boolean()],
  ["int", int],
  ["int64", fc.maxSafeInteger().filter((value) => value !== -2147483648)],
  ["float", float],
  ["str", text],
];

describe.each(scalars)("any values of the type %s come back", (_type, scalar) => {
  const comeBack = (values: unknown[], options: { components?: number } = {}): void => {
    expect(toValues(fromValues(values, options))).toEqual(values);
  };

  it("one an entity", () => {
    fc.assert(fc.property(fc.array(fc.option(scalar)), (values) => comeBack(values)));
  });

  it("ragged", () => {
    fc.assert(fc.property(fc.array(fc.option(fc.array(scalar))), (values) => comeBack(values)));
  });

  it("with components", () => {
    const rows = fc.array(fc.option(fc.tuple(scalar, scalar, scalar)));
    fc.assert(fc.property(rows, (values) => comeBack(values, { components: 3 })));
  });
});

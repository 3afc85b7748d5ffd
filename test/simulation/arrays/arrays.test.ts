// Arrays as bytes, packed, converted, and summed up.

import { describe, expect, it } from "vitest";
import {
  commonType,
  convertArray,
  decodeArray,
  encodeArray,
  fromValues,
  isRowPtr,
  minMax,
  pack,
  parseDtype,
  textWidth,
  toValues,
  typeOf,
  undefinedMask,
  unpack,
} from "../../../src/simulation/arrays/index.ts";
import type { SimulationArray } from "../../../src/simulation/types.ts";
import { fc } from "../../support/property.ts";

const U = null;

describe("minMax", () => {
  it.each<[string, SimulationArray, [number | null, number | null]]>([
    ["floats", fromValues([1.5, -2, 7]), [-2, 7]],
    ["floats with undefined", fromValues([0.5, U]), [0.5, 0.5]],
    ["zero beside undefined", { dtype: "<f8", shape: [2], data: Float64Array.of(0, Number.NaN) }, [0, 0]],
    ["undefined alone", fromValues([U]), [null, null]],
    ["no floats", fromValues([]), [null, null]],
    [
      "infinities",
      { dtype: "<f8", shape: [2], data: Float64Array.of(Infinity, -Infinity) },
      [-Infinity, Infinity],
    ],
    ["whole numbers", fromValues([3, 1, 2]), [1, 3]],
    ["whole numbers with undefined", fromValues([3, U, 2]), [2, 3]],
    ["undefined whole numbers alone", fromValues([U, U], { type: "int" }), [null, null]],
    ["no whole numbers", fromValues([], { type: "int" }), [null, null]],
    ["bools", fromValues([true, false]), [0, 1]],
    ["bools with undefined", fromValues([true, U]), [1, 1]],
    ["undefined bools alone", fromValues([U], { type: "bool" }), [null, null]],
    ["texts", fromValues(["a", "b"]), [null, null]],
    ["undefined texts alone", fromValues([U], { type: "str" }), [null, null]],
    ["no texts", fromValues([], { type: "str" }), [null, null]],
    ["components", fromValues([[1, 4], U, [-1, 2]], { components: 2 }), [-1, 4]],
    ["ragged rows", fromValues([[5], [], U, [1, 2]]), [1, 5]],
    ["int64", fromValues([2 ** 40, U, -1]), [-1, 2 ** 40]],
    ["bools of numpy", { dtype: "|b1", shape: [2], data: Uint8Array.of(1, 1) }, [1, 1]],
  ])("%s", (_name, array, [min, max]) => {
    expect(minMax(array)).toEqual({ min, max });
  });
});

const number = (bytes: number[]): Buffer => Buffer.from(bytes);

describe("bytes", () => {
  it.each<[string, number[], Buffer, unknown[]]>([
    ["|b1", [2], number([1, 0]), [1, 0]],
    ["|i1", [2], number([0xff, 0x80]), [-1, -128]],
    ["|u1", [2], number([0xff, 0]), [255, 0]],
    ["<i2", [1], number([1, 2]), [513]],
    [">i2", [1], number([2, 1]), [513]],
    ["<i4", [1], number([0, 0, 0, 0x80]), [-2147483648]],
    [">u4", [1], number([0xff, 0xff, 0xff, 0xfe]), [4294967294]],
    ["<i8", [1], number([1, 0, 0, 0, 0, 0, 0, 0x80]), [-9223372036854775807n]],
    [">u8", [1], number([0x80, 0, 0, 0, 0, 0, 0, 1]), [9223372036854775809n]],
    [">f4", [1], number([0x3f, 0xc0, 0, 0]), [1.5]],
    [">f8", [1], number([0xc0, 4, 0, 0, 0, 0, 0, 0]), [-2.5]],
    ["<U2", [2], number([97, 0, 0, 0, 0, 0, 0, 0, 98, 0, 0, 0, 0x1e, 0xd1, 1, 0]), ["a", "b𝄞"]],
    [">U1", [1], number([0, 0, 0, 0xe4]), ["ä"]],
    ["<f8", [0], number([]), []],
    ["<i4", [0, 2], number([]), []],
  ])("%s of the shape %j", (dtype, shape, bytes, values) => {
    const array = decodeArray(dtype, shape, bytes);
    expect(Array.from(array.data as Iterable<unknown>)).toEqual(values);
    expect(array.dtype).toBe(dtype.replace(">", "<"));
    // Written little-endian, whatever it was.
    if (!dtype.startsWith(">")) expect(encodeArray(array)).toEqual(bytes);
    else expect(decodeArray(array.dtype, shape, encodeArray(array))).toEqual(array);
  });

  it("may begin anywhere in a larger buffer, which stays as it is", () => {
    const whole = Buffer.from([9, 0x3f, 0xc0, 0, 0, 9]);
    expect(decodeArray(">f4", [1], whole.subarray(1, 5)).data).toEqual(Float32Array.of(1.5));
    expect([...whole]).toEqual([9, 0x3f, 0xc0, 0, 0, 9]);
  });

  it("NUL pads texts; one within a text is a character", () => {
    const array = fromValues(["a\0b", "", "abcd"]);
    expect(decodeArray(array.dtype, [3], encodeArray(array)).data).toEqual(["a\0b", "", "abcd"]);
    expect(textWidth(["ab", "𝄞𝄞𝄞"])).toBe(3);
  });

  it.each([
    ["<i4", [2], 7, /of the type <i4 and the shape \[2\] has 8 bytes, not 7/],
    ["|O", [1], 8, /"\|O" is none of/],
    ["<f2", [1], 2, /"<f2" is none of/],
    ["<M8[s]", [1], 8, /is none of/],
    ["<U0", [1], 0, /is none of/],
    ["<U1", [1], -1, /There is no character 0xffffffff/],
  ])("%s of the shape %j in %i bytes is refused", (dtype, shape, length, message) => {
    const bytes = length < 0 ? Buffer.from([255, 255, 255, 255]) : Buffer.alloc(length);
    expect(() => decodeArray(dtype, shape, bytes)).toThrow(message);
  });

  it("know their kinds", () => {
    expect(parseDtype(">U5")).toEqual({ kind: "U", itemBytes: 20, isBigEndian: true });
    expect(parseDtype("|b1")).toEqual({ kind: "b", itemBytes: 1, isBigEndian: false });
  });
});

describe("packing", () => {
  it.each([1, 2, 4, 8])("any bytes of elements of %i come back", (itemBytes) => {
    const bytes = fc
      .array(fc.integer({ min: 0, max: 3 }), { minLength: 0, maxLength: 4000, size: "max" })
      .map((list) => Buffer.from(list.slice(0, list.length - (list.length % itemBytes))));
    fc.assert(
      fc.property(bytes, (plain) => {
        const packed = pack(plain, itemBytes);
        expect(Buffer.from(unpack(packed.bytes, packed.compression, itemBytes))).toEqual(plain);
      }),
      { numRuns: 40 },
    );
  });

  it("short arrays and noise stay as they are; long ones are shuffled where it pays", () => {
    expect(pack(Buffer.alloc(1999), 8).compression).toBeNull();
    const floats = Float64Array.from({ length: 1000 }, (_, index) => 100 + index / 7);
    const packed = pack(encodeArray({ dtype: "<f8", data: floats }), 8);
    expect(packed.compression).toBe("shuffle+gzip");
    expect(packed.bytes.length).toBeLessThan(7000);
    expect(pack(Buffer.alloc(4000), 1).compression).toBe("gzip");
  });

  it("damage and unknown ways are told", () => {
    expect(() => unpack(Buffer.from("no gzip"), "gzip", 1)).toThrow(/packed array is damaged/);
    expect(() => unpack(Buffer.alloc(0), "zstd", 1)).toThrow(/packed with "zstd"/);
  });
});

describe("types", () => {
  it.each<[SimulationArray, string | null]>([
    [fromValues([true]), "bool"],
    [fromValues([1]), "int"],
    [fromValues([1.5]), "float"],
    [fromValues(["a"]), "str"],
    [fromValues([U]), null],
    [fromValues([]), null],
    [{ dtype: "|b1", shape: [1], data: Uint8Array.of(0) }, "bool"],
    [{ dtype: "|i1", shape: [2], data: Int8Array.of(-128, 5) }, "int"],
    [{ dtype: "<u2", shape: [1], data: Uint16Array.of(5) }, "int"],
  ])("%o", (array, type) => {
    expect(typeOf(array)).toBe(type);
  });

  it("of two arrays in common", () => {
    expect(commonType("int", "float")).toBe("float");
    expect(commonType(null, "str")).toBe("str");
    expect(commonType("bool", null)).toBe("bool");
    expect(commonType("bool", "int")).toBeUndefined();
    expect(commonType("str", "float")).toBeUndefined();
  });

  it("are converted, undefined stays undefined", () => {
    expect(convertArray(fromValues([1, U]), "float").data).toEqual(Float64Array.of(1, Number.NaN));
    expect(convertArray(fromValues([U]), "int").data).toEqual(Int32Array.of(-2147483648));
    expect(convertArray(fromValues([U]), "bool").data).toEqual(Int8Array.of(-128));
    expect(convertArray(fromValues([U]), "str").data).toEqual(["_udf_"]);
    const small: SimulationArray = { dtype: "|u1", shape: [1], data: Uint8Array.of(200) };
    expect(convertArray(small, "int")).toEqual({ dtype: "<i4", shape: [1], data: Int32Array.of(200) });
    const long: SimulationArray = { dtype: "<u8", shape: [1], data: BigUint64Array.of(2n ** 62n) };
    expect(convertArray(long, "int").data).toEqual(BigInt64Array.of(2n ** 62n));
    const same = fromValues([1]);
    expect(convertArray(same, "int")).toBe(same);
    expect(() => convertArray(fromValues(["a"]), "float")).toThrow(/"a" is no value of the type float/);
    const unsigned = { dtype: "<u8", shape: [1], data: BigUint64Array.of(2n ** 63n) };
    expect(() => convertArray(unsigned, "int")).toThrow(/"9223372036854775808" is no value of the type int/);
    expect(() => convertArray(fromValues([1.5]), "int")).toThrow(/"1.5" is no value of the type int/);
  });

  it("decide how values are said: bools of 0 and 1", () => {
    const array: SimulationArray = { dtype: "<f8", shape: [3], data: Float64Array.of(1, 0, Number.NaN) };
    expect(toValues(array, "bool")).toEqual([true, false, null]);
    expect(toValues(array)).toEqual([1, 0, null]);
    const long: SimulationArray = { dtype: "<i8", shape: [2], data: BigInt64Array.of(2n ** 60n, 5n) };
    expect(toValues(long)).toEqual([2n ** 60n, 5]);
  });
});

describe("undefinedMask", () => {
  it("of components: only where all of them are; of ragged rows: where one element is", () => {
    const pairs: SimulationArray = {
      dtype: "<f8",
      shape: [2, 2],
      data: Float64Array.of(Number.NaN, 1, Number.NaN, Number.NaN),
    };
    expect(undefinedMask(pairs)).toEqual([false, true]);
    expect(undefinedMask(fromValues([[1, U], [1]]))).toEqual([true, false]);
  });
});

describe("isRowPtr", () => {
  it.each<[number[], number, boolean]>([
    [[0, 2, 3, 3], 3, true],
    [[0], 0, true],
    [[], 0, false],
    [[1, 2], 2, false],
    [[0, 2, 1], 1, false],
    [[0, 2], 3, false],
    [[0, 0.5, 1], 1, false],
    [[-1, 0], 0, false],
  ])("%j over %i elements: %s", (offsets, elements, expected) => {
    expect(isRowPtr(offsets, elements)).toBe(expected);
  });
});

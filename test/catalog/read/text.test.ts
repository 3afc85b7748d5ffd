// Arrays as text: CSV, TSV, JSON, and the table that a terminal shows.

import { describe, expect, it } from "vitest";
import { arrayTable, describeArray } from "../../../src/catalog/read/arrayTable.ts";
import { arrayJson, arrayLines } from "../../../src/catalog/read/arrayText.ts";
import { compoundType, doubles, makeArray, scalarType, singles, texts } from "./arrays.support.ts";

const csv = (array: Parameters<typeof arrayLines>[0]) => [...arrayLines(array, ",")];
const json = (array: Parameters<typeof arrayJson>[0]) => [...arrayJson(array)].join("");

const integers = (code: string, shape: number[], bytes: ArrayBufferLike) =>
  makeArray({ dataType: scalarType(code), shape, bytes: new Uint8Array(bytes) });

const compound = makeArray({
  dataType: compoundType([
    ["x", scalarType("<f4")],
    ["n, m", scalarType("|S2")],
  ]),
  shape: [2],
  bytes: Buffer.from("0000c03f61620000003f6300", "hex"),
});

describe("CSV", () => {
  it("has an index and a value for one axis, as Python writes numbers", () => {
    const values = [
      1,
      0.1,
      -0,
      1e300,
      1e21,
      1.5e-7,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ];
    expect(csv(doubles([9], values))).toEqual([
      "index,value",
      "0,1.0",
      "1,0.1",
      "2,-0.0",
      "3,1e+300",
      "4,1e+21",
      "5,1.5e-7",
      "6,nan",
      "7,inf",
      "8,-inf",
    ]);
  });

  it("has the shortest digits of a single, and all of an integer of 64 bits", () => {
    const digits = [0.1, 16777216, 3.4028234663852886e38, 1e-45, 1 / 3];
    expect(csv(singles([5], digits)).slice(1)).toEqual([
      "0,0.1",
      "1,16777216.0",
      "2,3.4028235e+38",
      "3,1e-45",
      "4,0.33333334",
    ]);
    expect(csv(integers("<i8", [2], BigInt64Array.of(2n ** 63n - 1n, -1n).buffer)).slice(1)).toEqual([
      "0,9223372036854775807",
      "1,-1",
    ]);
  });

  it("has a line a row for two axes, and a single value for none", () => {
    expect(csv(doubles([2, 3], [1, 2, 3, 4, 5, 6]))).toEqual(["1.0,2.0,3.0", "4.0,5.0,6.0"]);
    expect(csv(doubles([], [4.5]))).toEqual(["value", "4.5"]);
    expect(csv(doubles([0], []))).toEqual(["index,value"]);
    expect(csv(doubles([0, 3], []))).toEqual([]);
  });

  it("quotes what would end a cell, by its separator", () => {
    const array = texts(8, ["a,b", 'say "x"', "tab\there", "new\nline", "é", ""]);
    expect(csv(array).slice(1)).toEqual([
      '0,"a,b"',
      '1,"say ""x"""',
      "2,tab\there",
      '3,"new\nline"',
      "4,é",
      "5,",
    ]);
    expect([...arrayLines(array, "\t")].slice(1, 4)).toEqual(["0\ta,b", '1\t"say ""x"""', '2\t"tab\there"']);
  });

  it("has a column a field of a compound", () => {
    expect(csv(compound)).toEqual(['index,x,"n, m"', "0,1.5,ab", "1,0.5,c"]);
  });

  it("has booleans, complex numbers and opaque bytes", () => {
    expect(csv(integers("|b1", [2], Uint8Array.of(1, 0).buffer)).slice(1)).toEqual(["0,True", "1,False"]);
    const complex = integers("<c8", [2], Float32Array.of(1, 0.1, 0, -2).buffer);
    expect(csv(complex).slice(1)).toEqual(["0,1.0+0.1j", "1,0.0-2.0j"]);
    expect(csv(integers("|V2", [1], Uint8Array.of(1, 255).buffer)).slice(1)).toEqual(["0,01ff"]);
  });

  it("refuses more than two axes with a slice that would do", () => {
    expect(() => csv(doubles([2, 1, 1, 2], [1, 2, 3, 4]))).toThrow(
      expect.objectContaining({
        code: "USAGE",
        message:
          "/D/e/a has 4 axes (shape [2,1,1,2]), and CSV has two. Take a part of it, such as the slice '0,0,:,:', or " +
          "write it as npy or json.",
      }),
    );
  });

  it("refuses compounds that do not fit into cells", () => {
    const field = compoundType([["m", scalarType("<f4"), [2]]]);
    expect(() => csv(makeArray({ dataType: field, shape: [1] }))).toThrow("does not fit into cells");
    const dataType = compoundType([
      ["a", scalarType("<f4")],
      ["b", scalarType("<f4")],
    ]);
    expect(() => csv(makeArray({ dataType, shape: [1, 1] }))).toThrow("does not fit into cells");
  });
});

describe("JSON", () => {
  it("is nested as the shape says, and exact", () => {
    expect(json(doubles([2, 2], [1, 0.1, Number.NaN, 1e21]))).toBe(
      '{"path":"/D/e/a","shape":[2,2],"dtype":"float64","data":[[1.0,0.1],[null,1000000000000000000000.0]]}',
    );
    expect(json(singles([1], [0.1]))).toContain('"data":[0.1]}');
    expect(json(doubles([], [2]))).toBe('{"path":"/D/e/a","shape":[],"dtype":"float64","data":2.0}');
    expect(json(integers(">u8", [1], BigUint64Array.of(1n).buffer))).toContain(
      '"dtype":">u8","data":[72057594037927936]',
    );
    expect(json(texts(6, ['"\\', "é\u0001"]))).toContain('"dtype":"S6","data":["\\"\\\\","é\\u0001"]');
    expect(JSON.parse(json(compound))).toMatchObject({
      data: [
        { x: 1.5, "n, m": "ab" },
        { x: 0.5, "n, m": "c" },
      ],
    });
    expect(json(integers("<c16", [1], Float64Array.of(1, -2).buffer))).toContain('"data":[[1.0,-2.0]]');
  });

  it.each([
    [[0], "[]"],
    [[2, 0], "[[],[]]"],
    [[0, 2], "[]"],
    [[1, 2, 0], "[[[],[]]]"],
    [[1_000_000_000, 0], "[]"],
  ])("of shape %j is %s", (shape, data) => {
    expect(json(makeArray({ dataType: scalarType("<f8"), shape, bytes: new Uint8Array(0) }))).toContain(
      `"data":${data}}`,
    );
  });

  it("comes in pieces that are the whole", () => {
    const array = doubles(
      [100, 100, 3],
      Array.from({ length: 30_000 }, (_, index) => index / 7),
    );
    expect([...arrayJson(array)].length).toBeGreaterThan(3);
    const { data } = JSON.parse(json(array)) as { data: number[][][] };
    expect(data[99]?.[99]?.[2]).toBe(29_999 / 7);
    expect(data.flat(2)).toEqual([...(array.data as Float64Array)]);
  });
});

describe("the table", () => {
  it("shows little whole, in columns of one width", () => {
    expect(arrayTable(doubles([2, 3], [1, -2.5, 3, 1000, 0.125, Number.NaN]))).toBe(
      "[[   1.      -2.5      3.   ]\n [1000.       0.125      nan]]",
    );
    expect(arrayTable(doubles([], [0.1]))).toBe("0.1");
    expect(arrayTable(doubles([2, 0], []))).toBe("[], shape [2,0]");
  });

  it("shortens what is long, and parts the planes of three axes", () => {
    const array = doubles(
      [20, 2, 100],
      Array.from({ length: 4000 }, (_, index) => index),
    );
    const lines = arrayTable(array, 120).split("\n");
    expect(lines[0]).toBe("[[[   0.    1.    2. ...   97.   98.   99.]");
    expect(lines[1]).toBe("  [ 100.  101.  102. ...  197.  198.  199.]]");
    expect(lines[2]).toBe("");
    expect(lines.filter((line) => line.trim() === "...")).toHaveLength(1);
    expect(lines.at(-1)).toBe("  [3900. 3901. 3902. ... 3997. 3998. 3999.]]]");
  });

  it("breaks lines at the width", () => {
    const table = arrayTable(
      doubles(
        [30],
        Array.from({ length: 30 }, (_, index) => index),
      ),
      40,
    );
    for (const line of table.split("\n")) expect(line.length).toBeLessThanOrEqual(40);
    expect(table.startsWith("[ 0.  1.  2.  3.")).toBe(true);
  });

  it("lets no text of a file steer the terminal", () => {
    const table = arrayTable(texts(12, ["\u001b[31mred", "\u009b31m", "ok"]));
    expect(table).toBe("['\\u001b[31mred' '\\u009b31m'     'ok'           ]");
  });

  it("shows compounds and complex numbers", () => {
    expect(arrayTable(compound)).toBe('[{"x":1.5,"n, m":"ab"} {"x":0.5,"n, m":"c"} ]');
    expect(arrayTable(integers("<c8", [1], Float32Array.of(1, -2).buffer))).toBe("[1.0-2.0j]");
  });

  it("is introduced by type and shape", () => {
    expect(describeArray(doubles([600, 400], []))).toBe("float64, shape [600, 400]");
    expect(describeArray(makeArray({ dataType: scalarType(">i2"), shape: [] }))).toBe(">i2, shape []");
    expect(describeArray(compound)).toBe("[('x', '<f4'), ('n, m', 'S2')], shape [2]");
  });
});

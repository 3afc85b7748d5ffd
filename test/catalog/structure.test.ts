import { describe, expect, test } from "vitest";
import { hashStructure, makeArrayStructure, maxBlockBytes } from "../../src/catalog/index.ts";
import { float64 } from "../support/nodes.ts";

interface DataType {
  kind: string;
  itemsize: number;
  endianness: string;
  dt_units: string | null;
}

function type(kind: string, itemsize: number, endianness = "little", units: string | null = null): DataType {
  return { kind, itemsize, endianness, dt_units: units };
}

/** `tiled-catalog.md` 2.2, computed with Tiled 0.2.16: name, data type, shape, id. */
const vectors: [string, DataType, number[], string][] = [
  ["float64 of shape [3,4]", float64, [3, 4], "9e975a61c12a8cf36c88e464ac37913c"],
  ["float64 of shape [200]", float64, [200], "4168c6805dc0dc33886fbf14db341409"],
  ["float64 of shape [600,400]", float64, [600, 400], "85e4da2b93ce1684c5abc31787d9d4ec"],
  ["float64 of shape [151,40]", float64, [151, 40], "d417957a304290dec316a7f59dc54292"],
  ["big-endian float32", type("f", 4, "big"), [7], "b111bb561a2d8e09442428a3b5d6970e"],
  ["int32", type("i", 4), [2], "d409c493d53d5cce5450f1677262260d"],
  ["uint8", type("u", 1, "not_applicable"), [2], "f0b62b0964b56557a35be2703a33d647"],
  ["bool", type("b", 1, "not_applicable"), [2], "8ecd94f8a68d985e01e320a6536ee7c7"],
  ["complex128", type("c", 16), [2], "d48c784bff25c60e2dd6d30212f7bf85"],
  ["S5", type("S", 5, "not_applicable"), [2], "2521f037a048d2315b86925a0e3ef9aa"],
  ["U3", type("U", 12), [2], "e50b085bd27cacaf2b22a9336bfae546"],
  ["datetime64[ns]", type("M", 8, "little", "[ns]"), [2], "fa2dac5608c078d835a140f65e8cbc07"],
  ["timedelta64[25s]", type("m", 8, "little", "[25s]"), [2], "63f1e8f0526ebb0415063eacd974bcbf"],
  ["float64 without elements", float64, [0, 3], "0aa741eacab5bef7c058310e36e67ed3"],
];

const point = {
  itemsize: 20,
  fields: [
    { name: "x", dtype: float64, shape: null },
    { name: "y", dtype: type("i", 4), shape: [3] },
  ],
};

describe("the id of a structure equals the one that Tiled computes", () => {
  test.each(vectors)("%s", (_name, dataType, shape, id) => {
    expect(makeArrayStructure({ shape, dataType, chunks: null }).id).toBe(id);
  });

  test("a struct data type", () => {
    const structure = makeArrayStructure({ shape: [2], dataType: point, chunks: null });
    expect(structure.id).toBe("3df61b39c2279b6e535177472e1a07de");
  });

  test("dims are hashed as raw UTF-8", () => {
    const structure = makeArrayStructure({
      shape: [2, 3],
      dataType: float64,
      chunks: null,
      dims: ["é", "x"],
    });
    expect(structure.id).toBe("41161fb84ddcebf2c6b8644b3043070e");
  });

  const sparse = {
    layout: "COO",
    shape: [3, 3],
    chunks: [[3], [3]],
    dims: null,
    resizable: false,
    data_type: float64,
    coord_data_type: type("u", 8),
  };
  const scalar = { shape: [], chunks: [], dims: null, resizable: false, data_type: float64 };
  test.each([
    ["bytes", {}, "99914b932bd37a50b983c5e7c90ae93b"],
    ["a container of an HDF5 file", { keys: ["entry"] }, "e7fb8c94f23c4f6767951e392fc771cd"],
    ["sparse COO", sparse, "a88717dc89a140a49a91a898fbc39f5c"],
    ["a scalar written as shape []", scalar, "3dde0d26aa6abdd30174251711c30818"],
  ])("%s", (_name, structure, id) => {
    expect(hashStructure(structure).id).toBe(id);
  });
});

test("the JSON of a structure is the canonical text, every field present", () => {
  expect(makeArrayStructure({ shape: [3, 4], dataType: float64, chunks: null }).json).toBe(
    '{"chunks":[[3],[4]],"data_type":{"dt_units":null,"endianness":"little","itemsize":8,"kind":"f"},' +
      '"dims":null,"resizable":false,"shape":[3,4]}',
  );
});

test("the order of the keys does not matter", () => {
  expect(hashStructure({ b: [1], a: { d: null, c: "x" } })).toEqual(
    hashStructure({ a: { c: "x", d: null }, b: [1] }),
  );
});

interface Layout {
  shape: number[];
  chunks: number[][];
}

function layout(shape: number[], chunks: number[] | null, itemsize = 8): Layout {
  const structure = makeArrayStructure({ shape, chunks, dataType: { ...float64, itemsize } });
  return JSON.parse(structure.json) as Layout;
}

describe("chunks", () => {
  test.each<[string, number[], number[] | null, number[][]]>([
    ["a contiguous array is one block", [600, 400], null, [[600], [400]]],
    ["a native chunk larger than the array is clipped", [61], [4096], [[61]]],
    [
      "native chunks tile each axis with a shorter last block",
      [10, 10],
      [4, 5],
      [
        [4, 4, 2],
        [5, 5],
      ],
    ],
    ["an exact tiling has no empty last block", [8], [4], [[4, 4]]],
    ["a length of zero is a block of zero", [0, 3], [16, 16], [[0], [3]]],
    ["only zeros", [0], null, [[0]]],
  ])("%s", (_name, shape, chunks, expected) => {
    expect(layout(shape, chunks)).toMatchObject({ shape, chunks: expected });
  });

  test.each([
    [[], null],
    [[], []],
  ])("a scalar is registered as shape [1]", (shape, chunks) => {
    expect(layout(shape, chunks)).toMatchObject({ shape: [1], chunks: [[1]] });
  });

  test.each<[string, number[], number[] | null, number]>([
    ["a long vector", [100_000_001], null, 8],
    ["a contiguous volume", [2000, 2000, 100], null, 4],
    ["a first axis whose rows are too large already", [3, 20_000, 20_000], null, 8],
    ["native chunks that are too large", [10, 10_000, 10_000], [10, 10_000, 10_000], 2],
  ])("blocks above 300 MB are split: %s", (_name, shape, chunks, itemsize) => {
    const result = layout(shape, chunks, itemsize);
    const largest = result.chunks.reduce((product, axis) => product * Math.max(...axis), itemsize);
    expect(largest).toBeLessThanOrEqual(maxBlockBytes);
    expect(result.chunks.map((axis) => axis.reduce((sum, length) => sum + length, 0))).toEqual(shape);
  });

  test("a block of exactly 300 MB stays whole", () => {
    expect(layout([300_000_000], null, 1).chunks).toEqual([[300_000_000]]);
  });
});

// .npy files, byte by byte against what numpy wrote (makeNpyHeaders.py).

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { npyHeader } from "../../../src/catalog/read/npy.ts";
import type { DataType, FieldOffsets } from "../../../src/hdf5/index.ts";
import { compoundType, makeArray, scalarType } from "./arrays.support.ts";

const goldens = JSON.parse(readFileSync(new URL("npyHeaders.json", import.meta.url), "utf8")) as Record<
  string,
  string
>;

interface Case {
  dataType: DataType;
  shape: number[];
  offsets?: FieldOffsets;
}

const type = scalarType;
const f4 = type("<f4");
const cases: Record<string, Case> = {
  float64: { dataType: type("<f8"), shape: [3, 4] },
  scalar: { dataType: type("<f8"), shape: [] },
  "big-endian": { dataType: type(">i4"), shape: [7] },
  bool: { dataType: type("|b1"), shape: [2, 2] },
  text: { dataType: type("|S5"), shape: [2] },
  opaque: { dataType: type("|V3"), shape: [2] },
  complex: { dataType: type(">c16"), shape: [200] },
  none: { dataType: type("|u1"), shape: [0, 3] },
  half: { dataType: type("<f2"), shape: [123456789] },
  "five axes": { dataType: type("<u8"), shape: [1, 2, 3, 4, 5] },
  aligned: { dataType: type("<i2"), shape: [1000, ...new Array<number>(12).fill(1), 100] },
  compound: {
    dataType: compoundType([
      ["x", f4],
      ["y", type("<i4")],
    ]),
    shape: [2],
  },
  padded: {
    dataType: compoundType(
      [
        ["a", type("|i1")],
        ["b", type("<f8")],
      ],
      24,
    ),
    shape: [2],
    offsets: [
      { offset: 0, inner: null },
      { offset: 8, inner: null },
    ],
  },
  nested: {
    dataType: compoundType([
      ["x", f4],
      [
        "n",
        compoundType([
          ["p", type(">i2")],
          ["q", type("|S3")],
        ]),
      ],
      ["m", type("<i4"), [2, 2]],
      ["v", type(">u2"), [3]],
      ["b", type("|b1")],
    ]),
    shape: [1],
  },
  quoted: {
    dataType: compoundType(["it's", '"', "'\"", "a\\b", "é\u0085"].map((name) => [name, f4])),
    shape: [],
  },
  "not latin": { dataType: compoundType([["日本", f4]]), shape: [5] },
  long: {
    dataType: compoundType(
      Array.from({ length: 4000 }, (_, index) => [`field_${String(index).padStart(4, "0")}`, type("<f8")]),
    ),
    shape: [1],
  },
};

describe("npyHeader", () => {
  it("has a case for each of numpy's", () => {
    expect(Object.keys(cases).sort()).toEqual(Object.keys(goldens).sort());
  });

  it.each(Object.entries(cases))("is numpy's: %s", (name, options) => {
    const header = npyHeader(makeArray(options));
    const hash = `sha256 ${createHash("sha256").update(header).digest("hex")}`;
    expect(goldens[name]?.startsWith("sha256") ? hash : header.toString("hex")).toBe(goldens[name]);
  });

  it("refuses fields that overlap, and says what else can be done", () => {
    const dataType = compoundType(
      [
        ["a", type("<f8")],
        ["b", type("<f8")],
      ],
      16,
    );
    const offsets = [
      { offset: 0, inner: null },
      { offset: 4, inner: null },
    ];
    expect(() => npyHeader(makeArray({ dataType, shape: [1], offsets }))).toThrow(
      expect.objectContaining({
        code: "USAGE",
        message:
          "/D/e/a is of the type [('a', '<f8'), ('b', '<f8')], whose fields overlap; a .npy file cannot say that. " +
          "Write it as json.",
      }),
    );
  });
});

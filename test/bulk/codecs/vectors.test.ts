// Embeddings, byte by byte; test/pgvector/ has them on a server with the extension.

import { describe, expect, test } from "vitest";
import { BinaryBuffer } from "../../../src/bulk/binaryBuffer.ts";
import { fromHalfBits, toHalfBits } from "../../../src/bulk/codecs/halfFloat.ts";
import { makeCodec } from "../../../src/bulk/codecs/makeCodec.ts";
import { type Codec, Misfit, type TypeFacts } from "../../../src/bulk/codecs/types.ts";

function vectorFacts(name: string, dimensions = -1): TypeFacts {
  return {
    label: dimensions < 0 ? name : `${name}(${dimensions})`,
    qualifiedName: `"public"."${name}"`,
    name,
    oid: 40_000,
    kind: "base",
    modifier: dimensions,
  };
}

const codecOf = (name: string, dimensions?: number): Codec => makeCodec(vectorFacts(name, dimensions), {});

function bytes(codec: Codec, value: unknown): string {
  const parsed = codec.parse(value);
  if (parsed instanceof Misfit) throw new Error(parsed.what);
  const out = new BinaryBuffer(16);
  codec.writeBinary(parsed, out);
  return out.take().toString("hex");
}

function text(codec: Codec, value: unknown): string {
  return codec.toText(codec.parse(value));
}

describe.each([
  ["vector", "00000010 0003 0000 3f800000 40000000 40400000"],
  ["halfvec", "0000000a 0003 0000 3c00 4000 4200"],
  // Without the two bytes that pgvector leaves unused.
  ["ruvector", "0000000e 0003 3f800000 40000000 40400000"],
])("%s", (name, hex) => {
  const codec = codecOf(name, 3);

  test.each([
    ["an array", [1, 2, 3]],
    ["a Float32Array", Float32Array.of(1, 2, 3)],
    ["a Float64Array", Float64Array.of(1, 2, 3)],
    ["its text form", "[1, 2.0,3e0]"],
  ])("from %s", (_form, value) => {
    expect(bytes(codec, value)).toBe(hex.replaceAll(" ", ""));
    expect(text(codec, value)).toBe("[1,2,3]");
    expect(codec).toMatchObject({ isDirect: true, stagingType: `"public"."${name}"` });
  });

  test.each<[unknown, string, string]>([
    [new Float32Array(128), "wrong_dimension", "expected 3 dimensions, not 128"],
    [[], "wrong_dimension", "expected 3 dimensions, not 0"],
    ["[1,2]", "wrong_dimension", "expected 3 dimensions, not 2"],
    [[1, Number.NaN, 3], "out_of_range", "cannot hold NaN as element 1"],
    [[1, 2, Number.POSITIVE_INFINITY], "out_of_range", "cannot hold Infinity as element 2"],
    [Float32Array.of(1, 2, Number.NEGATIVE_INFINITY), "out_of_range", "cannot hold -Infinity as element 2"],
    [Float64Array.of(4e38, 2, 3), "out_of_range", "cannot hold 4e+38 as element 0"],
    [[1, null, 3], "wrong_type", "cannot hold null as element 1"],
    [[1, "2", 3], "wrong_type", "cannot hold a string as element 1"],
    ["[1,2,x]", "wrong_type", 'cannot hold "[1,2,x]"; write vectors as [1,2,3]'],
    ["[1,,3]", "wrong_type", 'cannot hold "[1,,3]"; write vectors as [1,2,3]'],
    ["{1,2,3}", "wrong_type", 'cannot hold "{1,2,3}"; write vectors as [1,2,3]'],
    [5, "wrong_type", "cannot hold a number"],
    [Int8Array.of(1, 2, 3), "wrong_type", "cannot hold an Int8Array"],
  ])("refuses %s", (value, code, what) => {
    expect(codec.parse(value)).toEqual(new Misfit(code as Misfit["code"], what));
  });

  test("without a modifier takes 1 to 16,000 dimensions", () => {
    expect(codecOf(name).parse([])).toMatchObject({ what: "expected 1 to 16000 dimensions, not 0" });
    expect(codecOf(name).parse(new Array(16_001).fill(0))).toMatchObject({ code: "wrong_dimension" });
    expect(codecOf(name).parse(new Float32Array(16_000))).not.toBeInstanceOf(Misfit);
  });
});

test("a vector holds float4's own values, in text as well", () => {
  expect(text(codecOf("vector"), [0.1, 1e-46, -0, 3.4028234663852886e38])).toBe(
    "[0.10000000149011612,0,-0,3.4028234663852886e+38]",
  );
  expect(bytes(codecOf("vector"), [0.1])).toBe("00000008000100003dcccccd");
});

describe("half precision", () => {
  test.each([
    [1, 0x3c00],
    [-2, 0xc000],
    [65_504, 0x7bff],
    [65_519, 0x7bff],
    [-65_519, 0xfbff],
    [0.1, 0x2e66],
    // Ties go to the even one.
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [2 ** -14, 0x0400],
    // The largest subnormal, and halfway to the smallest normal.
    [2 ** -14 - 2 ** -24, 0x03ff],
    [2 ** -14 - 2 ** -25, 0x0400],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [2 ** -25 + 2 ** -40, 0x0001],
    [-0, 0x8000],
  ])("%d", (value, half) => {
    expect(toHalfBits(Math.fround(value))).toBe(half);
  });

  test("nothing beyond 65,519", () => {
    expect(toHalfBits(65_520)).toBeNull();
    expect(codecOf("halfvec").parse([1, -65_520])).toMatchObject({ code: "out_of_range" });
  });

  test("every finite half is itself", () => {
    for (let half = 0; half < 0x1_0000; half++) {
      if ((half & 0x7c00) === 0x7c00) continue;
      expect(toHalfBits(fromHalfBits(half))).toBe(half);
    }
  });

  test("text shows what is stored", () => {
    expect(text(codecOf("halfvec"), [0.1, 1e-9, -0])).toBe("[0.0999755859375,0,-0]");
  });
});

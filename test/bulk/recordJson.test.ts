// A rejected record as a line of JSON: exact, and good to be loaded again.

import { describe, expect, test } from "vitest";
import { recordToJson } from "../../src/bulk/recordJson.ts";
import type { Column } from "../../src/bulk/types.ts";
import { RawJson } from "../../src/json.ts";
import { fc } from "../support/property.ts";
import { codecOf } from "./codecs/bothFormats.support.ts";

const columns: Column[] = [
  { name: "a", type: "text" },
  { name: "b", type: "jsonb" },
];
const one = (type: string, json?: Column["json"]): Column[] => [
  { name: "v", type, ...(json === undefined ? {} : { json }) },
];

describe("records", () => {
  const circle: Record<string, unknown> = { a: 1 };
  circle.self = circle;
  test.each<[string, unknown, string]>([
    ["an object", { b: { x: [1n, -0] }, a: "t" }, '{"b":{"x":[1,-0]},"a":"t"}'],
    ["an array, by the columns' names", ["t", null], '{"a":"t","b":null}'],
    ["a short array", ["t"], '{"a":"t"}'],
    ["an array with more values than names", ["t", 1, 2n], '["t",1,2]'],
    ["fields that are no columns", { other: true, a: undefined }, '{"other":true}'],
    [
      "an instance with getters",
      new (class {
        get a() {
          return "t";
        }
      })(),
      '{"a":"t"}',
    ],
    [
      "a getter that throws",
      {
        get a() {
          throw new Error("gone");
        },
        b: 1,
      },
      '{"a":null,"b":1}',
    ],
    ["functions, symbols, maps", { a: () => 1, b: [Symbol("s"), new Map()] }, '{"a":null,"b":[null,null]}'],
    ["a circle", circle, '{"a":1,"self":null}'],
    ["no record", 5n, "5"],
    ["nothing", null, "null"],
    ["half a surrogate pair and U+0000", { a: "\ud83d\u0000" }, '{"a":"\\ud83d\\u0000"}'],
    [
      "raw JSON",
      { b: new RawJson('{"n": 1.10,\n"m": 12345678901234567890}') },
      '{"b":{"n": 1.10, "m": 12345678901234567890}}',
    ],
    ["raw JSON that is none", { b: new RawJson("{") }, '{"b":"{"}'],
  ])("%s", (_name, record, line) => {
    expect(recordToJson(record, columns)).toBe(line);
  });

  test("text of a column that takes JSON text", () => {
    expect(recordToJson({ v: '{"n":1.10}' }, one("jsonb", "text"))).toBe('{"v":{"n":1.10}}');
    expect(recordToJson({ v: '{"n":' }, one("jsonb", "text"))).toBe('{"v":"{\\"n\\":"}');
    expect(recordToJson({ v: '{"n":1.10}' }, one("jsonb"))).toBe('{"v":"{\\"n\\":1.10}"}');
  });
});

describe("values load again from what was written", () => {
  const moment = new Date("2026-11-21T10:00:00.123Z");
  const midnight = new Date("2026-11-21T00:00:00Z");
  test.each<[string, unknown, string]>([
    ["float8", Number.NaN, '"NaN"'],
    ["float4", Number.NEGATIVE_INFINITY, '"-Infinity"'],
    ["float8", -0, "-0"],
    ["float8[]", Float64Array.of(1.5, Number.POSITIVE_INFINITY), '[1.5,"Infinity"]'],
    ["int2[]", Uint8Array.of(1, 2), "[1,2]"],
    ["int8[]", BigInt64Array.of(5n), "[5]"],
    ["bytea", Uint8Array.of(0, 255), '"\\\\x00ff"'],
    ["bytea", Buffer.from("a"), '"\\\\x61"'],
    ["bytea[]", [Uint8Array.of(1)], '["\\\\x01"]'],
    ["timestamptz", moment, '"2026-11-21T10:00:00.123Z"'],
    ["timestamp", moment, '"2026-11-21T10:00:00.123"'],
    ["timestamp[]", [moment], '["2026-11-21T10:00:00.123"]'],
    ["date", midnight, '"2026-11-21"'],
    ["jsonb", { at: moment, list: [1, "a", null] }, '{"at":"2026-11-21T10:00:00.123Z","list":[1,"a",null]}'],
    ["numeric", "1.10", '"1.10"'],
  ])("%s %s", (type, value, json) => {
    const line = recordToJson({ v: value }, one(type));
    expect(line).toBe(`{"v":${json}}`);
    const codec = codecOf(type);
    const { v } = JSON.parse(line) as { v: unknown };
    expect(codec.toText(codec.parse(v))).toBe(codec.toText(codec.parse(value)));
  });
});

test("any record whatever becomes a line of valid JSON", () => {
  const anything = fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    withUnicodeString: true,
  } as object);
  fc.assert(
    fc.property(fc.oneof(anything, fc.dictionary(fc.constantFrom("a", "b", "c"), anything)), (record) => {
      const line = recordToJson(record, columns);
      expect(line).not.toContain("\n");
      expect(() => JSON.parse(line) as unknown).not.toThrow();
    }),
    { numRuns: 1000 },
  );
});

test("plain JSON is what JSON.stringify writes", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (record) => {
      expect(recordToJson(record, columns).replaceAll("-0", "0")).toBe(
        JSON.stringify(record).replaceAll("-0", "0"),
      );
    }),
  );
});

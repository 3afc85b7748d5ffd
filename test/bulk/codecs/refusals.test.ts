// What codecs refuse, with its code and what the message says.

import { describe, expect, test } from "vitest";
import { makeCodec } from "../../../src/bulk/codecs/makeCodec.ts";
import { Misfit, type TypeFacts } from "../../../src/bulk/codecs/types.ts";
import { RawJson } from "../../../src/json.ts";
import { codecOf, facts } from "./bothFormats.support.ts";

class Reading {
  readonly value = 1;
}

const circle: unknown[] = [];
circle.push([circle]);
const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)]);

describe.each<[type: string, cases: [value: unknown, code: string, what: string | RegExp][]]>([
  [
    "text",
    [
      [1, "wrong_type", "cannot hold a number"],
      [["a"], "wrong_type", "cannot hold an array"],
      [{}, "wrong_type", "cannot hold an object"],
      [new Date(0), "wrong_type", "cannot hold a Date"],
      [Symbol("s"), "wrong_type", "cannot hold a symbol"],
      ["a\u0000", "nul_character", "contains U+0000"],
      ["a\ud83d", "lone_surrogate", "contains half a surrogate pair"],
    ],
  ],
  [
    "varchar(255)",
    [
      ["a".repeat(256), "too_long", "holds 256 characters, 255 at most"],
      ["😀".repeat(256), "too_long", "holds 256 characters, 255 at most"],
      [`${"a".repeat(255)} `, "too_long", "holds 256 characters, 255 at most"],
    ],
  ],
  [
    "int4",
    [
      [1.5, "out_of_range", "cannot hold 1.5"],
      [2147483648, "out_of_range", "cannot hold 2147483648"],
      [-2147483649n, "out_of_range", "cannot hold -2147483649"],
      [Number.NaN, "out_of_range", "cannot hold NaN"],
      [10n ** 1000n, "out_of_range", "cannot hold so large a bigint"],
      ["1", "wrong_type", "cannot hold a string"],
    ],
  ],
  ["int2", [[32768, "out_of_range", "cannot hold 32768"]]],
  [
    "int8",
    [
      [2 ** 53, "out_of_range", "cannot hold 9007199254740992"],
      [2n ** 63n, "out_of_range", "cannot hold 9223372036854775808"],
      ["9223372036854775808", "out_of_range", "cannot hold 9223372036854775808"],
      ["1".repeat(10_000_000), "out_of_range", /^cannot hold 1{57}\.\.\.$/],
      ["1e3", "wrong_type", "cannot hold a string"],
    ],
  ],
  [
    "float4",
    [
      [4e38, "out_of_range", "cannot hold 4e+38"],
      ["1", "wrong_type", "cannot hold a string"],
      [1n, "wrong_type", "cannot hold a bigint"],
    ],
  ],
  ["float8", [["nan", "wrong_type", "cannot hold a string"]]],
  [
    "numeric(5,2)",
    [
      [1000, "out_of_range", "cannot hold 1000: at most 3 digits before the point"],
      ["999.995", "out_of_range", "cannot hold 999.995: at most 3 digits before the point"],
      ["Infinity", "out_of_range", "cannot hold Infinity"],
      ["1,5", "wrong_type", 'cannot hold "1,5"'],
      [true, "wrong_type", "cannot hold a boolean"],
    ],
  ],
  [
    "numeric",
    [
      ["1e131072", "out_of_range", "cannot hold 1e131072"],
      ["", "wrong_type", 'cannot hold ""'],
    ],
  ],
  ["bool", [["true", "wrong_type", "cannot hold a string"]]],
  [
    "timestamptz",
    [
      ["2026-11-21 10:00:00", "wrong_type", /needs an offset, such as Z/],
      ["2026-02-30T10:00:00Z", "wrong_type", 'cannot hold "2026-02-30T10:00:00Z"'],
      ["294277-01-01T00:00:00Z", "out_of_range", 'cannot hold "294277-01-01T00:00:00Z"'],
      ["2026-11-21T10:00:00+16:00", "wrong_type", 'cannot hold "2026-11-21T10:00:00+16:00"'],
      ["2026-11-21T10:00:00+01:60", "wrong_type", 'cannot hold "2026-11-21T10:00:00+01:60"'],
      [new Date(Number.NaN), "wrong_type", "cannot hold an invalid Date"],
      [new Date(-8.64e15), "out_of_range", "cannot hold -271821-04-20T00:00:00.000Z"],
      [1_700_000_000, "wrong_type", "cannot hold a number"],
    ],
  ],
  ["timestamp", [["2026-11-21T10:00:00Z", "wrong_type", /has an offset, this type has none/]]],
  [
    "date",
    [
      [new Date("2026-11-21T10:00:00Z"), "wrong_type", /has a time of day/],
      ["2026-11-21T10:00:00", "wrong_type", /has a time of day/],
      ["2023-02-29", "wrong_type", 'cannot hold "2023-02-29"'],
      ["5874898-01-01", "out_of_range", 'cannot hold "5874898-01-01"'],
    ],
  ],
  ["uuid", [["a0eebc99", "wrong_type", 'cannot hold "a0eebc99"']]],
  [
    "bytea",
    [
      ["abc", "wrong_type", /cannot hold "abc"; write bytes as "\\x00ff"/],
      [new Float32Array(1), "wrong_type", "cannot hold a Float32Array"],
    ],
  ],
  [
    "jsonb",
    [
      [{ a: { b: [1, Number.NaN] } }, "wrong_type", "holds NaN, which JSON lacks at a.b[1]"],
      [Number.POSITIVE_INFINITY, "wrong_type", "holds Infinity, which JSON lacks"],
      [{ a: "x\u0000" }, "nul_character", "contains U+0000 at a"],
      [{ "x\u0000": 1 }, "nul_character", "contains U+0000 at x\\u0000"],
      [["a", "\ud83d"], "lone_surrogate", "contains half a surrogate pair at [1]"],
      [{ a: new Map() }, "wrong_type", "holds a Map, which JSON lacks at a"],
      [new Set([1]), "wrong_type", "holds a Set, which JSON lacks"],
      [[new Uint8Array(2)], "wrong_type", "holds a Uint8Array, which JSON lacks at [0]"],
      [Buffer.from("a"), "wrong_type", "holds a Buffer, which JSON lacks"],
      [{ f: () => 1 }, "wrong_type", "holds a function, which JSON lacks at f"],
      [Symbol("s"), "wrong_type", "holds a symbol, which JSON lacks"],
      [new Reading(), "wrong_type", "holds a Reading, which JSON lacks"],
      [Object(1), "wrong_type", "holds a Number, which JSON lacks"],
      [new Date(Number.NaN), "wrong_type", "holds an invalid Date"],
      [{ toJSON: () => undefined }, "wrong_type", "cannot hold undefined"],
      [circle, "out_of_range", /^is nested deeper than 1000 levels at \[0\]/],
      [deep(1001), "out_of_range", /^is nested deeper than 1000 levels/],
      [{ n: 10n ** 131_072n }, "out_of_range", "holds too large a bigint at n"],
      [new RawJson('{"a":"\\u0000"}'), "nul_character", "contains U+0000"],
      [[new RawJson('"\\ud83d"')], "lone_surrogate", "contains half a surrogate pair at [0]"],
      [new RawJson('"\\ud83d-\\ude00"'), "lone_surrogate", "contains half a surrogate pair"],
      [new RawJson('"\\\\\\ude00"'), "lone_surrogate", "contains half a surrogate pair"],
      [new RawJson("[1e200000]"), "out_of_range", "holds a number that numeric cannot: 1e200000"],
      [new RawJson("9".repeat(131_073)), "out_of_range", /^holds a number that numeric cannot: 9{40}$/],
      [new RawJson("[".repeat(1001) + "]".repeat(1001)), "out_of_range", "is nested deeper than 1000 levels"],
      [new RawJson(1 as unknown as string), "wrong_type", "holds RawJson without text"],
    ],
  ],
  [
    "int4[]",
    [
      [1, "wrong_type", "cannot hold a number"],
      ["{1,2}", "wrong_type", "cannot hold a string"],
      [[1, 2, "3"], "wrong_type", "cannot hold a string as element 2"],
      [[[1], [2.5]], "out_of_range", "cannot hold 2.5 as element [1][0]"],
      [[1, undefined], "wrong_type", "cannot hold undefined as element 1"],
      [[[1], [2, 3]], "wrong_dimension", "holds an array that is not rectangular"],
      [[1, [2]], "wrong_dimension", "holds an array that is not rectangular"],
      [[[1], 2], "wrong_dimension", "holds an array that is not rectangular"],
      [[[], [1]], "wrong_dimension", "holds an array that is not rectangular"],
      [[[[[[[[1]]]]]]], "wrong_dimension", "holds an array of more than 6 dimensions"],
      [circle, "wrong_dimension", "holds an array of more than 6 dimensions"],
      [new DataView(new ArrayBuffer(4)), "wrong_type", "cannot hold a DataView"],
    ],
  ],
  [
    "float4[]",
    [
      [[1, 4e38], "out_of_range", "cannot hold 4e+38 as element 1"],
      [Float64Array.of(Number.NaN, -4e38), "out_of_range", "cannot hold -4e+38 as element 1"],
      [[Number.POSITIVE_INFINITY, "1"], "wrong_type", "cannot hold a string as element 1"],
    ],
  ],
  ["varchar(2)[]", [[["abc"], "too_long", "holds 3 characters, 2 at most as element 0"]]],
  ["interval", [[5, "wrong_type", "cannot hold a number"]]],
])("%s refuses", (type, cases) => {
  test.each(cases)("%s", (value, code, what) => {
    const misfit = codecOf(type).parse(value);
    expect(misfit).toBeInstanceOf(Misfit);
    expect(misfit).toMatchObject({
      code,
      what: typeof what === "string" ? what : expect.stringMatching(what),
    });
  });
});

test.each([
  ["an escaped backslash in front of u0000", '"\\\\u0000"'],
  ["two of them in front of what looks like half a pair", '"\\\\\\\\ud83d"'],
  ["a pair in escapes", '"\\ud83d\\ude00"'],
  ["numbers in strings, behind an escaped quote", '["\\"1e999999\\"", "\\\\", 1e5]'],
  ["brackets in strings", `"${"[".repeat(3000)}"`],
  ["many brackets side by side", `[${"[],".repeat(3000)}0]`],
  ["numbers at the limits", "[1e131071, 1e-16383, 0e5, -0.0]"],
])("raw JSON may hold %s", (_what, text) => {
  expect(codecOf("jsonb").parse([new RawJson(text)])).toBe(`[${text}]`);
});

test("json text that the caller vouches for is looked at for U+0000 and half pairs only", () => {
  const codec = codecOf("jsonb", "text");
  expect(codec.parse('{"a":1}')).toBe('{"a":1}');
  expect(codec.parse("\u0000")).toMatchObject({ code: "nul_character" });
  expect(codec.parse("\udc00")).toMatchObject({ code: "lone_surrogate" });
  expect(codec.parse({})).toMatchObject({ code: "wrong_type" });
});

test("an enum refuses what is none of its labels; one whose labels are unknown is left to the merge", () => {
  const type: TypeFacts = {
    ...facts("text"),
    name: "mood",
    kind: "enum",
    oid: 99999,
    qualifiedName: '"public"."mood"',
  };
  const known = makeCodec({ ...type, enumLabels: ["sad"] }, {});
  expect(known.parse("happy")).toMatchObject({ code: "wrong_type", what: 'has no label "happy"' });
  expect(known).toMatchObject({ isDirect: true, stagingType: '"public"."mood"' });
  expect(makeCodec(type, {})).toMatchObject({ isDirect: false, stagingType: 'pg_catalog."text"' });
});

test.each([
  ["varchar(255)", 'pg_catalog."varchar"', true],
  ["numeric(5,2)", 'pg_catalog."numeric"', true],
  ["timestamptz(3)", 'pg_catalog."timestamptz"', true],
  ["char(3)[]", 'pg_catalog."bpchar"[]', true],
  ["inet", 'pg_catalog."text"', false],
  ["inet[]", 'pg_catalog."text"[]', false],
])("%s is staged as %s", (type, stagingType, isDirect) => {
  expect(codecOf(type)).toMatchObject({ stagingType, isDirect });
});

test("an array of a domain over arrays has only its text form", () => {
  const domain: TypeFacts = { ...facts("int4"), kind: "domain", name: "list", base: facts("int4[]") };
  const codec = makeCodec({ ...facts("int4[]"), name: "_list", element: domain }, {});
  expect(codec).toMatchObject({ isDirect: false, stagingType: 'pg_catalog."text"' });
});

test("a type of someone else's that is called text is no text", () => {
  expect(makeCodec({ ...facts("text"), oid: 16_999, qualifiedName: '"app"."text"' }, {})).toMatchObject({
    isDirect: false,
    stagingType: 'pg_catalog."text"',
  });
});

import { describe, expect, test } from "vitest";
import { escapeCopyText, makeRowEncoder } from "../../src/bulk/encodeText.ts";
import type { Column } from "../../src/bulk/types.ts";

function encode(type: string, value: unknown, json?: Column["json"]): unknown {
  return makeRowEncoder([{ name: "c", type, ...(json === undefined ? {} : { json }) }])([value]);
}

describe("text is escaped so that COPY gives it back", () => {
  test.each([
    ["a tab", "a\tb", "a\\tb"],
    ["a newline", "a\nb", "a\\nb"],
    ["a carriage return", "a\rb", "a\\rb"],
    ["a carriage return and newline", "a\r\nb", "a\\r\\nb"],
    ["a backslash", "a\\b", "a\\\\b"],
    ["a backslash before a letter that COPY knows", "\\t\\x41\\101", "\\\\t\\\\x41\\\\101"],
    ["the mark for NULL", "\\N", "\\\\N"],
    ["the mark for the end", "\\.", "\\\\."],
    ["a line that is the mark for the end", "a\n\\.\nb", "a\\n\\\\.\\nb"],
    ["backspace, form feed, vertical tab", "\b\f\v", "\\b\\f\\v"],
    ["the empty string", "", ""],
    ["spaces at both ends", " a ", " a "],
    ["quotes", `"a"'b'`, `"a"'b'`],
    ["accents and astral characters", "é😀", "é😀"],
    ["a byte order mark", "\ufeffa", "\ufeffa"],
    ["other control characters", "\u0001\u001b\u007f", "\u0001\u001b\u007f"],
  ])("%s", (_name, value, line) => {
    expect(encode("text", value)).toBe(`${line}\n`);
    expect(encode("varchar(100)", value)).toBe(`${line}\n`);
    expect(encode("jsonb", value, "text")).toBe(`${line}\n`);
    expect(escapeCopyText(value)).toBe(line);
  });

  test("one text after another, with and without something to escape", () => {
    const texts = ["a\tb", "plain", "\t", "\t\t", "plain", "\\"];
    expect(texts.map(escapeCopyText)).toEqual(["a\\tb", "plain", "\\t", "\\t\\t", "plain", "\\\\"]);
  });

  test("the text of an array is escaped as an array first, then for COPY", () => {
    expect(encode("text[]", ['a"b', "a\\b", "\t", null, "", "NULL"])).toBe(
      '{"a\\\\"b","a\\\\\\\\b","\\t",NULL,"","NULL"}\n',
    );
    expect(encode("bytea", Uint8Array.of(0, 255))).toBe("\\\\x00ff\n");
  });
});

describe("NULL", () => {
  test.each([null, undefined])("is \\N for %s, which is not the empty string", (value) => {
    const row = makeRowEncoder([
      { name: "a", type: "text" },
      { name: "b", type: "int4" },
      { name: "c", type: "text" },
    ]);
    expect(row([value, value, ""])).toBe("\\N\t\\N\t\n");
  });

  test("stands for values that are missing at the end of the row", () => {
    const row = makeRowEncoder([
      { name: "a", type: "text" },
      { name: "b", type: "jsonb" },
    ]);
    expect(row(["x"])).toBe("x\t\\N\n");
  });

  test("is refused in a column that needs a value", () => {
    const row = makeRowEncoder([
      { name: "a", type: "text" },
      { name: "key", type: "text", required: true },
    ]);
    expect(row(["x", null])).toEqual({
      code: "missing_value",
      column: "key",
      message: "column key (text) has no value",
    });
    expect(row(["x", ""])).toBe("x\t\n");
  });
});

describe("values and their text", () => {
  test.each<[string, unknown, string]>([
    ["bool", true, "t"],
    ["bool", false, "f"],
    ["int4", 0, "0"],
    ["int4", -0, "0"],
    ["int4", 1.0, "1"],
    ["int4", 5n, "5"],
    ["int4", 2147483647, "2147483647"],
    ["int4", -2147483648, "-2147483648"],
    ["int8", 9007199254740991, "9007199254740991"],
    ["int8", 9223372036854775807n, "9223372036854775807"],
    ["int8", -9223372036854775808n, "-9223372036854775808"],
    ["int8", "9223372036854775807", "9223372036854775807"],
    ["int8", "-9223372036854775808", "-9223372036854775808"],
    ["int8", "007", "7"],
    ["float8", 0.1, "0.1"],
    ["float8", 1e300, "1e+300"],
    ["float8", 5e-324, "5e-324"],
    ["float8", Number.NaN, "NaN"],
    ["float8", "NaN", "NaN"],
    ["float8", Number.POSITIVE_INFINITY, "Infinity"],
    ["float8", "-Infinity", "-Infinity"],
    ["float8", -0, "-0"],
    ["float4", 0.1, "0.10000000149011612"],
    ["float4", 1e-46, "0"],
    ["numeric", "+001.50e1", "15.0"],
    ["numeric", 1e-7, "0.0000001"],
    ["numeric", "-0.00", "0.00"],
    ["timestamptz", "2026-11-21T10:00:00.123456+01:00", "2026-11-21 09:00:00.123456+00"],
    ["timestamptz", new Date("2026-11-21T10:00:00.120Z"), "2026-11-21 10:00:00.120000+00"],
    ["timestamp", "-000043-03-15 10:00", "0044-03-15 10:00:00 BC"],
    ["date", "2026-11-21T00:00:00Z", "2026-11-21"],
    ["jsonb", { a: "x\ny", b: "\t", c: 1n, d: undefined, e: -0 }, '{"a":"x\\\\ny","b":"\\\\t","c":1,"e":-0}'],
    ["jsonb", "text", '"text"'],
    ["int4[]", [], "{}"],
    ["int4[]", [[], []], "{}"],
    [
      "int4[]",
      [
        [1, null],
        [3, 4],
      ],
      "{{1,NULL},{3,4}}",
    ],
    ["float4[]", Float32Array.of(1.5, -2), "{1.5,-2}"],
  ])("%s of %s", (type, value, line) => {
    expect(encode(type, value)).toBe(`${line}\n`);
  });

  test("JSON text goes out as it is", () => {
    expect(encode("jsonb", '{"a":"x\\ny","b":1.10}', "text")).toBe('{"a":"x\\\\ny","b":1.10}\n');
    expect(encode("jsonb", "null", "text")).toBe("null\n");
  });
});

test.each([
  ["nul_character", "text", "a\u0000b", "column c (text) contains U+0000"],
  ["lone_surrogate", "text", "a\ud83db", "column c (text) contains half a surrogate pair"],
  ["lone_surrogate", "varchar(9)", "\udc00", "column c (varchar(9)) contains half a surrogate pair"],
  ["too_long", "varchar(255)", "a".repeat(256), "column c (varchar(255)) holds 256 characters, 255 at most"],
  ["out_of_range", "int4", 2147483648, "column c (int4) cannot hold 2147483648"],
  ["wrong_type", "int8", " 1", "column c (int8) cannot hold a string"],
])("%s: a value that does not fit is refused, with its column", (code, type, value, message) => {
  expect(encode(type, value)).toEqual({ code, column: "c", message });
});

test.each(["text", "bool", "int4", "int8", "float8", "uuid", "numeric", "timestamptz", "vector(3)"])(
  "values of types that %s never holds",
  (type) => {
    for (const value of [{}, [], [1], Symbol("s"), () => 1, new Map(), Buffer.from("x")]) {
      const row = () => encode(type, value);
      if (type === "vector(3)") expect(row).toThrow("not built in");
      else expect(row()).toMatchObject({ code: "wrong_type" });
    }
  },
);

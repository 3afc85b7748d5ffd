import { describe, expect, test } from "vitest";
import { escapeCopyText, makeRowEncoder } from "../../src/bulk/encodeText.ts";
import type { ColumnType, Row } from "../../src/bulk/index.ts";

function encode(type: ColumnType, value: Row[number]): unknown {
  return makeRowEncoder([{ name: "c", type }])([value]);
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
    expect(escapeCopyText(value)).toBe(line);
  });

  test("one text after another, with and without something to escape", () => {
    const texts = ["a\tb", "plain", "\t", "\t\t", "plain", "\\"];
    expect(texts.map(escapeCopyText)).toEqual(["a\\tb", "plain", "\\t", "\\t\\t", "plain", "\\\\"]);
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
  test.each<[ColumnType, Row[number], string]>([
    ["bool", true, "t"],
    ["bool", false, "f"],
    ["int4", 0, "0"],
    ["int4", -0, "0"],
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
    ["float8", Number.POSITIVE_INFINITY, "Infinity"],
    ["float8", Number.NEGATIVE_INFINITY, "-Infinity"],
    ["float8", -0, "-0"],
    ["jsonb", '{"a":"x\\ny","b":"\\t"}', '{"a":"x\\\\ny","b":"\\\\t"}'],
    ["jsonb", "null", "null"],
  ])("%s of %s", (type, value, line) => {
    expect(encode(type, value)).toBe(`${line}\n`);
  });
});

describe("values that do not fit are refused, each with its column", () => {
  test.each<[string, ColumnType, Row[number]]>([
    ["out_of_range", "int4", 2147483648],
    ["out_of_range", "int4", -2147483649],
    ["out_of_range", "int4", 1.5],
    ["out_of_range", "int4", Number.NaN],
    ["out_of_range", "int4", Number.POSITIVE_INFINITY],
    ["out_of_range", "int4", 5n],
    ["out_of_range", "int8", 9223372036854775808n],
    ["out_of_range", "int8", -9223372036854775809n],
    ["out_of_range", "int8", 9007199254740992],
    ["out_of_range", "int8", 0.5],
    ["out_of_range", "int8", "9223372036854775808"],
    ["wrong_type", "int8", ""],
    ["wrong_type", "int8", "1.0"],
    ["wrong_type", "int8", "0x10"],
    ["wrong_type", "int8", " 1"],
    ["wrong_type", "int8", true],
    ["wrong_type", "int4", "1"],
    ["wrong_type", "int4", false],
    ["wrong_type", "text", 1],
    ["wrong_type", "text", true],
    ["wrong_type", "jsonb", 1],
    ["wrong_type", "bool", "true"],
    ["wrong_type", "bool", 1],
    ["wrong_type", "float8", "1.5"],
    ["wrong_type", "float8", 1n],
    ["nul_character", "text", "a\u0000b"],
    ["nul_character", "jsonb", '"\u0000"'],
  ])("%s: %s of %s", (code, type, value) => {
    expect(encode(type, value)).toMatchObject({
      code,
      column: "c",
      message: expect.stringContaining(`column c (${type})`),
    });
  });

  const types: ColumnType[] = ["text", "jsonb", "bool", "int4", "int8", "float8"];
  test.each(types)("values of types that no row may hold: %s", (type) => {
    for (const value of [{}, [], [1], Symbol("s"), () => 1, new Date(0), Buffer.from("x")]) {
      expect(encode(type, value as never)).toMatchObject({ code: "wrong_type" });
    }
  });
});

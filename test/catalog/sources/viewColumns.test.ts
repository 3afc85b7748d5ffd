// Names and types of columns, from metadata that was not made with columns in mind.

import { describe, expect, test } from "vitest";
import { columnType, nameColumns } from "../../../src/catalog/sources/viewColumns.ts";

describe("column names", () => {
  test.each<[string, string[], string[]]>([
    [
      "are the keys",
      ["Ja_meV", "odd key", "größe", 'q"uote', "a.b"],
      ["Ja_meV", "odd key", "größe", 'q"uote', "a.b"],
    ],
    [
      "leave ours and the system's alone",
      ["id", "key", "PATH", "ctid"],
      ["id_2", "key_2", "PATH_2", "ctid_2"],
    ],
    ["differ in more than case", ["ja", "JA", "Ja"], ["ja", "JA_2", "Ja_3"]],
    ["do not meet a name that looks numbered", ["a", "A", "a_2"], ["a", "A_2", "a_2_2"]],
    ["are never empty", ["", "_"], ["_", "__2"]],
  ])("%s", (_what, keys, names) => {
    expect(nameColumns(keys)).toEqual(names);
  });

  test("are cut to 63 bytes, between characters, and stay different", () => {
    const names = nameColumns([
      `${"x".repeat(70)}1`,
      `${"x".repeat(70)}2`,
      "ü".repeat(40),
      "😀".repeat(20),
      `a${"ü".repeat(40)}`,
    ]);
    expect(names).toEqual([
      "x".repeat(63),
      `${"x".repeat(61)}_2`,
      "ü".repeat(31),
      "😀".repeat(15),
      `a${"ü".repeat(31)}`,
    ]);
    for (const name of names) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
  });

  test("of a thousand keys that are cut alike all differ", () => {
    const names = nameColumns(Array.from({ length: 1000 }, (_, index) => `${"k".repeat(80)}${index}`));
    expect(new Set(names).size).toBe(1000);
  });
});

describe("column types", () => {
  const none = {
    numbers: 0,
    strings: 0,
    booleans: 0,
    nested: 0,
    areIntegers: false,
    fitBigint: false,
    fitDouble: false,
  };

  test.each([
    ["bigint", { numbers: 3, areIntegers: true, fitBigint: true, fitDouble: true }],
    ["numeric", { numbers: 3, areIntegers: true, fitDouble: true }],
    ["double precision", { numbers: 3, fitBigint: true, fitDouble: true }],
    ["numeric", { numbers: 3 }],
    ["text", { strings: 1 }],
    ["boolean", { booleans: 1 }],
    ["jsonb", { nested: 1 }],
    ["jsonb", { numbers: 1, strings: 1, areIntegers: true, fitBigint: true, fitDouble: true }],
    ["jsonb", { booleans: 1, strings: 1 }],
    ["jsonb", {}],
  ])("%s for %j", (type, facts) => {
    expect(columnType({ ...none, ...facts })).toBe(type);
  });
});

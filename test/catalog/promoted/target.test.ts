// Keys as they are typed, and the names of their indexes.

import { describe, expect, test } from "vitest";
import { parseJsonPath, parseKeyPath } from "../../../src/catalog/index.ts";
import { formatTarget, indexName, targetArguments } from "../../../src/catalog/promoted/target.ts";

describe("a key", () => {
  test.each([
    ["Ja_meV", ["Ja_meV"]],
    ["instrument.name", ["instrument", "name"]],
    ["größe", ["größe"]],
    ["odd key", ["odd key"]],
    ["'; drop table nodes; --", ["'; drop table nodes; --"]],
    ["0", ["0"]],
  ])("%s is read", (text, path) => {
    expect(parseKeyPath(text)).toEqual(path);
  });

  test.each(["", ".", "a.", ".a", "a..b"])("%j is refused, and how to write such a key is said", (text) => {
    expect(() => parseKeyPath(text)).toThrow(/is written as a list, as \["odd\.key"\] \(path\)\./);
  });

  test.each([
    ['["odd.key"]', ["odd.key"]],
    ['["a", "b c", ""]', ["a", "b c", ""]],
  ])("%s as a list is read", (text, path) => {
    expect(parseJsonPath(text)).toEqual(path);
  });

  test.each(["", "a", "[", "[1]", '"a"', "{}", "null", '[["a"]]', "[]"])(
    "%j as a list is refused",
    (text) => {
      expect(() => parseJsonPath(text)).toThrow(expect.objectContaining({ code: "USAGE" }));
    },
  );

  test.each([["a\0b"], ["\ud800"], ["x".repeat(501)], ["ü".repeat(251)]])(
    "%j no metadata can have",
    (key) => {
      expect(() => parseJsonPath(JSON.stringify([key]))).toThrow(expect.objectContaining({ code: "USAGE" }));
    },
  );
});

describe("the name of an index", () => {
  const name = (path: string[], dataset: number | null = null) => indexName("comparison", path, dataset);

  test("is readable, stable and short enough", () => {
    expect(name(["Ja_meV"])).toMatch(/^copycat_key_Ja_meV_comparison_[0-9a-f]{10}$/);
    expect(name(["Ja_meV"])).toBe(name(["Ja_meV"]));
    for (const path of [["x".repeat(500)], ["ü".repeat(200)], ["'\"; --", "%"], ["", ""]]) {
      expect(Buffer.byteLength(name(path))).toBeLessThanOrEqual(63);
      expect(name(path)).toMatch(/^copycat_key_\w+$/);
    }
  });

  test("differs for what looks alike", () => {
    const names = [
      name(["a", "b"]),
      name(["a_b"]),
      name(["a.b"]),
      name(["a b"]),
      name(["a b"], 1),
      name(["a b"], 2),
      indexName("sort", ["a b"], 2),
      indexName("specs", "specs", null),
      indexName("family", "family", null),
      name(["specs"]),
    ];
    expect(new Set(names).size).toBe(names.length);
  });
});

test.each<[string[], string, string]>([
  [["Ja"], "Ja", "Ja"],
  [["a", "b"], "a.b", "a.b"],
  [["a.b"], '["a.b"]', `--path '["a.b"]'`],
  [["it's"], "it's", `'it'\\''s'`],
  [["odd key"], '["odd key"]', `--path '["odd key"]'`],
  [["-x"], '["-x"]', `--path '["-x"]'`],
  [["$(rm)"], "$(rm)", "'$(rm)'"],
  [["a\nb"], '["a\\nb"]', `--path '["a\\nb"]'`],
])("%j is shown and typed so that it means itself", (path, shown, typed) => {
  expect(formatTarget(path)).toBe(shown);
  expect(targetArguments(path)).toBe(typed);
});

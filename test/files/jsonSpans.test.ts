// Parts of JSON texts, checked against JSON.parse.

import { describe, expect, test } from "vitest";
import { explainJsonMistake, isDeeperThan, itemTexts, memberTexts } from "../../src/files/index.ts";
import { fc } from "../support/property.ts";

describe("the parts of a text", () => {
  test("are those of the text, byte for byte", () => {
    const text = ' { "a" : 1.0 , "b\\"]" : [ "x,}" , {} ] , "c":1e400,"a":-0.0}';
    expect([...memberTexts(text)]).toEqual([
      ["a", "-0.0"],
      ['b"]', '[ "x,}" , {} ]'],
      ["c", "1e400"],
    ]);
    expect(itemTexts(' [ 1.0 ,"a,b", [2, [3]] , {"x": "]"}] ')).toEqual([
      "1.0",
      '"a,b"',
      "[2, [3]]",
      '{"x": "]"}',
    ]);
    expect([...memberTexts("{}"), ...itemTexts("[]")]).toEqual([]);
  });

  test("parse to what the whole parses to", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.constantFrom(undefined, 2),
        (value, indent) => {
          const text = JSON.stringify(value, null, indent);
          // Values are no part of the order: {"toString": null} cannot be made a text.
          const byKey = ([a]: readonly unknown[], [b]: readonly unknown[]) =>
            String(a) < String(b) ? -1 : 1;
          const whole = Object.entries(JSON.parse(text) as object);
          const parts = [...memberTexts(text)].map(([key, part]) => [key, JSON.parse(part) as unknown]);
          expect(parts.toSorted(byKey)).toEqual(whole.toSorted(byKey));
          const list = JSON.stringify(Object.values(value), null, indent);
          expect(itemTexts(list).map((part) => JSON.parse(part) as unknown)).toEqual(JSON.parse(list));
        },
      ),
    );
  });

  test("may be nested so deep and no deeper", () => {
    expect(isDeeperThan('{"a":["[[[[",{}]}', 3)).toBe(false);
    expect(isDeeperThan('{"a":["[[[[",{}]}', 2)).toBe(true);
  });
});

describe("a text that is no JSON", () => {
  const explain = (text: string) => {
    try {
      JSON.parse(text);
    } catch (error) {
      return explainJsonMistake(text, error);
    }
    return null;
  };

  test.each([
    ['{"a": NaN}', "not_a_number", "The line contains NaN, which is no JSON; write null instead."],
    ["[1,-Infinity]", "not_a_number", "The line contains -Infinity, which is no JSON; write null instead."],
    ['{"a": 1', "invalid_json", "The line is not valid JSON: "],
    [`{"a": ${"x".repeat(10_000)}}`, "invalid_json", "The line is not valid JSON: Unexpected token"],
  ])("is explained: %.20s", (text, code, message) => {
    const mistake = explain(text);
    expect(mistake?.code).toBe(code);
    expect(mistake?.message.startsWith(message)).toBe(true);
    expect(mistake?.message.length).toBeLessThan(150);
  });
});

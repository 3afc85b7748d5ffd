// The filter language: what it reads, and what it says about what it cannot read.

import { describe, expect, test } from "vitest";
import {
  and,
  type Condition,
  key,
  nodeKey,
  not,
  or,
  parseIn,
  parseKey,
  parseKeys,
  parseSortKey,
  parseWhere,
} from "../../../src/catalog/index.ts";
import { formatKey } from "../../../src/catalog/search/scan.ts";

const a = key("a").eq(1);
const b = key("b").eq(2);
const c = key("c").eq(3);

describe("a comparison is KEY OP VALUE", () => {
  test.each([
    ["Ja_meV > 0.5", ["Ja_meV"], "gt", "0.5"],
    ["Ja_meV>0.5", ["Ja_meV"], "gt", "0.5"],
    ["  a  >=  1  ", ["a"], "ge", "1"],
    ["a<=1", ["a"], "le", "1"],
    ["a < -1e3", ["a"], "lt", "-1e3"],
    ["a=-1", ["a"], "eq", "-1"],
    ["a == 1", ["a"], "eq", "1"],
    ["a != 1", ["a"], "ne", "1"],
    ["a <> 1", ["a"], "ne", "1"],
    ['material = "NiPS3"', ["material"], "eq", '"NiPS3"'],
    ["material = NiPS3", ["material"], "eq", '"NiPS3"'],
    ["material = 'NiPS3'", ["material"], "eq", '"NiPS3"'],
    ["a = '1'", ["a"], "eq", '"1"'],
    ["a = ''", ["a"], "eq", '""'],
    ["a = true", ["a"], "eq", "true"],
    ["a = null", ["a"], "eq", "null"],
    ["a = two words", ["a"], "eq", '"two words"'],
    ["a = Anderson or-like", ["a"], "eq", '"Anderson or-like"'],
    ["a = to be not in love", ["a"], "eq", '"to be not in love"'],
    ["instrument.name = SEQ", ["instrument", "name"], "eq", '"SEQ"'],
    ["größe = 1", ["größe"], "eq", "1"],
    ["T/K:raw-1 = 1", ["T/K:raw-1"], "eq", "1"],
    ["a = b=c", ["a"], "eq", '"b=c"'],
    ["a = X's", ["a"], "eq", `"X's"`],
    ["a = 1,2", ["a"], "eq", '"1,2"'],
    ["a = [1,2]", ["a"], "eq", "[1,2]"],
    ['a = {"b": [1, ")"]}', ["a"], "eq", '{"b": [1, ")"]}'],
    ["a = [draft] of it", ["a"], "eq", '"[draft] of it"'],
    ["a = [1] of it", ["a"], "eq", '"[1] of it"'],
    ["a = {a,b}", ["a"], "eq", '"{a,b}"'],
    ["a = {a:{b", ["a"], "eq", '"{a:{b"'],
    ["a = \\", ["a"], "eq", '"\\\\"'],
    ["a = 0012", ["a"], "eq", '"0012"'],
    ["id = 9007199254740993", ["id"], "eq", "9007199254740993"],
    ["a < 1e400", ["a"], "lt", "1e400"],
    ["a = 1.10", ["a"], "eq", "1.10"],
    ["text = 1", ["text"], "eq", "1"],
    ["not != 1", ["not"], "ne", "1"],
    ["key.name = 1", ["key", "name"], "eq", "1"],
    ['"key" = 1', ["key"], "eq", "1"],
  ])("%s", (text, path, operator, value) => {
    expect(parseWhere(text)).toEqual({ kind: "compare", path, operator, value });
  });

  test.each([
    ['"odd key"."sub.key" = 1', ["odd key", "sub.key"]],
    ["'odd key'.b = 1", ["odd key", "b"]],
    ['a."" = 1', ["a", ""]],
    ['"say ""hi""" = 1', ['say "hi"']],
    ['"say \\"hi\\"" = 1', ['say "hi"']],
    ['"\\u00e4\\n" = 1', ["ä\n"]],
    ['"and" = 1', ["and"]],
    ['"$1%" = 1', ["$1%"]],
  ])("odd keys are quoted: %s", (text, path) => {
    expect(parseWhere(text)).toEqual({ kind: "compare", path, operator: "eq", value: "1" });
  });

  test.each([
    ["'it''s'", "it's"],
    ["'it\\'s'", "it's"],
    ['"a ""b"""', 'a "b"'],
    ["'a and (b or c)'", "a and (b or c)"],
    ["'tab\\tand \\\\'", "tab\tand \\"],
    ["'\\u00e4\\ud83d\\ude00'", "ä😀"],
    ["'50\\%'", "50\\%"],
  ])("a quoted text may hold anything: %s", (text, value) => {
    expect(parseWhere(`a = ${text}`)).toEqual(key("a").eq(value));
  });
});

describe("other conditions", () => {
  test.each<[string, Condition]>([
    ["a between 0.5 and 1", key("a").between(0.5, 1)],
    ["a BETWEEN x AND y and b = 2", and(key("a").between("x", "y"), b)],
    ["a in (1, two words, 'x,y', [1,2])", key("a").in([1, "two words", "x,y", [1, 2]])],
    ["a IN(1)", key("a").in([1])],
    ["a in (salt and pepper, or)", key("a").in(["salt and pepper", "or"])],
    ["a like Ni%", key("a").like("Ni%")],
    ["a like 'Ni\\_%'", key("a").like("Ni\\_%")],
    ["a like 5", key("a").like("5")],
    ["a contains PS", key("a").contains("PS")],
    ["a contains 5", key("a").contains(5)],
    ["has a.b", key("a.b").exists()],
    ['HAS "a.b"', key(["a.b"]).exists()],
    ["text 'two words'", { kind: "text", words: "two words" }],
    ["text two words and a = 1", and({ kind: "text", words: "two words" }, a)],
    ["text 42", { kind: "text", words: "42" }],
    ["spec NXdata", { kind: "spec", name: "NXdata" }],
    ["family array", { kind: "family", name: "array" }],
    ["key in (H_1, H_2, 3)", nodeKey("H_1", "H_2", "3")],
    ["Key = H_1", nodeKey("H_1")],
    ["key != H_1", not(nodeKey("H_1"))],
  ])("%s", (text, condition) => {
    expect(parseWhere(text)).toEqual(condition);
  });

  test.each<[string, Condition]>([
    ["a = 1 and b = 2 and c = 3", and(a, b, c)],
    ["a = 1 or b = 2 and c = 3", or(a, and(b, c))],
    ["a = 1 AND (b = 2 Or c = 3)", and(a, or(b, c))],
    ["a = 1 and(b = 2)", and(a, b)],
    ["(a = 1)and(b = 2)", and(a, b)],
    ["((a = 1))", a],
    ["not a = 1", not(a)],
    ["not a = 1 and b = 2", and(not(a), b)],
    ["not (a = 1 and b = 2)", not(and(a, b))],
    ["NOT NOT a = 1", not(not(a))],
    ["not has a", not(key("a").exists())],
    ["a = 1\n  and\tb = 2", and(a, b)],
    [
      'Ja_meV > 0.5 AND (material = "NiPS3" OR NOT has Dc_meV)',
      and(key("Ja_meV").gt(0.5), or(key("material").eq("NiPS3"), not(key("Dc_meV").exists()))),
    ],
  ])("are combined: %s", (text, condition) => {
    expect(parseWhere(text)).toEqual(condition);
  });

  test("a tree is plain JSON", () => {
    const condition = parseWhere("a = 9007199254740993 and not b in (1.0, x) or text 'w'");
    expect(JSON.parse(JSON.stringify(condition))).toEqual(condition);
  });
});

describe("what cannot be read is refused with the column and what was expected", () => {
  test.each([
    ["", "expected a key", 1, "the end"],
    ["a", "expected an operator", 2, "the end"],
    ["a =", "expected a value", 4, "the end"],
    ["= 1", "expected a key", 1, '"= 1"'],
    ["> 1", "expected a key", 1, '"> 1"'],
    ["a ~ 1", "expected an operator (= != < <= > >= between in like contains)", 3, '"~ 1"'],
    ["a; drop table nodes", "expected an operator", 2, '"; drop table nodes"'],
    ["a b = 1", "expected an operator", 3, '"b = 1"'],
    ["a. = 1", "expected a key", 4, '"= 1"'],
    ["a..b = 1", "expected a key", 3, '".b = 1"'],
    ["odd%key = 1", "expected an operator", 4, '"%key = 1"'],
    ["a = 'x", "expected a text that ends with another '", 5, `"'x"`],
    ['a = "x\\"', 'expected a text that ends with another "', 5, '"\\"x\\\\\\""'],
    ["a = 'x' y", "expected and, or, or the end", 9, '"y"'],
    ["a = f(x)", "expected and, or, or the end", 6, '"(x)"'],
    ["a = 1)", "expected and, or, or the end", 6, '")"'],
    ["(a = 1", "expected and, or, or )", 7, "the end"],
    ["a = 1 and", "expected a key", 10, "the end"],
    ["a = and b = 1", "expected a value", 5, '"and b = 1"'],
    ["a = salt and pepper", "expected an operator", 20, "the end"],
    ["a between 1", "expected and (the upper end of between)", 12, "the end"],
    ["a between 1 and", "expected a value", 16, "the end"],
    ["a in 1, 2", "expected ( and values", 6, '"1, 2"'],
    ["a in (1, 2", "expected a comma or )", 11, "the end"],
    ["a in (1, )", "expected a value", 10, '")"'],
    ["a in ()", "expected a value", 7, '")"'],
    ["a in ([x], 1)", "expected a JSON value", 7, '"[x], 1)"'],
    ["key > 1", "expected = != or in after key", 5, '"> 1"'],
    ["has", "expected a key", 4, "the end"],
    ["text", "expected a value", 5, "the end"],
    ["😀 = 1", "expected a key", 1, '"😀 = 1"'],
    ["a = '😀' ~", "expected and, or, or the end", 9, '"~"'],
  ])("%j", (text, what, column, found) => {
    let message = "";
    try {
      parseWhere(text);
    } catch (error) {
      expect(error).toMatchObject({ code: "USAGE" });
      message = (error as Error).message;
    }
    expect(message).toContain(what);
    expect(message).toMatch(new RegExp(` at column ${column}, found `));
    expect(message.endsWith(` found ${found}.`)).toBe(true);
  });

  test.each([
    ["a between 1 and x", "a number and a string are never compared"],
    ["a like 'x\\'", "ends with another '"],
    ["a like x\\", "ends with a backslash"],
    ["a contains [1]", "contains takes a text or another single value, not [1]"],
    ["text ' '", "needs a word"],
  ])("%j makes no sense", (text, message) => {
    expect(() => parseWhere(text)).toThrow(message);
  });

  test("a message shows no more than the beginning of a long filter", () => {
    const long = `a = 1 and ${"x".repeat(5000)} ~`;
    expect(() => parseWhere(long)).toThrow(/^.{1,250}$/);
  });
});

describe("a filter that is too much ends with a sentence", () => {
  test("nesting", () => {
    const nested = (levels: number) => `${"(".repeat(levels)}a = 1${")".repeat(levels)}`;
    expect(parseWhere(nested(100))).toEqual(a);
    for (const text of [nested(101), nested(1000), nested(40_000), "(".repeat(90_000)]) {
      expect(() => parseWhere(text)).toThrow("more than 100 parentheses and NOTs inside each other");
    }
    for (const levels of [1000, 20_000]) {
      expect(() => parseWhere(`${"not ".repeat(levels)}a = 1`)).toThrow("more than 100 parentheses and NOTs");
      expect(() => parseWhere(`${"not(".repeat(levels)}a = 1`)).toThrow("more than 100 parentheses and NOTs");
    }
  });

  test("1,000 levels of a JSON value are taken, more are not", () => {
    const list = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
    expect(parseWhere(`a = ${list(1000)}`)).toEqual({
      kind: "compare",
      path: ["a"],
      operator: "eq",
      value: list(1000),
    });
    for (const text of [`a = ${list(1001)}`, `a = ${list(40_000)}`, `a in (1, ${list(1001)})`]) {
      expect(() => parseWhere(text)).toThrow("is nested deeper than 1000 levels");
    }
    const object = `${'{"a":'.repeat(1001)}1${"}".repeat(1001)}`;
    expect(() => parseWhere(`a = ${object}`)).toThrow("is nested deeper than 1000 levels");
  });

  test("length, conditions, levels of a key", () => {
    expect(() => parseWhere(`a = ${"x".repeat(100_000)}`)).toThrow("100004 characters is too long");
    const many = (count: number) => Array.from({ length: count }, (_, index) => `a=${index}`).join(" or ");
    expect(parseWhere(many(1000))).toMatchObject({ kind: "or" });
    expect(() => parseWhere(many(1001))).toThrow("More than 1000 conditions");
    expect(() => parseWhere(`${Array(101).fill("a").join(".")} = 1`)).toThrow(
      "A key of 101 levels is too deep",
    );
    expect(() => parseWhere(`a like ${"x".repeat(10_001)}`)).toThrow(
      "A pattern of 10001 characters is too long",
    );
    expect(() => parseWhere(`text ${"x".repeat(10_001)}`)).toThrow("A text of 10001 characters is too long");
  });

  test.each([
    ["unclosed brackets in a list", `a in (${"[,".repeat(49_000)}`],
    ["brackets that are no JSON in a list", `a in (${"[x,".repeat(20_000)}${"]".repeat(20_000)})`],
    ["unclosed brackets", "a=[ or ".repeat(14_000)],
    ["unclosed quotes", `${"a = 'x ".repeat(14_000)}`],
    ["spaces", `a${" ".repeat(99_000)}~`],
    ["backslashes", `a like ${"\\".repeat(9_999)}`],
    ["dots", `${"a.".repeat(49_000)} = 1`],
  ])("%s take no more than a moment", (_name, text) => {
    // Work that grows with the square of the length would take minutes.
    expect(() => parseWhere(text)).toThrow();
  });
});

describe("what no catalog can hold is refused", () => {
  test.each([
    "a = x\u0000y",
    "a\u0000 = 1",
    "a = \ud800",
    '"\udfff" = 1',
    'a = "\\u0000"',
    "a = 'x\\u0000'",
    "a = '\\ud800'",
    'a = ["\\u0000"]',
    'a = {"\\udc00": 1}',
    '"\\u0000" = 1',
    "has '\\ud800'",
    "a like '\\u0000'",
    "text '\\u0000'",
    "spec '\\u0000'",
    "family '\\u0000'",
    "key in ('\\u0000')",
    "a in (1, '\\ud800')",
    "a = 1e999999",
    "a between 1 and 1e131072",
  ])("%j", (text) => {
    expect(() => parseWhere(text)).toThrow(
      expect.objectContaining({ code: "USAGE", message: expect.stringMatching(/ does\.$/) }),
    );
  });
});

describe("the small forms of the command line", () => {
  test("keys", () => {
    expect(parseKey("a.b")).toEqual(["a", "b"]);
    expect(parseKey(' "a.b".c ')).toEqual(["a.b", "c"]);
    expect(parseKeys('a, b.c,"d,e"')).toEqual([["a"], ["b", "c"], ["d,e"]]);
    expect(parseSortKey("a.b")).toEqual({ path: ["a", "b"], descending: false });
    expect(parseSortKey('-"a b"')).toEqual({ path: ["a b"], descending: true });
    for (const text of ["", "a b", "a,b", "a.", "-a"])
      expect(() => parseKey(text)).toThrow(/^Cannot read .* at column/);
    for (const text of ["", "a,", "a b", ",a"])
      expect(() => parseKeys(text)).toThrow(/^Cannot read .* at column/);
    expect(() => parseKey('"\\u0000"')).toThrow("contains U+0000");
    expect(() => parseKeys('"\\u0000"')).toThrow("contains U+0000");
  });

  test("KEY=a,b", () => {
    expect(parseIn("material=NiPS3,MnPS3")).toEqual(key("material").in(["NiPS3", "MnPS3"]));
    expect(parseIn("a.b = 1, 'x,y', [1,2]")).toEqual(key("a.b").in([1, "x,y", [1, 2]]));
    expect(parseIn("key=H_1,H_2")).toEqual(nodeKey("H_1", "H_2"));
    for (const text of ["", "a", "a=", "a=1,", "a>1", "a=f(x)", "a=1)"]) {
      expect(() => parseIn(text)).toThrow(/^Cannot read .* at column/);
    }
    expect(() => parseIn("a='\\u0000'")).toThrow("contains U+0000");
  });

  test.each([[["a"]], [["a", "b"]], [["odd key", "a.b"]], [[""]], [['"', "\n", "\\"]], [["😀", "-"]]])(
    "a key is written as it is read: %j",
    (path) => {
      expect(parseKey(formatKey(path))).toEqual(path);
    },
  );
});

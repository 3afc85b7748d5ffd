// Filters, keys and values of somebody who means harm, or who has odd data: plain values, or a clear error.

import { beforeAll, describe, expect, test } from "vitest";
import {
  and,
  type Condition,
  countNodes,
  distinctValues,
  facets,
  key,
  nodeKey,
  not,
  parseWhere,
  type SearchQuery,
  searchNodes,
  spec,
  structureFamily,
} from "../../../src/catalog/index.ts";
import { useDatabase } from "../../support/database.ts";
import { container, load } from "../../support/nodes.ts";
import { catalog, find, streamPaths } from "./catalog.support.ts";

const db = useDatabase();

const hostileTexts = [
  "'; drop table nodes; --",
  "') or true or ('",
  '"; drop table nodes; --',
  '\\"}',
  "$1",
  "$$",
  "%",
  "_",
  "\\",
  "{a,b}",
  '{"a":1}',
  "NULL",
  "null",
  "\n",
  "\u202e",
  "😀",
  "é",
  "\u0001",
  "::jsonb",
  "?",
  "*",
  "x".repeat(5000),
  "-",
  "{",
  "}",
  ",",
  '","',
];

beforeAll(async () => {
  await load(db.database, catalog);
  await load(
    db.database,
    hostileTexts.map((text, index) =>
      container(`/VDP/hostile_${index}`, { value: text, [text]: index, list: [text] }),
    ),
  );
});

describe.each(hostileTexts.map((text, index) => [index, text.slice(0, 30), text] as const))(
  "the text %i, %j,",
  (index, _name, text) => {
    const path = `/VDP/hostile_${index}`;

    test.each<[string, Condition]>([
      ["eq", key("value").eq(text)],
      ["in", key("value").in([text])],
      ["between", key("value").between(text, text)],
      ["like", key("value").like(text.replace(/[\\%_]/g, "\\$&"))],
      ["contains in a list", key("list").contains(text)],
      ["not ne", and(key("value").exists(), not(key("value").ne(text)))],
      ["as a key: eq", key([text]).eq(index)],
      ["as a key: in", key([text]).in([index, "x"])],
      ["as a key: ge", key([text]).ge(index)],
      ["as a key: has", key([text]).exists()],
      ["as a key and a value", and(key([text]).between(index, index), key("value").eq(text))],
    ])("is a plain value of %s", async (_operator, condition) => {
      expect(await find(db.database, condition)).toEqual([path]);
      expect(await countNodes(db.database, { where: condition })).toBe(1);
    });

    test("is a plain value of the filter language, quoted", async () => {
      const quoted = `'${text.replace(/[\\']/g, "\\$&")}'`;
      expect(await find(db.database, `value = ${quoted}`)).toEqual([path]);
      expect(await find(db.database, `${quoted} = ${index}`)).toEqual([path]);
    });

    test("is a plain value where it fits nothing", async () => {
      expect(await find(db.database, spec(text))).toEqual([]);
      expect(await find(db.database, nodeKey(text))).toEqual([]);
      expect(await find(db.database, key(["value", text]).eq(1))).toEqual([]);
      await expect(find(db.database, structureFamily(text))).rejects.toMatchObject({ code: "USAGE" });
      await expect(
        searchNodes(db.database, { dataset: `VDP/${text.replaceAll("/", "")}` }),
      ).rejects.toMatchObject({
        code: "NOT_FOUND",
      });
    });

    test("is a key to sort by, to count by and to go on after", async () => {
      const query = { where: key([text]).exists(), sort: [{ path: [text] }] };
      expect(await streamPaths(db.database, query)).toEqual([path]);
      const all: SearchQuery = { dataset: "VDP", sort: [{ path: [text], descending: true }] };
      const first = await searchNodes(db.database, { ...all, limit: 1 });
      expect(first.nodes.map((node) => node.path)).toEqual([path]);
      const second = await searchNodes(db.database, { ...all, limit: 1, after: first.next ?? "" });
      expect(second.nodes).toHaveLength(1);
      expect(second.nodes[0]?.path).not.toBe(path);
      expect(await distinctValues(db.database, {}, [text])).toEqual([{ value: index, count: 1 }]);
      const counted = await facets(db.database, {}, [[text], ["value", text]]);
      expect(Object.values(counted)).toEqual([[{ value: index, count: 1 }], []]);
    });
  },
);

test("all tables are still there", async () => {
  expect(await db.value("select count(*)::int from nodes")).toBe(1 + catalog.length + hostileTexts.length);
});

test.each([
  ["material = ') or true or ('", []],
  ["material = $1", []],
  ["material = {a,b}", []],
  ["material = {a:{b", []],
  ['material = "\\"}"', []],
  ["material != \\", ["/VDP/low", "/VDP/high", "/VDP/string", "/other/high"]],
])("an attempt at injection is a plain value: %s", async (filter, paths) => {
  expect(await find(db.database, filter)).toEqual(paths);
});

describe("conditions made by hand are checked as well", () => {
  const leaf = (change: object): Condition =>
    ({ kind: "compare", path: ["a"], operator: "eq", value: "1", ...change }) as Condition;

  test.each<[string, Condition]>([
    ["an operator that is SQL", leaf({ operator: "= 1 or true --" })],
    ["an operator of Object", leaf({ operator: "constructor" })],
    ["an operator of SQL's", leaf({ operator: "=" })],
    ["a value that is no JSON", leaf({ value: "1) or true --" })],
    ["a value that is no text", leaf({ value: 1 })],
    ["no path", leaf({ path: [] })],
    ["a path that is a text", leaf({ path: "a" })],
    ["a key that is no text", leaf({ path: [1] })],
    ["a key with U+0000", leaf({ path: ["\u0000"] })],
    ["a key with half a pair", leaf({ path: ["\ud800"] })],
    ["a value with U+0000", leaf({ value: '"\\u0000"' })],
    ["a value with half a pair", leaf({ value: '"\\udfff"' })],
    ["a number beyond numeric", leaf({ value: "1e200000" })],
    ["an unknown kind", { kind: "sql", text: "true" } as unknown as Condition],
    ["values of two types", { kind: "between", path: ["a"], low: "1", high: '"2"' }],
    ["a list in a list", { kind: "contains", path: ["a"], value: "[1]" }],
    ["a pattern with an open escape", key("a").like("x\\")],
    ["a name with U+0000", spec("\u0000")],
    ["a family with U+0000", structureFamily("\u0000")],
    ["a node key with U+0000", nodeKey("a", "\u0000")],
    ["too deep a value", leaf({ value: `${"[".repeat(1001)}${"]".repeat(1001)}` })],
    ["too deep a path", leaf({ path: Array(101).fill("a") })],
    ["too deep a tree", Array.from({ length: 1000 }).reduce<Condition>((inner) => not(inner), leaf({}))],
    ["too many conditions", and(...Array.from({ length: 1001 }, () => leaf({})))],
  ])("%s", async (_name, where) => {
    for (const work of [searchNodes, countNodes]) {
      await expect(work(db.database, { where })).rejects.toMatchObject({
        name: "CopycatError",
        code: "USAGE",
      });
    }
  });

  test.each<[string, unknown]>([
    ["NaN", Number.NaN],
    ["Infinity", Number.POSITIVE_INFINITY],
    ["undefined", undefined],
    ["a function", () => 1],
    ["U+0000", "\u0000"],
    ["half a pair", "\ud800"],
    ["a key with U+0000", { "\u0000": 1 }],
    ["a Map", new Map()],
    ["too large a bigint", 10n ** 140_000n],
  ])("%s is no value to search for", (_name, value) => {
    expect(() => key("a").eq(value)).toThrow(expect.objectContaining({ code: "USAGE" }));
    expect(() => key("a").in([1, value])).toThrow(expect.objectContaining({ code: "USAGE" }));
  });

  test("keys to sort and to count by", async () => {
    for (const path of [[], ["\u0000"], ["a", "\ud800"]]) {
      await expect(searchNodes(db.database, { sort: [{ path }] })).rejects.toMatchObject({ code: "USAGE" });
      await expect(distinctValues(db.database, {}, path)).rejects.toMatchObject({ code: "USAGE" });
      await expect(facets(db.database, {}, [["a"], path])).rejects.toMatchObject({ code: "USAGE" });
    }
    const sort = Array.from({ length: 9 }, (_, index) => ({ path: [`k${index}`] }));
    await expect(searchNodes(db.database, { sort })).rejects.toMatchObject({ code: "USAGE" });
    const paths = Array.from({ length: 51 }, (_, index) => [`k${index}`]);
    await expect(facets(db.database, {}, paths)).rejects.toMatchObject({ code: "USAGE" });
  });

  test("a catalog's schema is a name, too", async () => {
    const schema = 'x"; drop table nodes; --';
    await expect(searchNodes(db.database, { schema })).rejects.toMatchObject({ code: "DATABASE" });
    expect(await db.value("select count(*) > 0 from nodes")).toBe(true);
  });
});

describe("what is large is searched for all the same", () => {
  test("as many conditions, values and levels as are allowed", async () => {
    const many = parseWhere(Array.from({ length: 1000 }, (_, index) => `Ja = ${index + 2}`).join(" or "));
    expect(await find(db.database, many)).toEqual(["/other/high"]);
    const values = Array.from({ length: 20_000 }, (_, index) => index / 4);
    expect(await find(db.database, key("Ja").in(values))).toEqual(["/VDP/low", "/VDP/high", "/other/high"]);
    const nested = Array.from({ length: 100 }).reduce<Condition>((inner) => not(inner), key("Ja").eq(2));
    expect(await find(db.database, nested)).toEqual(["/other/high"]);
    const list = `${"[".repeat(1000)}${"]".repeat(1000)}`;
    for (const operator of ["=", "!=", "<", ">="]) {
      expect(await find(db.database, `Ja ${operator} ${list}`)).toEqual(
        operator === "!=" ? ["/VDP/low", "/VDP/high", "/VDP/string", "/other/high"] : [],
      );
    }
    expect(await find(db.database, key(Array(100).fill("a")).eq(1))).toEqual([]);
    expect(await find(db.database, `("a" = 1)`.padStart(90_000))).toEqual([]);
  });

  test("long words, patterns and values", async () => {
    expect(await find(db.database, `text ${"w".repeat(9000)}`)).toEqual([]);
    expect(await find(db.database, `text '${"w ".repeat(4900)}'`)).toEqual([]);
    expect(await find(db.database, key("value").like("%x".repeat(5000)))).toEqual([
      `/VDP/hostile_${hostileTexts.findIndex((text) => text.startsWith("xx"))}`,
    ]);
    expect(await find(db.database, key("value").contains("y".repeat(1_000_000)))).toEqual([]);
    expect(await find(db.database, key("value").eq("y".repeat(1_000_000)))).toEqual([]);
  });
});

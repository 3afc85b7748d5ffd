// What each condition finds.

import { beforeAll, describe, expect, test } from "vitest";
import {
  and,
  countNodes,
  fullText,
  key,
  nodeKey,
  not,
  or,
  parseWhere,
  searchNodes,
  spec,
  structureFamily,
} from "../../../src/catalog/index.ts";
import { RawJson } from "../../../src/json.ts";
import { useDatabase } from "../../support/database.ts";
import { load } from "../../support/nodes.ts";
import { catalog, find, streamPaths } from "./catalog.support.ts";

const db = useDatabase();

beforeAll(async () => void (await load(db.database, catalog)));

const entities = ["/VDP/low", "/VDP/high", "/VDP/string", "/VDP/bare", "/other/high"];
const others = (...paths: string[]): string[] => entities.filter((path) => !paths.includes(path));

describe("a condition", () => {
  test.each([
    ["Ja > 0.5", ["/VDP/high", "/other/high"]],
    ["Ja >= 1.5", ["/VDP/high", "/other/high"]],
    ["Ja < 1.5", ["/VDP/low"]],
    ["Ja <= 1.5", ["/VDP/low", "/VDP/high"]],
    ["Ja = 0.25", ["/VDP/low"]],
    ["Ja = 0.250", ["/VDP/low"]],
    ["Ja = 2", ["/other/high"]],
    ["Ja != 0.25", ["/VDP/high", "/VDP/string", "/other/high"]],
    ["Ja between 0.25 and 1.5", ["/VDP/low", "/VDP/high"]],
    ["Ja between 2 and 1", []],
    ["Ja in (0.25, 2, 7)", ["/VDP/low", "/other/high"]],
    ["Ja in (0.25, '0.9')", ["/VDP/low", "/VDP/string"]],
    ["material = NiPS3", ["/VDP/low"]],
    ["material > N", ["/VDP/low", "/other/high"]],
    ["material between M and O", ["/VDP/low", "/VDP/high"]],
    ["material = null", ["/VDP/string"]],
    ["material != null", ["/VDP/low", "/VDP/high", "/other/high"]],
    ["material >= null", ["/VDP/string"]],
    ["material > null", []],
    ["material < null", []],
    ["material = X's", ["/other/high"]],
    ["material in (null, NiPS3)", ["/VDP/low", "/VDP/string"]],
    ["material like %PS3", ["/VDP/low", "/VDP/high"]],
    ["material like _iPS3", ["/VDP/low"]],
    ["material like ps3", []],
    ["material contains PS", ["/VDP/low", "/VDP/high"]],
    ["material contains %", []],
    ["note contains '50%'", ["/VDP/string"]],
    ["note contains 50", ["/VDP/string"]],
    ["note contains t_a", ["/VDP/string"]],
    ["note contains 0_of", []],
    ["note like '50\\% of%'", ["/VDP/string"]],
    ["Ja like %", ["/VDP/string"]],
    ["Ja contains 0", ["/VDP/string"]],
    ["instrument.name = ARCS", ["/VDP/high"]],
    ["instrument.name != ARCS", ["/VDP/low"]],
    ["instrument.slots >= 4", ["/VDP/low"]],
    ['instrument = {"name": "ARCS"}', ["/VDP/high"]],
    ['instrument = {"name": "SEQ"}', []],
    ['instrument = {"slots": 4, "name": "SEQ"}', ["/VDP/low"]],
    ["ok = true", ["/VDP/high"]],
    ["ok >= false", ["/VDP/high"]],
    ["ok > true", []],
    ["id = 9007199254740993", ["/VDP/string"]],
    ["id = 9007199254740992", []],
    ["id > 9007199254740992.5", ["/VDP/string"]],
    ["Ja < 1e400", ["/VDP/low", "/VDP/high", "/other/high"]],
    ["Ja > -1e400", ["/VDP/low", "/VDP/high", "/other/high"]],
    ["absent = 1", []],
    ["absent != 1", []],
    ["tags contains x", ["/VDP/low"]],
    ["tags contains 1", ["/VDP/high"]],
    ["tags contains 2", []],
    ["tags contains '50%'", ["/VDP/low"]],
    ["tags contains 5", []],
    ['tags = ["x", "50%"]', ["/VDP/low"]],
    ['tags = ["x"]', []],
    ["tags = []", ["/other/high"]],
    ["tags in ([], [1, [2]])", ["/VDP/high", "/other/high"]],
    ["tags < [1, [2]]", ["/VDP/low", "/other/high"]],
    ["tags >= []", ["/VDP/low", "/VDP/high", "/other/high"]],
    ["tags between [] and [[]]", ["/other/high"]],
    ["tags.0 = 1", ["/VDP/high"]],
    ["tags.0 = x", ["/VDP/low"]],
    ['tags."-1" contains %', ["/VDP/low"]],
    ["runs.1.n in (2, 3)", ["/other/high"]],
    ["runs.1.n > 1", ["/other/high"]],
    ["tags.1 contains 2", ["/VDP/high"]],
    ["has Ja", others("/VDP/bare")],
    ["has material", others("/VDP/bare")],
    ["has instrument.slots", ["/VDP/low"]],
    ['has "odd key"', ["/other/high"]],
    ["text SEQ", ["/VDP/low"]],
    ["text 'mnps3 ARCS'", ["/VDP/high"]],
    ["text 'mnps3 SEQ'", []],
    ["text '&|!:*('", []],
    ["spec NXdata", ["/other/high"]],
    ["spec 'x y'", ["/other/high"]],
    ["spec x", []],
    ["family container", entities],
    ["family array", []],
    ["key in (high, low)", ["/VDP/low", "/VDP/high", "/other/high"]],
    ["key = bare", ["/VDP/bare"]],
    ["key != high", ["/VDP/low", "/VDP/string", "/VDP/bare"]],
  ])("%s", async (filter, paths) => {
    expect(await find(db.database, filter)).toEqual(paths);
  });

  test.each([
    ["Ja > 0.5 and material = MnPS3", ["/VDP/high"]],
    ["Ja > 0.5 and Ja < 1", []],
    ["Ja < 0.5 or Ja > 1.7", ["/VDP/low", "/other/high"]],
    ["Ja > 0.5 and (material = MnPS3 or has 'odd key')", ["/VDP/high", "/other/high"]],
    ["not has Ja", ["/VDP/bare"]],
    ["not Ja > 0.5", others("/VDP/high", "/other/high")],
    ["not Ja != 0.25", ["/VDP/low", "/VDP/bare"]],
    ["not (Ja > 0.5 and absent = 1)", entities],
    ["not (Ja > 0.5 or absent > 1)", others("/VDP/high", "/other/high")],
    ["not not Ja > 0.5", ["/VDP/high", "/other/high"]],
    ["not material like %PS3", ["/VDP/string", "/VDP/bare", "/other/high"]],
    ["not spec NXdata", others("/other/high")],
    ["not text SEQ", others("/VDP/low")],
  ])("combined: %s", async (filter, paths) => {
    expect(await find(db.database, filter)).toEqual(paths);
  });

  test("finds as many as are counted and streamed", async () => {
    for (const filter of ["Ja > 0.5", "not has Ja", "tags contains x or text arcs"]) {
      const query = { where: parseWhere(filter) };
      const paths = await find(db.database, filter);
      expect(await countNodes(db.database, query)).toBe(paths.length);
      expect(await streamPaths(db.database, query)).toEqual(paths);
    }
  });
});

test("a string never stands above or below a number", async () => {
  expect(await find(db.database, "Ja > 0")).not.toContain("/VDP/string");
  expect(await find(db.database, "Ja < 100")).not.toContain("/VDP/string");
  expect(await find(db.database, 'Ja > "0"')).toEqual(["/VDP/string"]);
  expect(await find(db.database, 'Ja <= "1"')).toEqual(["/VDP/string"]);
});

test("conditions made in code find the same", async () => {
  const condition = and(
    or(key("Ja").gt(0.5), key("instrument.slots").le(4n), key(["odd key"]).exists()),
    not(nodeKey("bare")),
    structureFamily("container"),
  );
  expect(await find(db.database, condition)).toEqual(["/VDP/low", "/VDP/high", "/other/high"]);
  expect(await find(db.database, or(spec("NXdata"), fullText("seq")))).toEqual(["/VDP/low", "/other/high"]);
  expect(await find(db.database, key("id").eq(9007199254740993n))).toEqual(["/VDP/string"]);
  expect(await find(db.database, key("id").in([new RawJson("9007199254740993")]))).toEqual(["/VDP/string"]);
  expect(await find(db.database, and())).toEqual(entities);
  expect(await find(db.database, or())).toEqual([]);
  expect(await find(db.database, key("Ja").in([]))).toEqual([]);
  expect(await find(db.database, not(key("Ja").in([])))).toEqual(entities);
  expect(await find(db.database, nodeKey())).toEqual([]);
});

test("a tree that was JSON in between finds the same", async () => {
  const condition = parseWhere("not Ja > 0.5 or tags contains 1");
  const again = JSON.parse(JSON.stringify(condition)) as typeof condition;
  expect(await find(db.database, again)).toEqual(await find(db.database, condition));
});

describe("the scope", () => {
  test("is the entities of all datasets; datasets themselves and arrays are none", async () => {
    expect(await find(db.database, and())).toEqual(entities);
  });

  test("is the children of a container, at any depth", async () => {
    expect(await find(db.database, "Ja > 0", { dataset: "other" })).toEqual(["/other/high"]);
    expect(await find(db.database, "Ja > 0", { dataset: "/VDP/low/" })).toEqual(["/VDP/low/spectrum"]);
    expect(await find(db.database, and(), { dataset: "/" })).toEqual(["/VDP", "/other"]);
  });

  test("is all that lies under a container", async () => {
    expect(await find(db.database, "family array", { under: "VDP" })).toEqual([
      "/VDP/low/spectrum",
      "/VDP/low/deep/map",
    ]);
    expect(await find(db.database, "Ja >= 0.25", { under: "/VDP/low" })).toEqual([
      "/VDP/low/spectrum",
      "/VDP/low/deep/map",
    ]);
    expect(await find(db.database, and(), { under: "/VDP/low/deep" })).toEqual(["/VDP/low/deep/map"]);
    expect(await countNodes(db.database, { under: "/" })).toBe(catalog.length);
    expect((await streamPaths(db.database, { under: "/" })).sort()).toEqual(
      catalog.map(({ position }) => position).sort(),
    );
  });

  test.each([
    [{ dataset: "absent" }, "NOT_FOUND", "There is no node /absent: / has no child absent."],
    [{ under: "VDP/none/x" }, "NOT_FOUND", "/VDP has no child none"],
    [{ dataset: "/VDP/low/spectrum" }, "USAGE", "/VDP/low/spectrum is an array"],
    [{ under: "/VDP/low/spectrum" }, "USAGE", "/VDP/low/spectrum is an array"],
    [{ dataset: "VDP", under: "VDP" }, "USAGE", "not at both"],
    [{ dataset: "V\u0000" }, "USAGE", "contains U+0000"],
    [{ under: "\ud800" }, "USAGE", "contains half a surrogate pair"],
    [{ limit: -1 }, "USAGE", "limit is -1"],
    [{ limit: 0.5 }, "USAGE", "limit is 0.5"],
    [{ after: "x" }, "USAGE", "is no place in a search"],
  ])("%j is refused", async (query, code, message) => {
    await expect(searchNodes(db.database, query)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });

  test("an unknown structure family is refused, with the one that was meant", async () => {
    await expect(find(db.database, "family aray")).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringMatching(
        /^There is no structure family "aray" \(did you mean array\?\): .*container/,
      ),
    });
  });
});

test("a hit carries its id, its family and its metadata", async () => {
  const { nodes, next } = await searchNodes(db.database, { where: parseWhere("ok = true") });
  expect(nodes).toEqual([
    {
      id: await db.value("select id from nodes where metadata ? 'ok'"),
      path: "/VDP/high",
      structureFamily: "container",
      metadata: { Ja: 1.5, material: "MnPS3", instrument: { name: "ARCS" }, ok: true, tags: [1, [2]] },
    },
  ]);
  expect(next).toBeNull();
});

test("the limit cuts the list", async () => {
  const { nodes, next } = await searchNodes(db.database, { limit: 2 });
  expect(nodes.map(({ path }) => path)).toEqual(["/VDP/low", "/VDP/high"]);
  expect(next).toMatch(/^[\w-]+$/);
  expect(await searchNodes(db.database, { limit: 0 })).toEqual({ nodes: [], next: null });
});

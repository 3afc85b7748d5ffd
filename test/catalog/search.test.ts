import { beforeAll, describe, expect, test } from "vitest";
import { parseFilter, type SearchOptions, searchNodes } from "../../src/catalog/index.ts";
import { asJsonText } from "../../src/json.ts";
import { useDatabase } from "../support/database.ts";
import { array, container, load } from "../support/nodes.ts";

describe("a filter is read from KEY OP VALUE", () => {
  test.each([
    ["Ja_meV > 0.5", ["Ja_meV"], ">", "0.5"],
    ["Ja_meV>0.5", ["Ja_meV"], ">", "0.5"],
    ["  a  >=  1  ", ["a"], ">=", "1"],
    ["a<=1", ["a"], "<=", "1"],
    ["a < -1e3", ["a"], "<", "-1e3"],
    ["a == 1", ["a"], "==", "1"],
    ["a != 1", ["a"], "!=", "1"],
    ['material = "NiPS3"', ["material"], "=", '"NiPS3"'],
    ["material = NiPS3", ["material"], "=", '"NiPS3"'],
    ["material = 'NiPS3'", ["material"], "=", '"NiPS3"'],
    ["a = '1'", ["a"], "=", '"1"'],
    ["a = true", ["a"], "=", "true"],
    ["a = null", ["a"], "=", "null"],
    ["a = two words", ["a"], "=", '"two words"'],
    ["instrument.name = SEQ", ["instrument", "name"], "=", '"SEQ"'],
    ["größe = 1", ["größe"], "=", "1"],
    ["a = b=c", ["a"], "=", '"b=c"'],
    ["a = [1,2]", ["a"], "=", "[1,2]"],
    ["id = 9007199254740993", ["id"], "=", "9007199254740993"],
    ["a < 1e400", ["a"], "<", "1e400"],
  ])("%s", (text, path, operator, value) => {
    expect(parseFilter(text)).toEqual({ path, operator, value });
  });

  test.each(["", "a", "a =", "= 1", "> 1", "a ~ 1", "a; drop table nodes", "'a' = 1", "a b = 1"])(
    "%j is refused with the forms that are understood",
    (text) => {
      expect(() => parseFilter(text)).toThrow(/Write KEY OP VALUE/);
    },
  );
});

describe("search", () => {
  const db = useDatabase();

  beforeAll(async () => {
    const text = (path: string, metadata: string) => ({ ...container(path), metadata: asJsonText(metadata) });
    await load(db.database, [
      container("/VDP"),
      text("/VDP/low", '{"Ja":0.25,"material":"NiPS3","instrument":{"name":"SEQ","slots":4},"tags":["x"]}'),
      text("/VDP/high", '{"Ja":1.5,"material":"MnPS3","instrument":{"name":"ARCS"},"ok":true}'),
      text("/VDP/string", '{"Ja":"0.9","material":null,"id":9007199254740993}'),
      text("/VDP/bare", "{}"),
      container("/other"),
      text("/other/high", `{"Ja":2.0,"material":"X's","odd key":1}`),
      array("/VDP/low/spectrum", { metadata: { Ja: 0.25 } }),
    ]);
  });

  async function find(filters: string[], options: Partial<SearchOptions> = {}): Promise<string[]> {
    const { nodes } = await searchNodes(db.database, { filters: filters.map(parseFilter), ...options });
    return nodes.map(({ path }) => path);
  }

  test.each([
    ["Ja > 0.5", ["/VDP/high", "/other/high"]],
    ["Ja >= 1.5", ["/VDP/high", "/other/high"]],
    ["Ja < 1.5", ["/VDP/low"]],
    ["Ja <= 1.5", ["/VDP/low", "/VDP/high"]],
    ["Ja = 0.25", ["/VDP/low"]],
    ["Ja = 2", ["/other/high"]],
    ["Ja != 0.25", ["/VDP/high", "/VDP/string", "/other/high"]],
    ["material = NiPS3", ["/VDP/low"]],
    ["material > N", ["/VDP/low", "/other/high"]],
    ["material = null", ["/VDP/string"]],
    ["material = X's", ["/other/high"]],
    ["instrument.name = ARCS", ["/VDP/high"]],
    ["instrument.name != ARCS", ["/VDP/low"]],
    ["instrument.slots >= 4", ["/VDP/low"]],
    ["ok = true", ["/VDP/high"]],
    ["id = 9007199254740993", ["/VDP/string"]],
    ["id = 9007199254740992", []],
    ["Ja < 1e400", ["/VDP/low", "/VDP/high", "/other/high"]],
    ["absent = 1", []],
    ["absent != 1", []],
  ])("%s", async (filter, paths) => {
    expect(await find([filter])).toEqual(paths);
  });

  test("a string never stands above or below a number", async () => {
    expect(await find(["Ja > 0"])).not.toContain("/VDP/string");
    expect(await find(["Ja < 100"])).not.toContain("/VDP/string");
    expect(await find(['Ja > "0"'])).toEqual(["/VDP/string"]);
  });

  test("several filters must all hold", async () => {
    expect(await find(["Ja > 0.5", "material = MnPS3"])).toEqual(["/VDP/high"]);
    expect(await find(["Ja > 0.5", "Ja < 1"])).toEqual([]);
  });

  test("without a filter all entities are found, datasets and arrays are not", async () => {
    expect(await find([])).toEqual(["/VDP/low", "/VDP/high", "/VDP/string", "/VDP/bare", "/other/high"]);
  });

  test("a dataset narrows the search to its children, at any depth", async () => {
    expect(await find(["Ja > 0"], { dataset: "other" })).toEqual(["/other/high"]);
    expect(await find(["Ja > 0"], { dataset: "/VDP/low" })).toEqual(["/VDP/low/spectrum"]);
    expect(await find([], { dataset: "/" })).toEqual(["/VDP", "/other"]);
  });

  test("a dataset that is none is refused by name", async () => {
    await expect(find([], { dataset: "absent" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(find([], { dataset: "/VDP/low/spectrum" })).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("/VDP/low/spectrum"),
    });
  });

  test("the limit cuts the list and not the count", async () => {
    const { count, nodes } = await searchNodes(db.database, { filters: [], limit: 2 });
    expect(count).toBe(5);
    expect(nodes.map(({ path }) => path)).toEqual(["/VDP/low", "/VDP/high"]);
  });

  test("a hit carries its family and its metadata", async () => {
    const { nodes } = await searchNodes(db.database, { filters: [parseFilter("ok = true")] });
    expect(nodes).toEqual([
      {
        path: "/VDP/high",
        structureFamily: "container",
        metadata: { Ja: 1.5, material: "MnPS3", instrument: { name: "ARCS" }, ok: true },
      },
    ]);
  });

  test.each([
    ["material = '; drop table nodes; --", []],
    ["material = ') or true or ('", []],
    ['material = "\\"}"', []],
    ["material = $1", []],
    ["material = {a,b}", []],
    ["material = {a:{b", []],
    ["material != \\", ["/VDP/low", "/VDP/high", "/VDP/string", "/other/high"]],
  ])("an attempt at injection is a plain value: %s", async (filter, paths) => {
    expect(await find([filter])).toEqual(paths);
    expect(await db.value("select count(*)::int from nodes")).toBe(9);
  });

  test("a key made by hand is a plain value as well", async () => {
    const filters = [{ path: ["a'; drop table nodes; --", '"}'], operator: "=" as const, value: "1" }];
    expect(await searchNodes(db.database, { filters })).toEqual({ count: 0, nodes: [] });
    const odd = [{ path: ["odd key"], operator: ">" as const, value: "0" }];
    expect((await searchNodes(db.database, { filters: odd })).count).toBe(1);
  });
});

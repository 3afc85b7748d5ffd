// Distinct values and facets.

import { beforeAll, expect, test } from "vitest";
import { distinctValues, facets, key } from "../../../src/catalog/index.ts";
import { useDatabase } from "../../support/database.ts";
import { load } from "../../support/nodes.ts";
import { catalog, withText } from "./catalog.support.ts";

const db = useDatabase();

beforeAll(async () => {
  await load(db.database, [
    ...catalog,
    withText("/VDP/more", '{"Ja":0.250,"material":"NiPS3","mixed":"1"}'),
    withText("/VDP/again", '{"Ja":7,"material":"NiPS3","mixed":1}'),
    withText("/other/again", '{"Ja":7,"mixed":true,"instrument":{"name":"SEQ"}}'),
  ]);
});

test("distinct values with their counts, the most frequent first", async () => {
  expect(await distinctValues(db.database, { dataset: "VDP" }, ["material"])).toEqual([
    { value: "NiPS3", count: 3 },
    { value: null, count: 1 },
    { value: "MnPS3", count: 1 },
  ]);
  expect(await distinctValues(db.database, {}, ["mixed"])).toEqual([
    { value: "1", count: 1 },
    { value: 1, count: 1 },
    { value: true, count: 1 },
  ]);
  expect(await distinctValues(db.database, {}, ["instrument", "name"])).toEqual([
    { value: "SEQ", count: 2 },
    { value: "ARCS", count: 1 },
  ]);
});

test("equal numbers are one value, whatever their digits", async () => {
  const values = await distinctValues(db.database, { dataset: "VDP", where: key("Ja").lt(1) }, ["Ja"]);
  expect(values).toEqual([{ value: 0.25, count: 2 }]);
});

test("conditions, the scope and the limit hold", async () => {
  const query = { where: key("Ja").gt(1) };
  expect(await distinctValues(db.database, query, ["Ja"], { limit: 1 })).toEqual([{ value: 7, count: 2 }]);
  expect(await distinctValues(db.database, { under: "/" }, ["title"])).toEqual([
    { value: "a neutron spectrum", count: 1 },
  ]);
  expect(await distinctValues(db.database, {}, ["nowhere"])).toEqual([]);
  expect(await distinctValues(db.database, {}, ["Ja"], { limit: 0 })).toEqual([]);
});

test("facets are the distinct values of several keys", async () => {
  const paths = [["material"], ["instrument", "name"], ["odd key"], ["nowhere"], ["__proto__"]];
  for (const query of [{}, { dataset: "VDP" }, { under: "/" }, { where: key("Ja").gt(1) }]) {
    const counted = await facets(db.database, query, paths);
    expect(Object.keys(counted)).toEqual([
      "material",
      "instrument.name",
      '"odd key"',
      "nowhere",
      "__proto__",
    ]);
    for (const [index, values] of Object.values(counted).entries()) {
      expect(values).toEqual(await distinctValues(db.database, query, paths[index] ?? []));
    }
  }
  const cut = await facets(db.database, {}, [["material"], ["Ja"]], { limit: 1 });
  expect(cut).toEqual({ material: [{ value: "NiPS3", count: 3 }], Ja: [{ value: 0.25, count: 2 }] });
  expect(await facets(db.database, {}, [])).toEqual({});
});

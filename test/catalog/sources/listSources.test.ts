// The modalities of a catalog: labels, counts, keys, types and ranges.

import { beforeAll, describe, expect, test } from "vitest";
import { listSources, type SourceFacts } from "../../../src/catalog/index.ts";
import { asJsonText } from "../../../src/json.ts";
import { useDatabase } from "../../support/database.ts";
import { array, container, load } from "../../support/nodes.ts";

const db = useDatabase();

beforeAll(async () => {
  const text = (path: string, metadata: string) => ({ ...container(path), metadata: asJsonText(metadata) });
  await load(db.database, [
    container("/vdp_2026", { title: "spins" }),
    text("/vdp_2026/a", '{"source":"VDP","Ja":-0.5,"n":1,"odd key":true}'),
    text("/vdp_2026/b", '{"source":"VDP","Ja":2.50,"n":1.0,"tags":["x"],"o":{"p":1}}'),
    text("/vdp_2026/c", '{"source":"VDP","Ja":"high","n":null}'),
    array("/vdp_2026/axis"),
    array("/vdp_2026/a/x", { metadata: { Ja: 99 } }),
    array("/vdp_2026/b/x"),
    container("/plain"),
    container("/plain/deep", { Q: 1 }),
    container("/plain/deep/er", { Q: 2 }),
    array("/plain/deep/er/x"),
    container("/mixed", { source: "its own" }),
    container("/mixed/a", { source: "EDRIXS", Ja: 7 }),
    container("/mixed/b", { source: 5, Ja: 8 }),
    container("/empty"),
  ]);
});

test("each source has its entities and arrays; those without a label count for their dataset", async () => {
  const sources = await listSources(db.database);
  expect(sources.map(({ source, entities, arrays }) => [source, entities, arrays])).toEqual([
    ["EDRIXS", 1, 0],
    ["VDP", 3, 3],
    ["empty", 0, 0],
    ["its own", 1, 0],
    ["plain", 2, 1],
  ]);
});

describe("the keys of a source", () => {
  let vdp: SourceFacts | undefined;

  beforeAll(async () => {
    vdp = (await listSources(db.database)).find(({ source }) => source === "VDP");
  });

  test.each([
    ["Ja", { types: { number: 2, string: 1 }, present: 3, presence: 1, distinct: 3, min: -0.5, max: 2.5 }],
    ["n", { types: { number: 2, null: 1 }, present: 3, distinct: 1, min: 1, max: 1 }],
    ["tags", { types: { array: 1 }, present: 1, presence: 1 / 3, distinct: 0, min: null, max: null }],
    ["o", { types: { object: 1 }, distinct: 0 }],
    ["odd key", { types: { boolean: 1 }, distinct: 1, min: null }],
    ["source", { types: { string: 3 }, distinct: 1 }],
  ])("%s", (key, facts) => {
    expect(vdp?.keys.find((found) => found.key === key)).toMatchObject(facts);
  });

  test("are those of its entities only, by name", () => {
    expect(vdp?.keys.map(({ key }) => key)).toEqual(["Ja", "n", "o", "odd key", "source", "tags"]);
  });
});

test("different values are counted exactly up to 16,384, beyond within some per cent, and never beyond all", async () => {
  const batch = Array.from({ length: 30_000 }, (_, index) =>
    container(`/many/e_${index}`, { few: index % 16_384, label: `e_${index}`, half: index / 2 }),
  );
  await load(db.database, [container("/many"), ...batch]);
  const many = (await listSources(db.database)).find(({ source }) => source === "many");
  const [few, half, label] = many?.keys ?? [];
  expect(few).toMatchObject({ key: "few", distinct: 16_384, isEstimate: false });
  for (const estimate of [half, label]) {
    expect(estimate).toMatchObject({ present: 30_000, isEstimate: true });
    expect(estimate?.distinct).toBeGreaterThan(28_500);
    expect(estimate?.distinct).toBeLessThanOrEqual(30_000);
  }
});

test("numbers beyond doubles are no failure", async () => {
  await load(db.database, [
    container("/huge"),
    { ...container("/huge/a"), metadata: asJsonText('{"x":1e400,"y":12345678901234567890}') },
  ]);
  const huge = (await listSources(db.database)).find(({ source }) => source === "huge");
  expect(huge?.keys).toMatchObject([
    { key: "x", max: Number.POSITIVE_INFINITY },
    { key: "y", max: Number("12345678901234567890") },
  ]);
});

describe("an empty catalog", () => {
  const empty = useDatabase();

  test("has none", async () => {
    expect(await listSources(empty.database)).toEqual([]);
  });
});

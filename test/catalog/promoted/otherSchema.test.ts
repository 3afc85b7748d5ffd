// The schema is an option here, too: promoted keys, sources, views and the repair of a catalog that was moved.

import { beforeAll, expect, test } from "vitest";
import {
  addPromotedKey,
  advisePromotedKeys,
  createView,
  dropPromotedKey,
  listPromotedKeys,
  listSources,
  listViews,
  refreshViews,
  repairCatalog,
} from "../../../src/catalog/index.ts";
import { useDatabase } from "../../support/database.ts";
import { moveCatalog } from "../../support/moveCatalog.ts";
import { container, load } from "../../support/nodes.ts";

const db = useDatabase();
const schema = `odd "schema's"`;

beforeAll(async () => {
  await moveCatalog(db, schema);
  const nodes = [
    container("/V"),
    container("/V/a", { Ja: 1, name: "x" }),
    container("/V/b", { Ja: 2, name: "y" }),
  ];
  await load(db.database, nodes, { schema });
});

test("keys are promoted, listed, advised and dropped", async () => {
  const added = await addPromotedKey(db.database, ["name"], { schema, dataset: "V" });
  expect(added).toMatchObject({ dataset: "/V", kinds: ["comparison", "sort", "like"], isValid: true });
  expect(await listPromotedKeys(db.database)).toEqual([]);
  expect(await listPromotedKeys(db.database, { schema })).toHaveLength(1);
  const advice = await advisePromotedKeys(db.database, { schema });
  expect(advice.map(({ path }) => path)).toEqual([["Ja"]]);
  expect(await dropPromotedKey(db.database, ["name"], { schema, dataset: "V" })).toBe(true);
});

test("sources are listed and views made", async () => {
  expect(await listSources(db.database, { schema })).toMatchObject([{ source: "V", entities: 2 }]);
  await createView(db.database, "V", { schema });
  expect(await refreshViews(db.database, { schema })).toHaveLength(1);
  expect(await listViews(db.database)).toEqual([]);
  expect(await listViews(db.database, { schema })).toMatchObject([{ name: "V", rows: 2 }]);
});

test("the closure is repaired", async () => {
  await db.rows(`delete from "odd ""schema's""".nodes_closure where depth = 2`);
  const { repaired, after } = await repairCatalog(db.database, { schema });
  expect(repaired.closure).toEqual({ inserted: 2, updated: 0, deleted: 0 });
  expect(after.checks.filter(({ ok }) => !ok)).toEqual([]);
});

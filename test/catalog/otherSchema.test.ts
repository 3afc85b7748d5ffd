// The schema is an option, never a hard-coded public: a catalog that was moved works the same.

import { beforeAll, expect, test } from "vitest";
import {
  countNodes,
  getNode,
  listArraySources,
  parseWhere,
  searchNodes,
  verifyCatalog,
} from "../../src/catalog/index.ts";
import { useDatabase } from "../support/database.ts";
import { moveCatalog } from "../support/moveCatalog.ts";
import { container, dataset, load } from "../support/nodes.ts";

const db = useDatabase();
const schema = `odd "schema's"`;

beforeAll(async () => {
  await moveCatalog(db, schema);
});

test("nodes go in, are renewed, found, searched and verified", async () => {
  const first = await load(db.database, dataset("VDP", 3, 2), { schema });
  expect(first.report.nodes.inserted).toBe(10);
  const changed = [...dataset("VDP", 3, 2).slice(1), container("/VDP", { title: "new" })];
  const second = await load(db.database, changed, { schema, policy: "update", mode: "offline" });
  expect(second.report.nodes).toMatchObject({ updated: 1, unchanged: 9 });
  expect(await getNode(db.database, "/VDP", schema)).toMatchObject({
    metadata: { title: "new" },
    revisions: 1,
  });
  const where = parseWhere("index >= 1 and family container");
  expect(await countNodes(db.database, { where, schema, dataset: "VDP" })).toBe(2);
  const found = await searchNodes(db.database, { where, schema, under: "/" });
  expect(found.nodes.map(({ path }) => path)).toEqual(["/VDP/H_1", "/VDP/H_2"]);
  const sources: string[] = [];
  for await (const { dataset: path } of listArraySources(db.database, "application/x-hdf5", schema)) {
    sources.push(path);
  }
  expect(sources).toHaveLength(6);
  const { checks } = await verifyCatalog(db.database, schema);
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
});

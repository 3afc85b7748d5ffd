// The schema is an option, never a hard-coded public: a catalog that was moved works the same.

import { beforeAll, expect, test } from "vitest";
import {
  getNode,
  listArraySources,
  parseFilter,
  searchNodes,
  verifyCatalog,
} from "../../src/catalog/index.ts";
import { useDatabase } from "../support/database.ts";
import { container, dataset, load } from "../support/nodes.ts";

const db = useDatabase();
const schema = `odd "schema's"`;

beforeAll(async () => {
  await db.rows(`create schema "odd ""schema's"""`);
  await db.rows(`do $$ declare item record; begin
    for item in
      select format('table public.%I', tablename) as name from pg_tables where schemaname = 'public'
      union all values ('type public.structurefamily'), ('type public.management')
      union all select format('function %s', tgfoid::regprocedure) from pg_trigger where not tgisinternal
    loop
      execute format('alter %s set schema %I', item.name, 'odd "schema''s"');
    end loop;
    for item in select replace(pg_get_functiondef(tgfoid), 'public.', '"odd ""schema''s""".') as text
      from pg_trigger where not tgisinternal
    loop
      execute item.text;
    end loop;
  end $$`);
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
  const filters = [parseFilter("index >= 1")];
  expect((await searchNodes(db.database, { filters, schema, dataset: "VDP" })).count).toBe(2);
  const sources: string[] = [];
  for await (const { dataset: path } of listArraySources(db.database, "application/x-hdf5", schema)) {
    sources.push(path);
  }
  expect(sources).toHaveLength(6);
  const { checks } = await verifyCatalog(db.database, schema);
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
});

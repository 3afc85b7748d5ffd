// A catalog is where search_path leads, as Tiled finds it: on the database, on the role, on the connection.

import { afterEach, beforeAll, expect, test } from "vitest";
import { ensureCatalog, readCatalogState, verifyCatalog } from "../../src/catalog/index.ts";
import { type Database, openDatabase } from "../../src/database/index.ts";
import { ingest } from "../../src/ingest/index.ts";
import { callCli } from "../support/cli.ts";
import { useDatabase } from "../support/database.ts";
import { dataset, load } from "../support/nodes.ts";

const server = useDatabase();
const empty = useDatabase({ empty: true });
const opened: Database[] = [];

beforeAll(async () => {
  await server.rows('create schema empty; create schema "Odd, ""name"""');
});

afterEach(async () => {
  for (const database of opened.splice(0)) await database.close();
});

/** A connection whose search_path is this one. */
async function open(path: string): Promise<Database> {
  const url = new URL(server.dsn);
  url.searchParams.set("options", `-csearch_path=${path.replaceAll(" ", "\\ ")}`);
  const database = await openDatabase({ dsn: url.toString() });
  opened.push(database);
  return database;
}

test.each([
  ["public", "public"],
  ['"$user", public', "public"],
  // No schema of the name is there.
  ['"$user"', "public"],
  ["", "public"],
  ["pg_catalog", "public"],
  // Not there.
  ["beamline, other", "public"],
  // There, and public has the catalog.
  ["empty, public", "public"],
  // Nothing on it has one: the first that is there.
  ["beamline, empty", "empty"],
  ['"Odd, ""name""", empty', 'Odd, "name"'],
])("search_path %s: %s", async (path, schema) => {
  expect((await open(path)).catalogSchema).toBe(schema);
});

test("a schema of the role's own counts when the catalog is in it, and not before", async () => {
  await server.rows("create schema own authorization current_user");
  const role = await server.value<string>("select quote_ident(current_user)");
  await server.rows(`create schema if not exists ${role}`);
  expect((await open('"$user", own')).catalogSchema).toBe("own");
  await server.rows(`create table ${role}.nodes (); create table ${role}.alembic_version ()`);
  expect((await open('"$user", own')).catalogSchema).toBe(role);
  await server.rows(`drop table ${role}.nodes, ${role}.alembic_version`);
});

test("migrate is about the catalog of that schema, and makes none in public", async () => {
  await empty.rows("create schema beamline");
  const fresh = new URL(empty.dsn);
  fresh.searchParams.set("options", "-csearch_path=beamline");
  const migrate = (word: string): ReturnType<typeof callCli> =>
    callCli(["migrate", word, "--dsn", fresh.toString()]);
  expect((await migrate("status")).stdout).toMatch(/^catalog {2}none yet\n(pending .*\n)+$/);
  expect((await migrate("up")).stdout).toMatch(/^Applied 0001_nodes, /);
  expect((await migrate("up")).stdout).toBe("Nothing pending.\n");
  expect((await migrate("status")).stdout).toMatch(/^catalog {2}\w+\n(applied .*\n)+$/);
  expect(await empty.value("select to_regclass('public.nodes') is null")).toBe(true);
});

test("what is loaded, searched and verified is the catalog of that schema; public stays as it was", async () => {
  await server.rows("create schema beamline");
  const database = await open("beamline");
  expect(await ensureCatalog(database)).toEqual({ created: true });
  const report = await ingest(database, { inputs: ["examples/vdp.yaml"], policy: "skip" });
  expect(report.nodes.inserted).toBeGreaterThan(0);
  const count = (schema: string): Promise<number> =>
    server.value(`select count(*)::int from ${schema}.nodes where id > 0`);
  expect(await count("beamline")).toBe(report.nodes.inserted);
  expect(await count("public")).toBe(0);
  expect(await verifyCatalog(database)).toMatchObject({ ok: true });
  expect((await ingest(database, { inputs: ["examples/vdp.yaml"], policy: "skip" })).files).toMatchObject({
    read: 0,
  });
  // Found, from now on, wherever it stands on the path behind schemas without one.
  expect((await open("nowhere, beamline, public")).catalogSchema).toBe("beamline");
  expect(await readCatalogState(await open("nowhere, beamline"))).toMatchObject({ kind: "ready" });
});

test("a schema that is named for a connection need not be there, nor on search_path", async () => {
  const database = await openDatabase({ dsn: server.dsn, catalogSchema: "Second one" });
  opened.push(database);
  await ensureCatalog(database);
  expect((await load(database, dataset("D", 2))).report.nodes.inserted).toBe(5);
  expect(await server.value('select count(*)::int from "Second one".nodes where id > 0')).toBe(5);
});

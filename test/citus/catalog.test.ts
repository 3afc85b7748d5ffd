// A catalog in a distributed schema is the same as one on a plain PostgreSQL: counts, rows, closure.

import { expect, test } from "vitest";
import {
  addPromotedKey,
  countNodes,
  deleteTrees,
  dropPromotedKey,
  getNode,
  type LoadOptions,
  listArraySources,
  listPromotedKeys,
  type NodeRecord,
  parseWhere,
  readCatalogState,
  repairCatalog,
  searchNodes,
  verifyCatalog,
} from "../../src/catalog/index.ts";
import { type Database, quoteIdentifier, withTransaction } from "../../src/database/index.ts";
import { ingest } from "../../src/ingest/index.ts";
import { useDatabase } from "../support/database.ts";
import { array, container, dataset, load } from "../support/nodes.ts";
import { useCitusCatalog } from "./support/schema.ts";

const citus = useCitusCatalog();
const plain = useDatabase({ plain: true });

/** Nodes by their paths, what belongs to them, and their closure; without ids and times. */
async function contents(database: Database, schema: string): Promise<unknown> {
  const at = (table: string): string => quoteIdentifier(schema, table);
  const { rows } = await database.pool.query(`\
select n.id <> 0 as "isNode", n.key, p.key as parent, n.structure_family::text as family, n.metadata, n.specs,
  d.mimetype, d.structure_id, d.parameters, d.management::text as management,
  (select count(*)::int from ${at("revisions")} v where v.node_id = n.id) as revisions,
  (select string_agg(x.key || ':' || c.depth, '/' order by c.depth) from ${at("nodes_closure")} c
    join ${at("nodes")} x on x.id = c.ancestor where c.descendant = n.id) as line,
  (select string_agg(a.data_uri || coalesce(l.num::text, ''), ' ' order by a.data_uri)
    from ${at("data_source_asset_association")} l join ${at("assets")} a on a.id = l.asset_id
    where l.data_source_id = d.id) as files
from ${at("nodes")} n left join ${at("nodes")} p on p.id = n.parent left join ${at("data_sources")} d on d.node_id = n.id
order by line`);
  return rows;
}

/** Loads into both, and proves that they say and hold the same. */
async function loadBoth(nodes: readonly NodeRecord[], options: Partial<LoadOptions> = {}) {
  const there = await load(citus.database, nodes, { ...options, schema: citus.schema });
  const here = await load(plain.database, nodes, options);
  const { phases: _, closure, ...report } = there.report;
  expect(report).toEqual({
    mode: here.report.mode,
    triggers: here.report.triggers,
    nodes: here.report.nodes,
    dataSources: here.report.dataSources,
    structures: here.report.structures,
    assets: here.report.assets,
  });
  expect(closure.rows).toBe(here.report.closure.rows);
  expect(there.rejects).toEqual(here.rejects);
  expect(await contents(citus.database, citus.schema)).toEqual(await contents(plain.database, "public"));
  const { ok, checks } = await verifyCatalog(citus.database, citus.schema);
  expect(checks.filter((check) => !check.ok)).toEqual([]);
  expect(ok).toBe(true);
  return there;
}

test("the engine is found out, and all tables of the schema are on one worker", async () => {
  expect(citus.database.engine).toMatchObject({ kind: "citus" });
  expect(plain.database.engine).toEqual({ kind: "postgresql" });
  expect(await readCatalogState(citus.database, citus.schema)).toMatchObject({ kind: "ready" });
  const nodes = await citus.rows<{ workers: number; tables: number }>(
    `select count(distinct (nodename, nodeport))::int as workers, count(distinct table_name)::int as tables
     from citus_shards where table_name::text like $1`,
    [`"${citus.schema}".%`],
  );
  expect(nodes).toEqual([{ workers: 1, tables: 13 }]);
});

const set = dataset("VDP", 30, 3);

test("an offline load into an empty catalog, indexes aside", async () => {
  const { report } = await loadBoth(set, { mode: "offline" });
  expect(report.nodes.inserted).toBe(set.length);
  expect(report.triggers).toBe("disable");
});

test("the same again: nothing is inserted, and the counts say so", async () => {
  const { report } = await loadBoth(set, { mode: "online" });
  expect(report.nodes).toMatchObject({ inserted: 0, skipped: set.length });
});

test("an online load of new nodes, with duplicates, orphans and a clash of families", async () => {
  const more = [
    ...dataset("OTHER", 3, 2),
    container("/OTHER", { title: "twice" }),
    array("/NOWHERE/a"),
    { ...array("/VDP/H_1"), position: "clash" },
    array("/VDP/stack", { files: ["/data/a.tif", "/data/b.tif"] }),
  ];
  const { report, rejects } = await loadBoth(more, { mode: "online" });
  expect(report.nodes).toMatchObject({ inserted: 11, rejected: 2, skipped: 1 });
  expect(rejects.map(({ code }) => code).sort()).toEqual(["family_clash", "parent_missing"]);
});

test.each(["online", "offline"] as const)("policy update renews what differs (%s)", async (mode) => {
  const renewed = [
    container("/VDP", { title: mode }),
    container("/VDP/H_1", { index: 1, mode }),
    array("/VDP/H_1/a0", { shape: mode === "online" ? [7] : [8], files: [`/data/${mode}.h5`], size: 5 }),
    array("/VDP/H_1/a1"),
  ];
  const { report } = await loadBoth(renewed, { mode, policy: "update" });
  expect(report.nodes).toMatchObject({ updated: 3, unchanged: 1 });
});

test("policy error changes nothing", async () => {
  const options = { schema: citus.schema, policy: "error" } as const;
  const before = await contents(citus.database, citus.schema);
  await expect(load(citus.database, dataset("VDP", 31), options)).rejects.toMatchObject({ code: "CONFLICT" });
  expect(await contents(citus.database, citus.schema)).toEqual(before);
});

test("a dry run counts and changes nothing", async () => {
  await loadBoth(dataset("DRY", 2, 2), { dryRun: true, mode: "online" });
});

test("nodes are found, counted and searched", async () => {
  const { schema } = citus;
  expect(await getNode(citus.database, "/VDP/H_2", schema)).toMatchObject({ metadata: { index: 2 } });
  const where = parseWhere("index >= 28 and family container");
  expect(await countNodes(citus.database, { where, schema, dataset: "VDP" })).toBe(2);
  const found = await searchNodes(citus.database, { where, schema, under: "/" });
  expect(found.nodes.map(({ path }) => path)).toEqual(["/VDP/H_28", "/VDP/H_29"]);
  const arraysOf = async (database: Database, schema: string): Promise<string[]> => {
    const found: string[] = [];
    for await (const { dataUri, dataset: path } of listArraySources(database, "application/x-hdf5", schema)) {
      found.push(`${dataUri} ${path}`);
    }
    return found.sort();
  };
  expect(await arraysOf(citus.database, schema)).toEqual(await arraysOf(plain.database, "public"));
});

test("a key is promoted, used, and kept by an offline load", async () => {
  const { database, schema } = citus;
  expect(await addPromotedKey(database, ["index"], { schema })).toMatchObject({ isValid: true });
  await loadBoth(dataset("PROMOTED", 2, 2), { mode: "offline" });
  expect(await listPromotedKeys(database, { schema })).toMatchObject([{ path: ["index"], isValid: true }]);
  expect(await countNodes(database, { where: parseWhere("index = 28"), schema })).toBe(1);
  await dropPromotedKey(database, ["index"], { schema });
  expect(await listPromotedKeys(database, { schema })).toEqual([]);
});

test("a closure that is damaged is found, and repaired row by row", async () => {
  const { database, schema } = citus;
  const closure = quoteIdentifier(schema, "nodes_closure");
  const before = await contents(database, schema);
  await citus.rows(`delete from ${closure} where depth = 2`);
  await citus.rows(`update ${closure} set depth = 7 where depth = 1`);
  await citus.rows(
    `insert into ${closure} select n.id, 0, 3 from ${quoteIdentifier(schema, "nodes")} n where n.key = 'VDP'`,
  );
  expect((await verifyCatalog(database, schema)).ok).toBe(false);
  const { repaired, after } = await repairCatalog(database, { schema });
  expect(repaired.closure).toMatchObject({
    deleted: 1,
    inserted: expect.any(Number),
    updated: expect.any(Number),
  });
  expect(after.checks.filter((check) => !check.ok)).toEqual([]);
  expect(await contents(database, schema)).toEqual(before);
});

test("deleting a tree takes its closure and its files along", async () => {
  for (const [database, schema] of [
    [citus.database, citus.schema],
    [plain.database, "public"],
  ] as const) {
    const { id } = await getNode(database, "/OTHER", schema);
    const gone = await withTransaction(database, (client) => deleteTrees(client, [id], { schema }));
    expect(gone).toBe(10);
  }
  expect(await contents(citus.database, citus.schema)).toEqual(await contents(plain.database, "public"));
  expect((await verifyCatalog(citus.database, citus.schema)).ok).toBe(true);
});

test("the example goes in from its files, and a second run passes them over", async () => {
  const options = { inputs: ["examples/vdp.yaml"], policy: "skip" } as const;
  for (const expected of [
    { read: 10, unchanged: 0 },
    { read: 0, unchanged: 10 },
  ]) {
    const there = await ingest(citus.database, { ...options, schema: citus.schema });
    const here = await ingest(plain.database, options);
    expect(there.nodes).toEqual(here.nodes);
    expect(there.files).toMatchObject(expected);
    expect(there.closure.rows).toBe(here.closure.rows);
    expect(await contents(citus.database, citus.schema)).toEqual(await contents(plain.database, "public"));
  }
  expect((await verifyCatalog(citus.database, citus.schema)).ok).toBe(true);
});

test("staging leaves no table behind", async () => {
  const left = await citus.rows(
    "select relname from pg_class where relname like 'copycat\\_%' and relnamespace = to_regnamespace($1)",
    [quoteIdentifier(citus.schema)],
  );
  expect(left).toEqual([]);
});

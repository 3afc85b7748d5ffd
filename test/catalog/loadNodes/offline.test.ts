// Loads that are large enough for the indexes and keys to be dropped: the catalog afterwards is the same as after an online
// load, and so is its schema, whatever else was made in it.

import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { loadNodes, verifyCatalog } from "../../../src/catalog/index.ts";
import { type TestDatabase, useDatabase } from "../../support/database.ts";
import { array, container, dataset, inBatches, load } from "../../support/nodes.ts";
import { schemaFacts } from "../../support/schemaFacts.ts";

/** 6,001 nodes. */
const nodes = dataset("BIG", 1500, 3);

/** Of an index or key that a laboratory added, and of Tiled's own after an upgrade. */
const extras = `
  create index mine_temperature on nodes (((metadata ->> 'index')::numeric)) where structure_family = 'container';
  comment on index mine_temperature is 'for the dashboard';
  create index ix_nodes_metadata on nodes using gin (metadata jsonb_path_ops);
  drop index top_level_metadata;
  alter table assets add constraint mine_size check (size is null or size >= 0);
  create statistics mine_statistics on parent, structure_family from nodes`;

/** Rows without ids and times. */
const contents = `
  with recursive tree (id, path) as (
    select id, '' from nodes where parent is null
    union all
    select n.id, t.path || '/' || n.key from tree t join nodes n on n.parent = t.id)
  select t.path, n.structure_family, n.metadata, n.specs, d.structure_id, d.parameters, d.mimetype,
    (select jsonb_agg(jsonb_build_array(a.data_uri, a.size, l.parameter, l.num) order by a.data_uri)
     from data_source_asset_association l join assets a on a.id = l.asset_id where l.data_source_id = d.id) as assets,
    (select jsonb_agg(jsonb_build_array(u.path, c.depth) order by u.path)
     from nodes_closure c join tree u on u.id = c.ancestor where c.descendant = n.id) as ancestors
  from tree t join nodes n using (id) left join data_sources d on d.node_id = n.id
  order by t.path`;

const tables =
  "nodes nodes_closure structures data_sources assets data_source_asset_association revisions".split(" ");

/** A digest of the rows of each table; ids in sequences may be used up. */
async function digest(db: TestDatabase): Promise<Record<string, unknown>> {
  const digests = await db.rows<{ digest: string }>(
    tables
      .map(
        (table) =>
          `select '${table} ' || coalesce(md5(string_agg(t::text, ' ' order by t::text)), '') as digest from ${table} t`,
      )
      .join(" union all "),
  );
  return Object.fromEntries(digests.map(({ digest: text }) => [text.split(" ")[0], text]));
}

describe("into an empty catalog", () => {
  const offline = useDatabase();
  const online = useDatabase();
  let before: unknown;

  beforeAll(async () => {
    for (const statement of extras.split(";")) await offline.rows(statement);
    before = await schemaFacts(offline, offline.database.catalogSchema);
    const { report } = await load(offline.database, nodes);
    expect(report).toMatchObject({ mode: "offline", triggers: "disable", closure: { strategy: "rebuild" } });
    expect(report.phases.find(({ name }) => name === "indexes")?.rows).toBeGreaterThan(15);
    await load(online.database, nodes, { mode: "online" });
  });

  test("nodes stand in the order of the input, which only the way that looks nothing up keeps", async () => {
    const keys = await offline.rows<{ key: string }>("select key from nodes where id <> 0 order by id");
    expect(keys.map(({ key }) => key)).toEqual(nodes.map(({ key }) => key));
    const other = await online.rows<{ key: string }>("select key from nodes where id <> 0 order by id");
    expect(other.map(({ key }) => key)).not.toEqual(nodes.map(({ key }) => key));
  });

  test("the schema is the one it was", async () => {
    expect(await schemaFacts(offline, offline.database.catalogSchema)).toEqual(before);
  });

  test("the catalog is sound, and holds what an online load puts in", async () => {
    expect(await verifyCatalog(offline.database)).toMatchObject({ ok: true, nodes: 6002 });
    const same = await Promise.all(
      [offline, online].map(async (db) => JSON.stringify(await db.rows(contents))),
    );
    expect(same[0]).toBe(same[1]);
  });

  test("again, it changes nothing", async () => {
    const stored = await digest(offline);
    const { report } = await load(offline.database, nodes, { mode: "offline" });
    expect(report.nodes).toMatchObject({ inserted: 0, skipped: 6001 });
    expect(await digest(offline)).toEqual(stored);
    expect(await verifyCatalog(offline.database)).toMatchObject({ ok: true });
  });
});

describe("rows that are not as plain as they look, into an empty catalog", () => {
  const db = useDatabase();

  beforeEach(async () => {
    await db.rows("delete from nodes where id <> 0; delete from assets");
  });

  test("one without a parent stays out, the others go in", async () => {
    const { report, rejects } = await load(db.database, [...dataset("P", 3, 2), array("/nowhere/x")], {
      mode: "offline",
    });
    expect(report.nodes).toMatchObject({ inserted: 10, rejected: 1 });
    expect(rejects).toMatchObject([{ code: "parent_missing" }]);
    expect(await verifyCatalog(db.database)).toMatchObject({ ok: true, nodes: 11 });
  });

  test.each([
    ["skip", { inserted: 10, skipped: 2 }],
    ["update", { inserted: 10, skipped: 2 }],
  ] as const)("paths that stand twice, %s", async (policy, counts) => {
    const nodes = [
      ...dataset("P", 3, 2),
      container("/P/H_1", { again: true }),
      array("/P/H_2/a0", { metadata: { again: true } }),
    ];
    const { report } = await load(db.database, nodes, { mode: "offline", policy });
    expect(report.nodes).toMatchObject(counts);
    expect(await db.value("select count(*)::int from nodes where metadata ? 'again'")).toBe(
      policy === "update" ? 2 : 0,
    );
    expect(await verifyCatalog(db.database)).toMatchObject({ ok: true, nodes: 11 });
  });

  test("children before their parent go in below it", async () => {
    const nodes = [array("/P/a"), ...dataset("P", 3, 2)];
    const { report } = await load(db.database, nodes, { mode: "offline" });
    expect(report.nodes).toMatchObject({ inserted: 11, rejected: 0 });
    expect(await verifyCatalog(db.database)).toMatchObject({ ok: true, nodes: 12 });
  });

  test("a file that an earlier catalog left behind is linked, not doubled", async () => {
    await db.rows(`insert into assets (id, data_uri, is_directory)
      values (nextval('assets_id_seq'), 'file://localhost/data/one.h5', false)`);
    const nodes = [container("/P"), array("/P/a", { files: ["/data/one.h5"] })];
    const { report } = await load(db.database, nodes, { mode: "offline" });
    expect(report).toMatchObject({ nodes: { inserted: 2 }, assets: { inserted: 0 } });
    expect(await db.value("select count(*)::int from data_source_asset_association")).toBe(1);
    expect(await verifyCatalog(db.database)).toMatchObject({ ok: true, nodes: 3 });
  });

  test("a file that comes back after 50,000 others is one file", async () => {
    const files = Array.from({ length: 52_000 }, (_, index) =>
      array(`/P/a${index}`, { files: [`/data/${index === 51_999 ? 0 : index}.h5`] }),
    );
    const { report } = await load(db.database, [container("/P"), ...files], { mode: "offline" });
    expect(report).toMatchObject({ nodes: { inserted: 52_001 }, assets: { inserted: 51_999 } });
    expect(await db.value("select count(*)::int from data_source_asset_association")).toBe(52_000);
  });

  test("a file that is described in two ways is one file", async () => {
    const nodes = [
      container("/P"),
      array("/P/a", { files: ["/data/one.h5"], size: 5 }),
      array("/P/b", { files: ["/data/one.h5"], size: 6 }),
    ];
    const { report } = await load(db.database, nodes, { mode: "offline" });
    expect(report).toMatchObject({ nodes: { inserted: 3 }, assets: { inserted: 1 } });
    expect(await verifyCatalog(db.database)).toMatchObject({ ok: true, nodes: 4 });
  });
});

describe("next to what is there", () => {
  const db = useDatabase();

  test("new and changed nodes, offline", async () => {
    await load(db.database, dataset("OLD", 3, 2));
    const before = await schemaFacts(db, db.database.catalogSchema);
    const changed = [container("/OLD", { title: "changed" }), ...nodes];
    const { report } = await load(db.database, changed, { mode: "offline", policy: "update" });
    expect(report.nodes).toMatchObject({ inserted: 6001, updated: 1 });
    expect(await schemaFacts(db, db.database.catalogSchema)).toEqual(before);
    expect(await verifyCatalog(db.database)).toMatchObject({ ok: true, nodes: 6012 });
    expect(await db.value("select metadata from nodes where key = 'OLD'")).toEqual({ title: "changed" });
    expect(await db.value("select count(*)::int from revisions")).toBe(1);
  });

  test("a failure leaves rows, keys and triggers as they were", async () => {
    const before = [await digest(db), await schemaFacts(db, db.database.catalogSchema)];
    // Refused when the keys come back, after everything else: a structure that stands under two ids.
    await db.rows("create unique index mine_once on structures (md5(structure::text))");
    const withIndex = await schemaFacts(db, db.database.catalogSchema);
    const twin = dataset("NEW", 1500, 3).map((node) =>
      node.dataSource?.structure == null
        ? node
        : {
            ...node,
            dataSource: {
              ...node.dataSource,
              structure: { ...node.dataSource.structure, id: "0".repeat(32) },
            },
          },
    );
    const loading = loadNodes(db.database, inBatches(twin), {
      policy: "skip",
      mode: "offline",
      dryRun: false,
      onReject: () => undefined,
    });
    await expect(loading).rejects.toMatchObject({
      code: "DATABASE",
      message: expect.stringContaining("mine_once"),
    });
    expect(await schemaFacts(db, db.database.catalogSchema)).toEqual(withIndex);
    await db.rows("drop index mine_once");
    expect([await digest(db), await schemaFacts(db, db.database.catalogSchema)]).toEqual(before);
  });
});

// The rows, column by column, as Tiled 0.2.16 writes them (tiled-catalog.md 3.1).

import { beforeAll, describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.ts";
import { array, container, json, type Loaded, load } from "../../support/nodes.ts";

const db = useDatabase();
const structureId = "9e975a61c12a8cf36c88e464ac37913c";
const nodes = [
  { ...container("/VDP", { title: "Vanadium" }), specs: json([{ name: "run", version: "1" }]) },
  { ...container("/VDP/H_1", { Ja_meV: 0.5 }), accessBlob: json({ tags: ["public"] }) },
  array("/VDP/H_1/spectrum", { files: ["/data/my file %20é.h5"], dataset: "/entry/data", size: 4096 }),
  array("/VDP/H_1/powder", { files: ["/data/p0.h5", "/data/p1.h5", "/data/p2.h5"], shape: [200] }),
];
let loaded: Loaded;

beforeAll(async () => {
  loaded = await load(db.database, nodes);
});

/** The rows of a table; times are checked apart. */
async function rowsOf(table: string, order: string): Promise<object[]> {
  const rows = await db.rows<{ row: object }>(
    `select to_jsonb(t) - 'time_created' - 'time_updated' as row from ${table} t order by ${order}`,
  );
  return rows.map(({ row }) => row);
}

test("a node holds what its record says, and ids start at 1", async () => {
  const plain = { metadata: {}, specs: [], access_blob: {} };
  expect((await rowsOf("nodes", "id")).slice(1)).toEqual([
    {
      ...plain,
      id: 1,
      parent: 0,
      key: "VDP",
      structure_family: "container",
      metadata: { title: "Vanadium" },
      specs: [{ name: "run", version: "1" }],
    },
    {
      ...plain,
      id: 2,
      parent: 1,
      key: "H_1",
      structure_family: "container",
      metadata: { Ja_meV: 0.5 },
      access_blob: { tags: ["public"] },
    },
    { ...plain, id: 3, parent: 2, key: "spectrum", structure_family: "array" },
    { ...plain, id: 4, parent: 2, key: "powder", structure_family: "array" },
  ]);
});

test("each array has one data source, containers have none", async () => {
  const common = {
    mimetype: "application/x-hdf5",
    properties: {},
    management: "external",
    structure_family: "array",
  };
  expect(await rowsOf("data_sources", "id")).toEqual([
    { ...common, id: 1, node_id: 3, structure_id: structureId, parameters: { dataset: "/entry/data" } },
    {
      ...common,
      id: 2,
      node_id: 4,
      structure_id: "4168c6805dc0dc33886fbf14db341409",
      parameters: { dataset: "powder" },
    },
  ]);
});

test("a structure is stored whole under its id", async () => {
  const [first] = await db.rows("select structure from structures where id = $1", [structureId]);
  expect(first).toEqual({
    structure: {
      data_type: { kind: "f", itemsize: 8, endianness: "little", dt_units: null },
      chunks: [[3], [4]],
      shape: [3, 4],
      dims: null,
      resizable: false,
    },
  });
  expect(await db.value("select count(*)::int from structures")).toBe(2);
});

test("an asset holds the raw path, and no hash", async () => {
  const common = { is_directory: false, size: null, hash_type: null, hash_content: null };
  expect(await rowsOf("assets", "data_uri")).toEqual([
    { ...common, id: expect.any(Number), data_uri: "file://localhost/data/my file %20é.h5", size: 4096 },
    { ...common, id: expect.any(Number), data_uri: "file://localhost/data/p0.h5" },
    { ...common, id: expect.any(Number), data_uri: "file://localhost/data/p1.h5" },
    { ...common, id: expect.any(Number), data_uri: "file://localhost/data/p2.h5" },
  ]);
});

test("one file is linked as data_uri without a number, several as data_uris from 0", async () => {
  const links = await db.rows(`
    select l.data_source_id, a.data_uri, l.parameter, l.num
    from data_source_asset_association l join assets a on a.id = l.asset_id order by 1, 4`);
  expect(links).toEqual([
    {
      data_source_id: 1,
      data_uri: "file://localhost/data/my file %20é.h5",
      parameter: "data_uri",
      num: null,
    },
    { data_source_id: 2, data_uri: "file://localhost/data/p0.h5", parameter: "data_uris", num: 0 },
    { data_source_id: 2, data_uri: "file://localhost/data/p1.h5", parameter: "data_uris", num: 1 },
    { data_source_id: 2, data_uri: "file://localhost/data/p2.h5", parameter: "data_uris", num: 2 },
  ]);
});

test("every time stamp is the time of the load", async () => {
  const stamps = await db.rows<{ created: number; updated: number; seconds: number }>(`
    select count(distinct time_created)::int as created, count(distinct time_updated)::int as updated,
      max(abs(extract(epoch from localtimestamp - time_created)))::float as seconds
    from (
      select time_created, time_updated from nodes where id <> 0
      union all select time_created, time_updated from data_sources
      union all select time_created, time_updated from assets) t`);
  expect(stamps).toEqual([{ created: 1, updated: 1, seconds: expect.any(Number) }]);
  expect(stamps[0]?.seconds).toBeLessThan(60);
});

test("the closure holds every node under each of its ancestors", async () => {
  const closure = await db.rows("select ancestor, descendant, depth from nodes_closure order by 2, 3");
  expect(closure.map(({ ancestor, descendant, depth }) => [ancestor, descendant, depth])).toEqual([
    [0, 0, 0],
    [1, 1, 0],
    [0, 1, 1],
    [2, 2, 0],
    [1, 2, 1],
    [0, 2, 2],
    [3, 3, 0],
    [2, 3, 1],
    [1, 3, 2],
    [0, 3, 3],
    [4, 4, 0],
    [2, 4, 1],
    [1, 4, 2],
    [0, 4, 3],
  ]);
});

test("the report counts what was written", () => {
  expect(loaded.report).toMatchObject({
    mode: "offline",
    nodes: { read: 4, inserted: 4, updated: 0, unchanged: 0, skipped: 0, rejected: 0 },
    dataSources: { inserted: 2 },
    structures: { inserted: 2 },
    assets: { inserted: 4 },
    closure: { strategy: "rebuild", rows: 14 },
  });
  expect(loaded.report.phases.map(({ name }) => name)).toEqual([
    "read",
    "copy",
    "merge",
    "closure",
    "analyze",
  ]);
});

describe("odd data sources", () => {
  test("a node without structure and files is taken as it is", async () => {
    const source = array("/VDP/H_1/blob", { structure: null, files: [] });
    await load(db.database, [{ ...source, structureFamily: "bytes" }]);
    const rows = await db.rows(`
      select d.structure_id, d.structure_family::text as family, count(l.*)::int as links
      from data_sources d join nodes n on n.id = d.node_id
      left join data_source_asset_association l on l.data_source_id = d.id
      where n.key = 'blob' group by d.id`);
    expect(rows).toEqual([{ structure_id: null, family: "bytes", links: 0 }]);
  });

  test("a size beyond 2^53 is exact as text", async () => {
    await load(db.database, [array("/VDP/H_1/huge", { files: ["/data/huge.h5"], size: "9007199254740993" })]);
    expect(
      await db.value("select size::text from assets where data_uri = 'file://localhost/data/huge.h5'"),
    ).toBe("9007199254740993");
  });
});

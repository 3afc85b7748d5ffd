// Data sources, structures and files of arrays that are there already.

import { describe, expect, test } from "vitest";
import { verifyCatalog } from "../../../src/catalog/index.ts";
import { useDatabase } from "../../support/database.ts";
import { type ArrayOptions, array, container, load } from "../../support/nodes.ts";

describe("a changed array under update", () => {
  const db = useDatabase();

  async function describeArray(key: string): Promise<object> {
    const [row] = await db.rows<{ found: object }>(
      `select jsonb_build_object(
          'shape', s.structure -> 'shape', 'parameters', d.parameters, 'sources', count(distinct d.id),
          'links', jsonb_agg(jsonb_build_array(a.data_uri, l.parameter, l.num) order by l.num)) as found
        from nodes n join data_sources d on d.node_id = n.id join structures s on s.id = d.structure_id
        join data_source_asset_association l on l.data_source_id = d.id join assets a on a.id = l.asset_id
        where n.key = $1 group by n.id, s.id, d.parameters`,
      [key],
    );
    return row?.found ?? {};
  }

  const original: ArrayOptions = { shape: [3], dataset: "old", files: ["/data/old.h5"] };
  const oldLink = ["file://localhost/data/old.h5", "data_uri", null];
  test.each<[string, ArrayOptions, object]>([
    ["shape", { shape: [5] }, { shape: [5], parameters: { dataset: "old" }, links: [oldLink] }],
    ["dataset", { dataset: "new" }, { shape: [3], parameters: { dataset: "new" }, links: [oldLink] }],
    [
      "file",
      { files: ["/data/new.h5"] },
      {
        shape: [3],
        parameters: { dataset: "old" },
        links: [["file://localhost/data/new.h5", "data_uri", null]],
      },
    ],
    [
      "number-of-files",
      { files: ["/data/old.h5", "/data/second.h5"] },
      {
        shape: [3],
        parameters: { dataset: "old" },
        links: [
          ["file://localhost/data/old.h5", "data_uris", 0],
          ["file://localhost/data/second.h5", "data_uris", 1],
        ],
      },
    ],
  ])("%s is rewritten, and the rest of the array stays", async (key, change, expected) => {
    await load(db.database, [array(`/${key}`, original), array(`/${key}-other`, original)]);
    const { report } = await load(
      db.database,
      [array(`/${key}`, { ...original, ...change }), array(`/${key}-other`, original)],
      { policy: "update" },
    );
    expect(report.nodes).toMatchObject({ updated: 1, unchanged: 1 });
    expect(await describeArray(key)).toEqual({ ...expected, sources: 1 });
    expect(await verifyCatalog(db.database)).toMatchObject({ ok: true });
  });

  test("the order of the files of an array can be turned round", async () => {
    await load(db.database, [array("/turned", { files: ["/data/a.h5", "/data/b.h5"] })]);
    const { report } = await load(db.database, [array("/turned", { files: ["/data/b.h5", "/data/a.h5"] })], {
      policy: "update",
    });
    expect(report.nodes).toMatchObject({ updated: 1 });
    expect(await describeArray("turned")).toMatchObject({
      links: [
        ["file://localhost/data/b.h5", "data_uris", 0],
        ["file://localhost/data/a.h5", "data_uris", 1],
      ],
    });
  });

  test("a change of metadata and of the array counts once", async () => {
    await load(db.database, [array("/both", original)]);
    const { report } = await load(db.database, [array("/both", { metadata: { a: 1 }, shape: [7] })], {
      policy: "update",
    });
    expect(report.nodes).toMatchObject({ read: 1, updated: 1 });
  });

  test("a file that no array refers to any more leaves no orphan behind", async () => {
    await load(db.database, [array("/moved", { files: ["/data/here.h5"] })]);
    await load(db.database, [array("/moved", { files: ["/data/there.h5"] })], { policy: "update" });
    const { checks } = await verifyCatalog(db.database);
    expect(checks.find(({ name }) => name === "orphans")).toMatchObject({ ok: true });
    expect(await db.rows("select data_uri from assets where data_uri like '%/here.h5'")).toEqual([]);
  });

  test.each(["update", "skip"] as const)(
    "an array without a data source is completed under update only: %s",
    async (policy) => {
      await db.rows(
        `insert into nodes (parent, key, structure_family, metadata, specs, access_blob)
        values (0, $1, 'array', '{}', '[]', '{}')`,
        [`bare-${policy}`],
      );
      const { report } = await load(db.database, [array(`/bare-${policy}`)], { policy });
      const completed = policy === "update" ? 1 : 0;
      expect(report.dataSources.inserted).toBe(completed);
      const sources = await db.value(
        "select count(*)::int from data_sources d join nodes n on n.id = d.node_id where n.key = $1",
        [`bare-${policy}`],
      );
      expect(sources).toBe(completed);
    },
  );

  test("a container without data in the input keeps none", async () => {
    await load(db.database, [container("/plain")]);
    const { report } = await load(db.database, [container("/plain")], { policy: "update" });
    expect(report).toMatchObject({ nodes: { unchanged: 1 }, dataSources: { inserted: 0 } });
  });
});

describe("files", () => {
  const db = useDatabase();
  const assets = () => db.rows("select data_uri, size from assets order by data_uri");
  const files = ["/data/shared.h5"];

  test("arrays in the same file share one asset, within a load and across loads", async () => {
    const first = await load(db.database, [array("/a", { files }), array("/b", { files })]);
    const second = await load(db.database, [array("/c", { files })]);
    expect([first.report.assets.inserted, second.report.assets.inserted]).toEqual([1, 0]);
    expect(await assets()).toEqual([{ data_uri: "file://localhost/data/shared.h5", size: null }]);
    expect(await db.value("select count(*)::int from data_source_asset_association")).toBe(3);
  });

  test("an asset that Tiled has registered is taken", async () => {
    await db.rows(
      "insert into assets (data_uri, is_directory) values ('file://localhost/data/theirs.h5', false)",
    );
    const { report } = await load(db.database, [array("/d", { files: ["/data/theirs.h5"] })]);
    expect(report.assets.inserted).toBe(0);
    const shared = await db.value(`select count(*)::int from data_source_asset_association l
      join assets a on a.id = l.asset_id where a.data_uri = 'file://localhost/data/theirs.h5'`);
    expect(shared).toBe(1);
  });

  test("a file that grew gets its new size under update", async () => {
    await load(db.database, [array("/e", { files: ["/data/grows.h5"], size: 10 })]);
    await load(db.database, [array("/e", { files: ["/data/grows.h5"], size: 20 })], { policy: "update" });
    expect(
      await db.value("select size::int from assets where data_uri = 'file://localhost/data/grows.h5'"),
    ).toBe(20);
    await load(db.database, [array("/e", { files: ["/data/grows.h5"] })], { policy: "update" });
    expect(
      await db.value("select size::int from assets where data_uri = 'file://localhost/data/grows.h5'"),
    ).toBe(20);
  });

  test("a hundred files make up one array in their order", async () => {
    const many = Array.from({ length: 100 }, (_, index) => `/data/part-${index}.h5`);
    await load(db.database, [array("/many", { files: many })]);
    const linked = await db.rows<{ data_uri: string }>(`
      select a.data_uri from nodes n join data_sources d on d.node_id = n.id
      join data_source_asset_association l on l.data_source_id = d.id join assets a on a.id = l.asset_id
      where n.key = 'many' order by l.num`);
    expect(linked.map(({ data_uri }) => data_uri)).toEqual(many.map((file) => `file://localhost${file}`));
  });

  test("more structures than the encoder remembers all arrive", async () => {
    const nodes = Array.from({ length: 4200 }, (_, index) =>
      array(`/s${index}`, { files, shape: [index + 1] }),
    );
    const { report } = await load(db.database, [...nodes, array("/again", { files, shape: [1] })]);
    expect(report.structures.inserted).toBe(4200);
    expect(await verifyCatalog(db.database)).toMatchObject({ ok: true });
  });
});

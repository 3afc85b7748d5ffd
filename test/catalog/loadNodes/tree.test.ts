import { describe, expect, test } from "vitest";
import { verifyCatalog } from "../../../src/catalog/index.ts";
import { useDatabase } from "../../support/database.ts";
import { array, container, dataset, json, listPaths, load } from "../../support/nodes.ts";

describe("the shape of the tree", () => {
  const db = useDatabase();

  test("a branch of 12 levels gets its whole closure", async () => {
    const keys = Array.from({ length: 12 }, (_, level) => `l${level}`);
    const branch = keys.map((_, level) => container(`/${keys.slice(0, level + 1).join("/")}`));
    const { report } = await load(db.database, [...branch, array(`/${keys.join("/")}/data`)], {
      mode: "online",
    });
    // The sum of (depth + 1) over 13 nodes at depths 1 to 13.
    expect(report.closure).toMatchObject({ strategy: "delta", rows: 104 });
    const verified = await verifyCatalog(db.database);
    expect(verified).toMatchObject({ ok: true, nodes: 14, closure: { rows: 105 } });
    expect(verified.closure.byDepth).toMatchObject({ "0": 14, "12": 2, "13": 1 });
  });

  test("children may come before their parents", async () => {
    const nodes = dataset("reversed", 3, 2).reverse();
    const { report } = await load(db.database, nodes, { batchNodes: 2 });
    expect(report.nodes.inserted).toBe(10);
    expect(await verifyCatalog(db.database)).toMatchObject({ ok: true });
  });

  test("siblings get ids in the order of the input, since Tiled lists by id", async () => {
    const keys = ["zulu", "alpha", "10", "9", "Ünder", "mike"];
    await load(db.database, [container("/order"), ...keys.map((key) => container(`/order/${key}`))]);
    const listed = await db.rows<{ key: string }>(
      "select n.key from nodes n join nodes p on p.id = n.parent where p.key = 'order' order by n.id",
    );
    expect(listed.map(({ key }) => key)).toEqual(keys);
  });

  test("new nodes hang on containers that are in the catalog", async () => {
    await load(db.database, dataset("attach", 2));
    const { report, rejects } = await load(db.database, [
      array("/attach/H_0/later"),
      container("/attach/H_1/deeper"),
      array("/attach/H_1/deeper/x"),
      array("/top"),
    ]);
    expect(rejects).toEqual([]);
    expect(report.nodes.inserted).toBe(4);
    expect(await listPaths(db)).toEqual(
      expect.arrayContaining(["/attach/H_0/later", "/attach/H_1/deeper/x", "/top"]),
    );
    expect(await verifyCatalog(db.database)).toMatchObject({ ok: true });
  });

  test("the same key under different parents is two nodes", async () => {
    const { report } = await load(db.database, [
      container("/twin"),
      container("/twin/twin"),
      container("/twin/twin/twin"),
    ]);
    expect(report.nodes.inserted).toBe(3);
  });

  test("keys with odd characters stay as they are", async () => {
    const keys = ["a b", "50%", "tab\there", "back\\slash", "quote'\"", "\\.", "\\N", "naïve 🚀", "x?y#z"];
    await load(db.database, [container("/odd"), ...keys.map((key) => container(`/odd/${key}`))]);
    const listed = await db.rows<{ key: string }>(
      "select n.key from nodes n join nodes p on p.id = n.parent where p.key = 'odd' order by n.id",
    );
    expect(listed.map(({ key }) => key)).toEqual(keys);
    const again = await load(
      db.database,
      keys.map((key) => array(`/odd/${key}/x`)),
    );
    expect(again.report.nodes.inserted).toBe(keys.length);
  });

  test("an empty input changes nothing", async () => {
    const { report } = await load(db.database, []);
    expect(report.nodes.read).toBe(0);
    expect(report.closure.rows).toBe(0);
  });
});

describe("records that cannot go in", () => {
  const db = useDatabase();

  test("a missing parent rejects the record, and with it all that hangs below", async () => {
    const { report, rejects } = await load(db.database, [
      container("/good"),
      container("/missing/child", { note: "kept" }),
      array("/missing/child/data"),
      array("/good/data"),
    ]);
    expect(report.nodes).toMatchObject({ read: 4, inserted: 2, rejected: 2 });
    expect(rejects.map(({ code, position }) => [code, position])).toEqual([
      ["parent_missing", "/missing/child"],
      ["parent_missing", "/missing/child/data"],
    ]);
    expect(rejects[0]?.source).toBe("test.yaml");
    expect(rejects[0]?.message).toContain("/missing");
    expect(JSON.parse(rejects[0]?.record ?? "")).toEqual({
      path: "/missing/child",
      structure_family: "container",
      metadata: { note: "kept" },
      specs: [],
    });
    expect(await listPaths(db)).toEqual(["/good", "/good/data"]);
  });

  test("the record of a rejected array holds its data source, the structure and every file", async () => {
    const files = ["/data/0.h5", "/data/1.h5"];
    const { rejects } = await load(db.database, [
      array("/absent/a", { files }),
      array("/absent/b", { files }),
    ]);
    const records = rejects.map(({ record }) => JSON.parse(record ?? "") as Record<string, unknown>);
    expect(records[1]?.data_source).toMatchObject({
      mimetype: "application/x-hdf5",
      structure: { shape: [3, 4] },
      parameters: { dataset: "b" },
      management: "external",
      assets: [
        { data_uri: "file://localhost/data/0.h5", parameter: "data_uris", num: 0 },
        { data_uri: "file://localhost/data/1.h5", parameter: "data_uris", num: 1 },
      ],
    });
  });

  test("an array is no parent, neither from the input nor from the catalog", async () => {
    await load(db.database, [array("/leaf")]);
    const { rejects } = await load(db.database, [
      array("/leaf/below"),
      array("/good/new"),
      array("/good/new/below"),
    ]);
    expect(rejects.map(({ code, position }) => [code, position])).toEqual([
      ["parent_missing", "/leaf/below"],
      ["parent_missing", "/good/new/below"],
    ]);
  });

  test.each(["skip", "update"] as const)(
    "another family at the same path is a clash under %s",
    async (policy) => {
      const { report, rejects } = await load(
        db.database,
        [container("/leaf", { other: true }), container("/leaf/below"), container(`/fine-${policy}`)],
        { policy },
      );
      expect(report.nodes).toMatchObject({ inserted: 1, rejected: 2 });
      expect(rejects[0]).toMatchObject({ code: "family_clash", position: "/leaf" });
      expect(rejects[0]?.message).toMatch(
        /^\/leaf is of family array in the catalog and container in the input/,
      );
      expect(rejects[1]).toMatchObject({ code: "parent_missing", position: "/leaf/below" });
    },
  );

  test("U+0000 rejects the record, and the structure it shares still goes in with the next one", async () => {
    const { report, rejects } = await load(db.database, [
      array("/nul\u0000key", { shape: [17] }),
      array("/clean", { shape: [17] }),
    ]);
    expect(report.nodes).toMatchObject({ inserted: 1, rejected: 1 });
    expect(rejects).toEqual([
      {
        source: "test.yaml",
        position: "/nul\u0000key",
        code: "nul_character",
        message: "column key (text) contains U+0000",
        record: null,
      },
    ]);
    expect(await verifyCatalog(db.database)).toMatchObject({ ok: true });
  });

  test("a thousand rejects come in the order of the input", async () => {
    const nodes = Array.from({ length: 1200 }, (_, index) => array(`/nowhere/${index}`));
    const { rejects } = await load(db.database, nodes);
    expect(rejects.map(({ position }) => position)).toEqual(nodes.map(({ position }) => position));
  });
});

describe("paths that stand in the input more than once", () => {
  const db = useDatabase();
  const twice = (name: string) => [
    container(`/${name}`, { version: 1 }),
    array(`/${name}/a`),
    container(`/${name}`, { version: 2 }),
    array(`/${name}/a`, { dataset: "second" }),
    container(`/${name}`, { version: 3 }),
  ];
  const stored = (name: string) =>
    db.rows(
      `select p.metadata, d.parameters from nodes p join nodes n on n.parent = p.id
        join data_sources d on d.node_id = n.id where p.key = $1`,
      [name],
    );

  test("under skip the first counts", async () => {
    const { report, notices } = await load(db.database, twice("first"), { policy: "skip" });
    expect(report.nodes).toMatchObject({ inserted: 2, skipped: 3 });
    expect(await stored("first")).toEqual([{ metadata: { version: 1 }, parameters: { dataset: "a" } }]);
    expect(notices).toEqual(["3 records share their path with another one; the first of each was kept."]);
  });

  test("under update the last counts", async () => {
    const { report, notices } = await load(db.database, twice("last"), { policy: "update" });
    expect(report.nodes).toMatchObject({ inserted: 2, skipped: 3 });
    expect(await stored("last")).toEqual([{ metadata: { version: 3 }, parameters: { dataset: "second" } }]);
    expect(notices).toEqual(["3 records share their path with another one; the last of each was kept."]);
  });

  test("under error they are a conflict, named one by one", async () => {
    await expect(load(db.database, twice("error"), { policy: "error" })).rejects.toMatchObject({
      code: "CONFLICT",
      details: ["/error (test.yaml, /error)", "/error/a (test.yaml, /error/a)", "/error (test.yaml, /error)"],
    });
    expect(await stored("error")).toEqual([]);
  });

  test("two families at one path: the one that counts decides, and children go with it", async () => {
    const { report, rejects } = await load(db.database, [
      array("/mixed"),
      { ...container("/mixed"), specs: json([]) },
      array("/mixed/child"),
    ]);
    expect(report.nodes).toMatchObject({ inserted: 1, skipped: 1, rejected: 1 });
    expect(rejects[0]).toMatchObject({ code: "parent_missing", position: "/mixed/child" });
  });
});

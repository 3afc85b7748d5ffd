// Each check, broken by SQL, is found by its name and by nothing else; mended, all is well again.

import { beforeAll, describe, expect, test } from "vitest";
import { type VerifyReport, verifyCatalog } from "../../src/catalog/index.ts";
import { useDatabase } from "../support/database.ts";
import { dataset, load } from "../support/nodes.ts";

const db = useDatabase();

beforeAll(async () => {
  await load(db.database, dataset("VDP", 4, 2));
});

const checkNames = [
  "closure",
  "root",
  "tree",
  "parents",
  "keys",
  "data sources",
  "families",
  "parameters",
  "structures",
  "assets",
  "orphans",
  "triggers",
  "sequence of nodes",
  "sequence of data_sources",
  "sequence of assets",
  "sequence of revisions",
  "structure ids",
];

test("a sound catalog passes every check", async () => {
  const report = await verifyCatalog(db.database);
  expect(report).toMatchObject({ ok: true, nodes: 14 });
  expect(report.checks.map(({ name }) => name)).toEqual(checkNames);
  expect(report.closure).toEqual({
    rows: 1 + 2 + 4 * 3 + 8 * 4,
    byDepth: { "0": 14, "1": 13, "2": 12, "3": 8 },
    missing: 0,
    extra: 0,
    wrongDepth: 0,
  });
});

/** What is wrong after `damage`, which is undone afterwards: a copy of the database would cost more. */
async function verifyDamaged(damage: string): Promise<VerifyReport> {
  const tables = [
    "nodes",
    "nodes_closure",
    "structures",
    "data_sources",
    "assets",
    "data_source_asset_association",
    "revisions",
  ];
  for (const table of tables) await db.rows(`create table copycat.saved_${table} as table ${table}`);
  try {
    await db.database.pool.query(damage);
    return await verifyCatalog(db.database);
  } finally {
    await db.database.pool.query(
      [
        "begin",
        "alter table nodes enable trigger all",
        "alter table data_source_asset_association enable trigger all",
        "set local session_replication_role = replica",
        ...tables.map(
          (table) => `delete from ${table}; insert into ${table} select * from copycat.saved_${table}`,
        ),
        ...tables.map((table) => `drop table copycat.saved_${table}`),
        ...["nodes", "data_sources", "assets", "revisions"].map(
          (table) => `select setval('${table}_id_seq', 1000)`,
        ),
        "commit",
      ].join(";\n"),
    );
  }
}

const someArray = "(select min(id) from nodes where structure_family = 'array')";
const someSource = "(select min(id) from data_sources)";
const addNode = (key: string, family = "container", id = "default") =>
  `insert into nodes (id, parent, key, structure_family, metadata, specs, access_blob)
    values (${id}, 1, '${key}', '${family}', '{}', '[]', '{}')`;

describe("the closure", () => {
  test.each<[string, string, Partial<VerifyReport["closure"]>]>([
    ["a missing row", "delete from nodes_closure where (ancestor, descendant) = (1, 3)", { missing: 1 }],
    ["a row too many", "insert into nodes_closure values (3, 2, 1)", { extra: 1 }],
    [
      "a wrong depth",
      "update nodes_closure set depth = 7 where (ancestor, descendant) = (1, 3)",
      { wrongDepth: 1 },
    ],
    ["no row at all", "delete from nodes_closure", { missing: 47 }],
  ])("%s is found", async (_name, damage, expected) => {
    const report = await verifyDamaged(damage);
    expect(report.ok).toBe(false);
    expect(report.closure).toMatchObject({ missing: 0, extra: 0, wrongDepth: 0, ...expected });
    expect(failures(report)).toEqual(["closure"]);
  });
});

function failures(report: VerifyReport): string[] {
  return report.checks.filter(({ ok }) => !ok).map(({ name }) => name);
}

describe("each damage fails its own check and no other", () => {
  test.each<[string, string, string]>([
    ["keys", "an empty key", addNode("")],
    ["keys", "a slash in a key", addNode("a/b")],
    ["data sources", "an array without one", addNode("bare", "array")],
    [
      "data sources",
      "an array with two",
      `with copy as (insert into data_sources (node_id, structure_id, mimetype, parameters, properties, management,
          structure_family)
        select node_id, structure_id, mimetype, parameters, properties, management, structure_family
        from data_sources where id = ${someSource} returning id)
      insert into data_source_asset_association select copy.id, asset_id, parameter, num
        from copy, data_source_asset_association where data_source_id = ${someSource}`,
    ],
    [
      "families",
      "a data source of another family",
      `update data_sources set structure_family = 'sparse' where id = ${someSource}`,
    ],
    ["parameters", "NULL properties", `update data_sources set properties = null where id = ${someSource}`],
    ["parameters", "NULL parameters", `update data_sources set parameters = null where id = ${someSource}`],
    [
      "parameters",
      "parameters that are a list",
      `update data_sources set parameters = '[]' where id = ${someSource}`,
    ],
    [
      "structures",
      "an array without a structure",
      `update data_sources set structure_id = null where id = ${someSource}`,
    ],
    [
      "assets",
      "an external data source without a file",
      `delete from data_source_asset_association where data_source_id = ${someSource}`,
    ],
    [
      "orphans",
      "a file without a data source",
      "insert into assets (data_uri, is_directory) values ('file:x', false)",
    ],
    [
      "triggers",
      "a disabled closure trigger",
      "alter table nodes disable trigger update_closure_table_when_inserting",
    ],
    [
      "triggers",
      "a disabled association trigger",
      "alter table data_source_asset_association disable trigger cannot_insert_num_null_if_num_exists",
    ],
    [
      "triggers",
      "a trigger that fires on replicas only",
      "alter table nodes enable replica trigger update_closure_table_when_inserting",
    ],
    ["sequence of nodes", "one that is behind", "select setval('nodes_id_seq', 5)"],
    ["sequence of data_sources", "one that is behind", "select setval('data_sources_id_seq', 2)"],
    ["sequence of assets", "one that was never used", "select setval('assets_id_seq', 1, false)"],
    [
      "sequence of revisions",
      "an id written by hand",
      `insert into revisions (id, node_id, revision_number, metadata, specs, access_blob)
        values (90000, 1, 1, '{}', '[]', '{}')`,
    ],
    [
      "structure ids",
      "a structure that was changed",
      "update structures set structure = jsonb_set(structure, '{shape}', '[9, 9]')",
    ],
  ])("%s: %s", async (name, _what, damage) => {
    const report = await verifyDamaged(damage);
    expect(failures(report)).toEqual([name]);
    expect(report.ok).toBe(false);
    expect(report.checks.find((check) => check.name === name)?.detail).not.toBe("");
  });

  test("the detail names how many there are and one of them", async () => {
    const report = await verifyDamaged(
      `${addNode("", "container", "500")}; ${addNode("a/b", "container", "501")}`,
    );
    expect(report.checks.find(({ name }) => name === "keys")?.detail).toBe(
      "2 keys are empty or hold a slash, for example 500",
    );
  });
});

describe("a damaged tree", () => {
  test("a cycle of parents does not hang, and is no part of the tree", async () => {
    const report = await verifyDamaged(
      `${addNode("p", "container", "600")}; ${addNode("q", "container", "601")};
      update nodes set parent = 601 where id = 600; update nodes set parent = 600 where id = 601`,
    );
    expect(failures(report)).toEqual(expect.arrayContaining(["closure", "tree"]));
    expect(report.checks.find(({ name }) => name === "tree")?.detail).toContain(
      "2 nodes do not reach the root",
    );
  });

  test("a node that is its own parent does not hang either", async () => {
    const report = await verifyDamaged(
      `${addNode("self", "container", "610")}; update nodes set parent = 610 where id = 610`,
    );
    expect(failures(report)).toContain("tree");
  });

  test("a second root is found", async () => {
    const report =
      await verifyDamaged(`${addNode("r", "container", "620")}; update nodes set parent = null where id = 620;
      delete from nodes_closure where descendant = 620 and ancestor <> 620`);
    expect(failures(report)).toEqual(["root"]);
  });

  test("a child of an array is found", async () => {
    const report = await verifyDamaged(
      `insert into nodes (parent, key, structure_family, metadata, specs, access_blob)
        values (${someArray}, 'below', 'container', '{}', '[]', '{}')`,
    );
    expect(failures(report)).toEqual(["parents"]);
  });
});

test("a missing root is found", async () => {
  const report = await verifyDamaged(
    "set session_replication_role = replica; delete from nodes where id = 0; reset session_replication_role",
  );
  expect(failures(report)).toEqual(expect.arrayContaining(["root", "tree"]));
});

test("verifying changes nothing, and the catalog is sound again", async () => {
  expect(failures(await verifyCatalog(db.database))).toEqual([]);
});

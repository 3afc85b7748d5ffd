// Catalogs of Tiled 0.2.19 and newer, which keep access as tags: every way of loading, and what has no place there.

import { beforeAll, describe, expect, test } from "vitest";
import { verifyCatalog } from "../../../src/catalog/index.ts";
import { asJsonText } from "../../../src/json.ts";
import { type TestDatabase, useDatabase } from "../../support/database.ts";
import { toNewerTiled } from "../../support/newerTiled.ts";
import { array, container, dataset, json, listPaths, load, snapshot } from "../../support/nodes.ts";
import { schemaFacts } from "../../support/schemaFacts.ts";

function useNewerTiled(): TestDatabase {
  const db = useDatabase();
  beforeAll(() => toNewerTiled(db));
  return db;
}

async function expectSound(db: TestDatabase, nodes: number): Promise<void> {
  const { checks, ...verified } = await verifyCatalog(db.database);
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
  expect(verified.nodes).toBe(nodes);
}

const insertNode = `insert into nodes (parent, key, structure_family, metadata, specs)
  values ($1, $2, 'container', '{}', '[]') returning id`;

describe("a load", () => {
  const db = useNewerTiled();
  let schema: unknown;

  beforeAll(async () => {
    schema = await schemaFacts(db, "public");
  });

  test("offline into an empty catalog looks nothing up, and makes the indexes again as they were", async () => {
    // 6,001 nodes: enough for the indexes to go.
    const nodes = dataset("BIG", 1500, 3);
    const { report } = await load(db.database, nodes);
    expect(report).toMatchObject({ mode: "offline", closure: { strategy: "rebuild" } });
    expect(report.phases.find(({ name }) => name === "indexes")?.rows).toBeGreaterThan(15);
    const keys = await db.rows<{ key: string }>("select key from nodes where id <> 0 order by id");
    expect(keys.map(({ key }) => key)).toEqual(nodes.map(({ key }) => key));
    await expectSound(db, 6002);
  });

  test("offline beside what is there resolves each path, and keeps revisions and tags", async () => {
    await db.rows(`insert into node_access_tags_association (node_id, tag_id)
      select n.id, t.id from nodes n, access_tags t where n.key = 'BIG'`);
    const { report } = await load(
      db.database,
      [container("/BIG", { title: "changed" }), ...dataset("NEXT", 1500, 3)],
      { mode: "offline", policy: "update" },
    );
    expect(report.nodes).toMatchObject({ inserted: 6001, updated: 1, rejected: 0 });
    expect(report.phases.map(({ name }) => name)).toContain("indexes");
    expect(await db.rows("select revision_number as number, metadata, specs from revisions")).toEqual([
      { number: 1, metadata: { title: "BIG" }, specs: [] },
    ]);
    const tagged = await db.rows(`select n.key, t.name, a.parent_id from node_access_tags_association a
      join nodes n on n.id = a.node_id join access_tags t on t.id = a.tag_id order by n.id`);
    expect(tagged).toEqual([
      { key: "", name: "public", parent_id: null },
      { key: "BIG", name: "public", parent_id: 0 },
    ]);
    await expectSound(db, 12_003);
  });

  test.each([
    ["auto", "replica"],
    ["replica", "replica"],
    ["disable", "disable"],
  ] as const)("online with the triggers out by %s", async (triggers, taken) => {
    const nodes = [
      ...dataset(`ON-${triggers}`, 3, 2),
      container(`/BIG/H_0/${triggers}`),
      container("/BIG/H_1", { index: triggers }),
    ];
    const before = await db.value<number>("select count(*)::int from nodes");
    const { report } = await load(db.database, nodes, { mode: "online", policy: "update", triggers });
    // The trigger that moves tags is Tiled's own, and no reason to go the slower way.
    expect(report).toMatchObject({
      triggers: taken,
      nodes: { inserted: 11, updated: 1 },
      closure: { strategy: "delta" },
    });
    await expectSound(db, before + 11);
  });

  test("left the schema as it was", async () => {
    expect(await schemaFacts(db, "public")).toEqual(schema);
  });

  test("under error is a conflict, and a dry run counts as the load would: both change no row", async () => {
    const { sequences: _before, ...before } = await snapshot(db);
    await expect(load(db.database, dataset("BIG", 1), { policy: "error" })).rejects.toMatchObject({
      code: "CONFLICT",
    });
    const changed = [container("/BIG", { title: "third" }), container("/DRY"), array("/nowhere/x")];
    const { report } = await load(db.database, changed, { policy: "update", dryRun: true });
    expect(report.nodes).toMatchObject({ inserted: 1, updated: 1, rejected: 1 });
    const { sequences: _after, ...after } = await snapshot(db);
    expect(after).toEqual(before);
  });

  test("is followed by inserts through the trigger, moves of tags, and deletes that take the tags along", async () => {
    const next = await db.value("select id from nodes where key = 'NEXT'");
    const id = await db.value<number>(insertNode, [next, "by hand"]);
    const depths = await db.rows("select depth from nodes_closure where descendant = $1 order by 1", [id]);
    expect(depths.map(({ depth }) => depth)).toEqual([0, 1, 2]);
    const tag =
      "insert into node_access_tags_association (node_id, tag_id) select $1::int, id from access_tags";
    await db.rows(tag, [id]);
    const place = () =>
      db.rows("select parent_id from node_access_tags_association where node_id = $1", [id]);
    expect(await place()).toEqual([{ parent_id: next }]);
    await db.rows("update nodes set parent = 0 where id = $1", [id]);
    expect(await place()).toEqual([{ parent_id: 0 }]);
    await db.rows("delete from nodes where id = $1", [id]);
    expect(await place()).toEqual([]);
  });
});

describe("an access_blob that says something", () => {
  const db = useNewerTiled();
  const withBlob = (path: string) => ({
    ...container(path, { a: 1 }),
    accessBlob: json({ tags: ["secret"] }),
  });

  test.each([
    ["offline", false],
    ["online", false],
    ["online", true],
  ] as const)(
    "is a reject that says what to do, and its children follow it (%s, dry run %s)",
    async (mode, dryRun) => {
      const name = `/${mode}-${dryRun}`;
      const nodes = [
        container(name),
        withBlob(`${name}/hidden`),
        array(`${name}/hidden/x`),
        array(`${name}/seen`),
      ];
      const { report, rejects } = await load(db.database, nodes, { mode, dryRun });
      expect(report.nodes).toMatchObject({ inserted: 2, rejected: 2 });
      expect(rejects.map(({ code, position }) => [code, position])).toEqual([
        ["access_blob_unsupported", `${name}/hidden`],
        ["parent_missing", `${name}/hidden/x`],
      ]);
      expect(rejects[0]?.message).toMatch(
        /Tiled 0\.2\.19 or newer.*take it out.*update_metadata\(access_tags=/,
      );
      expect(JSON.parse(rejects[0]?.record ?? "")).toEqual({
        path: `${name}/hidden`,
        structure_family: "container",
        metadata: { a: 1 },
        specs: [],
        access_blob: { tags: ["secret"] },
      });
      expect(await listPaths(db)).toEqual(
        dryRun ? expect.not.arrayContaining([name]) : expect.arrayContaining([name, `${name}/seen`]),
      );
      expect(await verifyCatalog(db.database)).toMatchObject({ ok: true });
    },
  );

  test("is not taken for an update of a node that is there either", async () => {
    await load(db.database, [container("/kept", { version: 1 })]);
    const { report } = await load(db.database, [withBlob("/kept")], { policy: "update" });
    expect(report.nodes).toMatchObject({ updated: 0, rejected: 1 });
    expect(await db.value("select metadata from nodes where key = 'kept'")).toEqual({ version: 1 });
  });

  test("is rejected once where the metadata is too long as well", async () => {
    const words = Array.from({ length: 80_000 }, (_, index) => `word${index}`).join(" ");
    const both = { ...withBlob("/both"), metadata: json({ words }) };
    const { rejects } = await load(db.database, [both]);
    expect(rejects.map(({ code }) => code)).toEqual(["metadata_too_long"]);
  });

  test("goes in once it says nothing, however that is written", async () => {
    const { report } = await load(db.database, [
      { ...container("/blank"), accessBlob: json({}) },
      { ...container("/spaced"), accessBlob: asJsonText("{ }") },
    ]);
    expect(report.nodes).toMatchObject({ inserted: 2, rejected: 0 });
  });
});

describe("a record of another reject", () => {
  const db = useDatabase();

  test("keeps its access_blob, so that it is not lost when it is mended", async () => {
    const { rejects } = await load(db.database, [
      { ...container("/nowhere/x"), accessBlob: json({ tags: ["secret"] }) },
    ]);
    expect(JSON.parse(rejects[0]?.record ?? "")).toMatchObject({ access_blob: { tags: ["secret"] } });
  });
});

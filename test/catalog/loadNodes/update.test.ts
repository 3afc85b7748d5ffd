// Policies at rows that are there already.

import { describe, expect, test } from "vitest";
import { verifyCatalog } from "../../../src/catalog/index.ts";
import { asJsonText } from "../../../src/json.ts";
import { useDatabase } from "../../support/database.ts";
import { array, container, dataset, json, load, snapshot } from "../../support/nodes.ts";

describe("a second load of the same records", () => {
  const db = useDatabase();
  const nodes = dataset("VDP", 5, 2);

  test.each([
    ["skip", { skipped: 16, unchanged: 0 }],
    ["update", { skipped: 0, unchanged: 16 }],
  ] as const)("under %s writes nothing and burns no id", async (policy, counts) => {
    await load(db.database, nodes);
    const before = await snapshot(db);
    const { report } = await load(db.database, nodes, { policy, mode: "online" });
    expect(report.nodes).toMatchObject({ inserted: 0, updated: 0, ...counts });
    expect(report).toMatchObject({
      dataSources: { inserted: 0 },
      structures: { inserted: 0 },
      assets: { inserted: 0 },
      closure: { rows: 0 },
    });
    expect(await snapshot(db)).toEqual(before);
  });

  test("under error is a conflict that names the first ten, and changes no row", async () => {
    await load(db.database, nodes);
    const { sequences: _before, ...before } = await snapshot(db);
    const again = load(db.database, [container("/new"), ...nodes], { policy: "error" });
    await expect(again).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("16 nodes are in the catalog already"),
      details: nodes.slice(0, 10).map(({ position }) => `${position} (test.yaml, ${position})`),
    });
    const { sequences: _after, ...after } = await snapshot(db);
    expect(after).toEqual(before);
  });

  test("under error goes in whole when nothing is there yet", async () => {
    const { report } = await load(db.database, dataset("fresh", 2), { policy: "error" });
    expect(report.nodes).toMatchObject({ inserted: 5 });
  });

  test("under skip leaves changed records as they were, and adds no structure or file of theirs", async () => {
    await load(db.database, [container("/kept", { a: 1 }), array("/kept/x")]);
    const before = await snapshot(db);
    const { report } = await load(db.database, [
      container("/kept", { a: 2 }),
      array("/kept/x", { shape: [99], files: ["/data/moved.h5"] }),
    ]);
    expect(report.nodes).toMatchObject({ skipped: 2 });
    expect(await snapshot(db)).toEqual(before);
  });

  test("artifacts that are new go in beside those that are there", async () => {
    await load(db.database, dataset("grow", 3, 1));
    const { report } = await load(db.database, dataset("grow", 4, 2), { policy: "update" });
    expect(report.nodes).toMatchObject({ inserted: 6, unchanged: 7 });
    expect(await verifyCatalog(db.database)).toMatchObject({ ok: true });
  });
});

describe("changed metadata under update", () => {
  const db = useDatabase();
  const revisions = () =>
    db.rows(`select n.key, r.revision_number as number, r.metadata, r.specs, r.access_blob
      from revisions r join nodes n on n.id = r.node_id order by r.id`);

  test("one change updates one node and keeps its old version as a revision", async () => {
    const nodes = dataset("VDP", 3);
    await load(db.database, nodes);
    const before = await db.rows<{ key: string }>("select xmin::text, to_jsonb(n) as row, key from nodes n");
    const changed = { ...container("/VDP/H_1", { index: 1, note: "new" }), specs: json([{ name: "s" }]) };
    const { report } = await load(
      db.database,
      nodes.map((node) => (node.position === "/VDP/H_1" ? changed : node)),
      { policy: "update" },
    );
    expect(report.nodes).toMatchObject({ updated: 1, unchanged: 6, inserted: 0 });
    expect(await revisions()).toEqual([
      { key: "H_1", number: 1, metadata: { index: 1 }, specs: [], access_blob: {} },
    ]);
    const after = await db.rows<{ key: string }>("select xmin::text, to_jsonb(n) as row, key from nodes n");
    const others = (rows: { key: string }[]) => rows.filter(({ key }) => key !== "H_1");
    expect(others(after)).toEqual(others(before));
    expect(
      await db.rows(
        "select metadata, specs, time_updated > time_created as later from nodes where key = 'H_1'",
      ),
    ).toEqual([{ metadata: { index: 1, note: "new" }, specs: [{ name: "s" }], later: true }]);
  });

  test("each further change counts the revisions up", async () => {
    for (const version of [1, 2, 3]) {
      await load(db.database, [container("/counted", { version })], { policy: "update" });
    }
    expect((await revisions()).filter(({ key }) => key === "counted")).toMatchObject([
      { number: 1, metadata: { version: 1 } },
      { number: 2, metadata: { version: 2 } },
    ]);
  });

  test("a changed access blob alone is left to the server", async () => {
    await load(db.database, [container("/access")]);
    const { report } = await load(
      db.database,
      [{ ...container("/access"), accessBlob: json({ tags: ["secret"] }) }],
      { policy: "update" },
    );
    expect(report.nodes).toMatchObject({ unchanged: 1 });
    expect(await db.value("select access_blob from nodes where key = 'access'")).toEqual({});
  });

  test("another order of keys or other spaces are no change", async () => {
    const spelled = (text: string) => ({ ...container("/same"), metadata: asJsonText(text) });
    await load(db.database, [spelled('{"a":1,"b":[1,2]}')]);
    const { report } = await load(db.database, [spelled('{ "b": [1, 2],\n "a": 1 }')], { policy: "update" });
    expect(report.nodes).toMatchObject({ unchanged: 1, updated: 0 });
  });
});

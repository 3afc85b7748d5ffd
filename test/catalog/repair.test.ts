// verify --repair: each damage is mended, only what differs is written, and writers lose nothing meanwhile.

import { beforeAll, describe, expect, test } from "vitest";
import { repairCatalog, verifyCatalog } from "../../src/catalog/index.ts";
import { useDatabase } from "../support/database.ts";
import { container, dataset, load } from "../support/nodes.ts";

const insertNode = `insert into nodes (parent, key, structure_family, metadata, specs, access_blob)
  values (0, $1, 'container', '{}', '[]', '{}') returning id`;

describe("damage", () => {
  const db = useDatabase();

  beforeAll(async () => {
    await load(db.database, dataset("VDP", 10, 2));
  });

  test("there is none: it is read once, and nothing is written", async () => {
    const before = await db.rows("select xmin::text, * from nodes_closure order by ancestor, descendant");
    const { before: found, repaired, after } = await repairCatalog(db.database);
    expect(after).toBe(found);
    expect(repaired).toEqual({
      closure: { inserted: 0, updated: 0, deleted: 0 },
      triggers: [],
      sequences: [],
    });
    expect(after.ok).toBe(true);
    expect(await db.rows("select xmin::text, * from nodes_closure order by ancestor, descendant")).toEqual(
      before,
    );
  });

  const closureTrigger = "update_closure_table_when_inserting";
  const numberTrigger = "cannot_insert_num_null_if_num_exists";

  test.each<[string, string, object]>([
    [
      "missing rows",
      "delete from nodes_closure where depth = 2 and descendant % 2 = 0",
      { closure: { updated: 0, deleted: 0 } },
    ],
    [
      "a row too many",
      "insert into nodes_closure values (5, 1, 9)",
      { closure: { inserted: 0, updated: 0, deleted: 1 } },
    ],
    [
      "a wrong depth",
      "update nodes_closure set depth = 7 where depth = 1 and descendant = (select max(id) from nodes)",
      { closure: { inserted: 0, updated: 1, deleted: 0 } },
    ],
    ["no closure at all", "delete from nodes_closure", { closure: { updated: 0, deleted: 0 } }],
    [
      "the closure trigger off",
      `alter table nodes disable trigger ${closureTrigger}`,
      { triggers: [closureTrigger] },
    ],
    [
      "the closure trigger for replicas only",
      `alter table nodes enable replica trigger ${closureTrigger}`,
      { triggers: [closureTrigger] },
    ],
    [
      "a trigger of the associations off",
      `alter table data_source_asset_association disable trigger ${numberTrigger}`,
      { triggers: [numberTrigger] },
    ],
    ["the sequence of nodes behind", "select setval('nodes_id_seq', 3)", { sequences: ['"public"."nodes"'] }],
    [
      "a sequence that was never used",
      "select setval('assets_id_seq', 1, false)",
      { sequences: ['"public"."assets"'] },
    ],
    [
      "everything at once",
      `alter table nodes disable trigger ${closureTrigger};
      insert into nodes (parent, key, structure_family, metadata, specs, access_blob)
        values (1, 'unknown to the closure', 'container', '{}', '[]', '{}');
      delete from nodes_closure where depth = 1 and descendant < 5;
      update nodes_closure set depth = 0;
      insert into nodes_closure values (9, 1, 1);
      select setval('data_sources_id_seq', 1)`,
      { triggers: [closureTrigger], sequences: ['"public"."data_sources"'] },
    ],
  ])("%s", async (_what, damage, expected) => {
    await db.rows(damage);
    const { before, repaired, after } = await repairCatalog(db.database);
    expect(before.ok).toBe(false);
    expect(repaired).toMatchObject(expected);
    expect(after.checks.filter(({ ok }) => !ok)).toEqual([]);
    // The trigger works again, and ids are free.
    await db.rows(insertNode, [`after ${_what}`]);
    expect(await verifyCatalog(db.database)).toMatchObject({ ok: true });
  });

  test("an always firing trigger stays what it is", async () => {
    await db.rows(`alter table nodes enable always trigger ${closureTrigger}`);
    await repairCatalog(db.database);
    expect(await db.value("select tgenabled from pg_trigger where tgname = $1", [closureTrigger])).toBe("A");
    await db.rows(`alter table nodes enable trigger ${closureTrigger}`);
  });

  test("what does not follow from the tree is left, and told", async () => {
    await db.rows("insert into assets (data_uri, is_directory) values ('file:x', false)");
    const { repaired, after } = await repairCatalog(db.database);
    expect(repaired.closure).toEqual({ inserted: 0, updated: 0, deleted: 0 });
    expect(after.checks.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(["orphans"]);
    await db.rows("delete from assets where data_uri = 'file:x'");
  });

  test("a circle of parents is refused, and nothing is changed", async () => {
    await load(db.database, [container("/p"), container("/p/q")]);
    await db.rows("update nodes set parent = (select id from nodes where key = 'q') where key = 'p'");
    await db.rows("delete from nodes_closure where depth = 3");
    const count = () => db.value("select count(*)::int from nodes_closure");
    const before = await count();
    await expect(repairCatalog(db.database)).rejects.toMatchObject({
      code: "CATALOG_VERSION",
      message: expect.stringMatching(
        /^2 nodes do not reach the root \(for example id \d+\).*Nothing was changed\.$/,
      ),
    });
    expect(await count()).toBe(before);
    await db.rows("update nodes set parent = 0 where key = 'p'");
    expect((await repairCatalog(db.database)).after.ok).toBe(true);
  });
});

describe("beside a writer", () => {
  const db = useDatabase();

  test("waits for it, keeps the next one waiting, and loses nothing of either", async () => {
    await load(db.database, dataset("VDP", 5));
    await db.rows("delete from nodes_closure where depth > 0");
    const writer = await db.database.pool.connect();
    await writer.query("begin");
    await writer.query(insertNode, ["first"]);
    const notices: string[] = [];
    const repairing = repairCatalog(db.database, { onNotice: (notice) => notices.push(notice) });
    await expect.poll(() => notices.join(), { timeout: 10_000 }).toContain("waiting for it to finish");
    const second = db.rows(insertNode, ["second"]);
    await writer.query("commit");
    writer.release();
    expect((await repairing).repaired.closure.inserted).toBeGreaterThan(0);
    await second;
    expect(await verifyCatalog(db.database)).toMatchObject({ ok: true });
    expect(await db.value("select count(*)::int from nodes where key in ('first', 'second')")).toBe(2);
  });
});

describe("another schema and other rights", () => {
  const db = useDatabase();

  test("a role that does not own the tables is told so, once there is something to repair", async () => {
    const role = `copycat_repair_${process.pid}`;
    await db.rows(`create role ${role}; grant select on all tables in schema ${db.database.catalogSchema} to ${role};
      grant select on all sequences in schema ${db.database.catalogSchema} to ${role}`);
    try {
      const client = await db.database.pool.connect();
      await client.query(`set role ${role}`);
      client.release();
      // The pool hands the same connection out again.
      expect((await repairCatalog(db.database)).after.ok).toBe(true);
      await db.database.pool.query("reset role");
      await db.rows("alter table nodes disable trigger update_closure_table_when_inserting");
      await db.rows(`set role ${role}`);
      await expect(repairCatalog(db.database)).rejects.toMatchObject({ code: "PERMISSION" });
    } finally {
      await db.database.pool.query("reset role");
      await db.rows(`drop owned by ${role}; drop role ${role}`);
    }
  });
});

// All or nothing: whatever stops a load, the catalog is as it was and the closure trigger is on.

import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadNodes, verifyCatalog } from "../../../src/catalog/index.ts";
import { type Database, openDatabase } from "../../../src/database/index.ts";
import { useDatabase } from "../../support/database.ts";
import { array, container, dataset, inBatches, listPaths, load, snapshot } from "../../support/nodes.ts";

const options = { policy: "update", mode: "auto", dryRun: false, onReject: () => undefined } as const;

describe("a load that fails", () => {
  const db = useDatabase();

  test("in its source, after some batches, changes nothing and tells the source's error", async () => {
    const before = await snapshot(db);
    const error = new Error("the disk is gone");
    const failing = loadNodes(db.database, inBatches(dataset("VDP", 500), 10, error), options);
    await expect(failing).rejects.toMatchObject({ message: expect.stringContaining("the disk is gone") });
    expect(await snapshot(db)).toEqual(before);
  });

  test("in a trigger of somebody else, late in the merge, changes no row and leaves the trigger on", async () => {
    await db.rows(`create function refuse() returns trigger language plpgsql as $$
      begin raise exception 'no assets today'; end; $$`);
    await db.rows("create trigger refuse before insert on assets for each row execute function refuse()");
    const { sequences: _before, ...before } = await snapshot(db);
    await expect(load(db.database, dataset("VDP", 5))).rejects.toMatchObject({
      code: "DATABASE",
      message: expect.stringContaining("no assets today (P0001)"),
    });
    const { sequences: _after, ...after } = await snapshot(db);
    expect(after).toEqual(before);
    await db.rows("drop trigger refuse on assets");
  });

  test("in the caller's onReject changes nothing", async () => {
    const before = await snapshot(db);
    const failing = load(db.database, [container("/a"), array("/missing/x")], {
      onReject: () => Promise.reject(new Error("the reject file is full")),
    });
    await expect(failing).rejects.toThrow("the reject file is full");
    const after = await snapshot(db);
    expect(after.nodes).toEqual(before.nodes);
    expect(after.triggers).toEqual(before.triggers);
  });

  test("is followed by one that does the right thing, and by plain inserts with their closure", async () => {
    await load(db.database, dataset("VDP", 2));
    await db.rows(`insert into nodes (parent, key, structure_family, metadata, specs, access_blob)
      select id, 'by hand', 'container', '{}', '[]', '{}' from nodes where key = 'H_1'`);
    const closure = await db.rows(`select c.depth from nodes_closure c join nodes n on n.id = c.descendant
      where n.key = 'by hand' order by 1`);
    expect(closure.map(({ depth }) => depth)).toEqual([0, 1, 2, 3]);
    expect(await verifyCatalog(db.database)).toMatchObject({ ok: true });
  });
});

describe("a cancelled load", () => {
  const db = useDatabase();

  test("that was cancelled before it began changes nothing", async () => {
    const before = await snapshot(db);
    const cancelled = load(db.database, dataset("VDP", 3), { signal: AbortSignal.abort() });
    await expect(cancelled).rejects.toMatchObject({ code: "CANCELLED" });
    expect(await snapshot(db)).toEqual(before);
  });

  test("that is cancelled while it reads stops and changes nothing", async () => {
    const before = await snapshot(db);
    const controller = new AbortController();
    async function* endless() {
      for (let index = 0; ; index++) {
        if (index === 5) controller.abort();
        yield Array.from({ length: 1000 }, (_, node) => container(`/${index}-${node}`));
      }
    }
    const cancelled = loadNodes(db.database, endless(), { ...options, signal: controller.signal });
    await expect(cancelled).rejects.toMatchObject({ code: "CANCELLED" });
    expect(await snapshot(db)).toEqual(before);
  });

  test("stops also when the source waits for ever", async () => {
    const controller = new AbortController();
    async function* stalled() {
      yield [container("/first")];
      setTimeout(() => controller.abort(), 50);
      await new Promise(() => undefined);
    }
    const cancelled = loadNodes(db.database, stalled(), { ...options, signal: controller.signal });
    await expect(cancelled).rejects.toMatchObject({ code: "CANCELLED" });
    expect(await listPaths(db)).toEqual([]);
  });

  test("stops also while it waits for another program's lock", async () => {
    const controller = new AbortController();
    const writer = await db.database.pool.connect();
    await writer.query("begin; lock table nodes in row exclusive mode");
    const cancelled = load(db.database, dataset("VDP", 3), {
      signal: controller.signal,
      onNotice: () => setTimeout(() => controller.abort(), 50),
    });
    await expect(cancelled).rejects.toMatchObject({ code: "CANCELLED" });
    await writer.query("rollback");
    writer.release();
    expect(await listPaths(db)).toEqual([]);
  });

  test.each(["merge", "closure"] as const)("in phase %s says CANCELLED and changes no row", async (phase) => {
    const controller = new AbortController();
    const cancelled = load(db.database, dataset("VDP", 3), {
      signal: controller.signal,
      onPhase: (current) => current === phase && controller.abort(),
    });
    await expect(cancelled).rejects.toMatchObject({ code: "CANCELLED" });
    expect(await listPaths(db)).toEqual([]);
    expect(await verifyCatalog(db.database)).toMatchObject({ ok: true });
  });
});

describe("a dry run", () => {
  const db = useDatabase();

  test("counts as the load would, and changes nothing, sequences included", async () => {
    await load(db.database, dataset("VDP", 3, 2));
    const changed = [
      ...dataset("VDP", 4, 2).map((node) =>
        node.position === "/VDP/H_0" ? container("/VDP/H_0", { index: "new" }) : node,
      ),
      array("/VDP/H_1/a0", { shape: [77] }),
      array("/VDP/H_1/a1", { files: ["/data/moved.h5"], metadata: { both: true } }),
      array("/absent/x"),
      container("/VDP/H_2/a0"),
    ].filter(({ position }, index, all) => all.findLastIndex((node) => node.position === position) === index);
    const before = await snapshot(db);
    const dry = await load(db.database, changed, { policy: "update", dryRun: true });
    expect(dry.report.nodes).toEqual({
      read: 14,
      inserted: 3,
      updated: 3,
      unchanged: 6,
      skipped: 0,
      rejected: 2,
    });
    expect(dry.rejects.map(({ code }) => code).sort()).toEqual(["family_clash", "parent_missing"]);
    expect(await snapshot(db)).toEqual(before);
    const real = await load(db.database, changed, { policy: "update" });
    expect(real.report.nodes).toEqual(dry.report.nodes);
    expect(real.rejects).toEqual(dry.rejects);
  });

  test("of a new tree resolves children under parents that do not exist yet", async () => {
    const { report, rejects } = await load(db.database, dataset("tree", 4, 3), { dryRun: true });
    expect(report.nodes).toMatchObject({ inserted: 17 });
    expect(rejects).toEqual([]);
  });

  test("meets the same conflict as the load under error", async () => {
    await expect(
      load(db.database, dataset("VDP", 1), { policy: "error", dryRun: true }),
    ).rejects.toMatchObject({ code: "CONFLICT" });
  });
});

describe("a role that does not own the catalog", () => {
  const db = useDatabase();
  const role = `copycat_guest_${randomBytes(4).toString("hex")}`;
  let guest: Database;

  beforeAll(async () => {
    await db.rows(`create role ${role} login password 'guest'`);
    // For staging, which stands there on Citus.
    await db.rows(`grant create on schema ${db.database.catalogSchema} to ${role}`);
    await db.rows(`grant all on all tables in schema ${db.database.catalogSchema} to ${role}`);
    await db.rows(`grant all on all sequences in schema ${db.database.catalogSchema} to ${role}`);
    const dsn = new URL(db.dsn);
    dsn.username = role;
    dsn.password = "guest";
    guest = await openDatabase({ dsn: dsn.toString() });
  });

  afterAll(async () => {
    await guest.close();
    await db.rows(`drop owned by ${role}`);
    await db.rows(`drop role ${role}`);
  });

  test("is told what it lacks, and changes nothing", async () => {
    const before = await snapshot(db);
    await expect(load(guest, dataset("VDP", 3))).rejects.toMatchObject({
      code: "PERMISSION",
      message: expect.stringContaining("owner"),
    });
    expect(await snapshot(db)).toEqual(before);
  });

  test("may not lock the table without rights to write, and is told so", async () => {
    await db.rows(`revoke insert, update, delete, truncate on nodes from ${role}`);
    await expect(load(guest, dataset("VDP", 3))).rejects.toMatchObject({ code: "PERMISSION" });
    await db.rows(`grant all on nodes to ${role}`);
  });

  test("may do a dry run", async () => {
    const { report } = await load(guest, dataset("VDP", 3), { dryRun: true });
    expect(report.nodes.inserted).toBe(7);
  });

  test("may load once it is a member of the owner", async () => {
    const owner = await db.value<string>("select tableowner from pg_tables where tablename = 'nodes'");
    await db.rows(`grant ${owner} to ${role}`);
    const { report } = await load(guest, dataset("VDP", 3));
    expect(report.nodes.inserted).toBe(7);
    expect(await verifyCatalog(db.database)).toMatchObject({ ok: true });
  });
});

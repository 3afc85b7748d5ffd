// How the triggers stay out of an online load: what each role may, and what belongs to others.

import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { verifyCatalog } from "../../../src/catalog/index.ts";
import { type Database, openDatabase } from "../../../src/database/index.ts";
import { useDatabase } from "../../support/database.ts";
import { dataset, load } from "../../support/nodes.ts";

const db = useDatabase();
let round = 0;

/** Other nodes each time, so that there is something to insert. */
function someNodes() {
  round += 1;
  return dataset(`D${round}`, 4, 2);
}

async function expectSound(): Promise<void> {
  expect((await verifyCatalog(db.database)).checks.filter(({ ok }) => !ok)).toEqual([]);
  // Foreign keys that were passed over hold all the same: to add one checks every row.
  await db.rows(`
    begin;
    alter table nodes_closure add constraint again_a foreign key (ancestor) references nodes;
    alter table nodes_closure add constraint again_d foreign key (descendant) references nodes;
    alter table data_sources add constraint again_s foreign key (structure_id) references structures;
    alter table data_source_asset_association add constraint again_f foreign key (asset_id) references assets;
    rollback`);
}

describe("a superuser", () => {
  test.each([
    ["auto", "replica"],
    ["replica", "replica"],
    ["disable", "disable"],
  ] as const)("with %s takes %s", async (triggers, taken) => {
    const { report } = await load(db.database, someNodes(), { mode: "online", triggers });
    expect(report).toMatchObject({ triggers: taken, closure: { strategy: "delta" } });
    await expectSound();
    expect(await db.value("show session_replication_role")).toBe("origin");
  });

  test("offline always disables", async () => {
    const { report } = await load(db.database, someNodes(), { mode: "offline", triggers: "replica" });
    expect(report.triggers).toBe("disable");
    await expectSound();
  });
});

describe("an offline load that comes in between", () => {
  test.each([
    [
      "a writer's two statements",
      "insert into structures values ('s', '{}')",
      "select count(*) from data_sources",
    ],
    ["a reader's two statements", "select count(*) from assets", "select count(*) from nodes"],
  ])("waits for %s without a deadlock", async (_who, first, second) => {
    const client = await db.database.pool.connect();
    try {
      await client.query("begin");
      await client.query(first);
      const loading = load(db.database, someNodes(), { mode: "offline" });
      // Until the load stands in the queue, or has tried and pauses.
      await expect
        .poll(
          () =>
            db.value(`
              select count(*)::int from pg_stat_activity
              where datname = current_database() and pid <> pg_backend_pid() and query ~ 'lock table|copycat_lock'`),
          { timeout: 10_000 },
        )
        .toBeGreaterThan(0);
      await client.query(second);
      await client.query("rollback");
      expect((await loading).report.nodes.inserted).toBe(13);
    } finally {
      await client.query("rollback");
      client.release();
    }
  });
});

describe("triggers and foreign keys of others", () => {
  beforeEach(async () => {
    await db.rows(`
      drop table if exists seen, labels cascade;
      create table seen (id int);
      create or replace function see() returns trigger language plpgsql as
        $$ begin insert into public.seen values (new.id); return new; end $$`);
  });

  test("a trigger of the laboratory's fires", async () => {
    await db.rows("create trigger see after insert on nodes for each row execute function see()");
    const { report } = await load(db.database, someNodes(), { mode: "online" });
    expect(report.triggers).toBe("disable");
    expect(await db.value("select count(*)::int from seen")).toBe(report.nodes.inserted);
    await expect(
      load(db.database, someNodes(), { mode: "online", triggers: "replica" }),
    ).rejects.toMatchObject({ code: "CATALOG_VERSION", message: expect.stringContaining("(see)") });
    await db.rows("drop trigger see on nodes");
  });

  test("a foreign key to another table holds", async () => {
    await db.rows(`
      create table labels (family structurefamily primary key);
      insert into labels select unnest(enum_range(null::structurefamily));
      alter table nodes add constraint mine foreign key (structure_family) references labels`);
    const { report } = await load(db.database, someNodes(), { mode: "online" });
    expect(report.triggers).toBe("disable");
    await db.rows("alter table nodes drop constraint mine");
  });
});

describe("an owner who is no superuser", () => {
  const role = `copycat_owner_${randomBytes(4).toString("hex")}`;
  let owner: Database;

  beforeAll(async () => {
    await db.rows(`create role ${role} login password 'owner'`);
    await db.rows(`
      do $$ declare t regclass; begin
        for t in select c.oid::regclass from pg_class c
          where relnamespace = 'public'::regnamespace and relkind = 'r' loop
          execute format('alter table %s owner to ${role}', t);
        end loop; end $$`);
    const dsn = new URL(db.dsn);
    dsn.username = role;
    dsn.password = "owner";
    owner = await openDatabase({ dsn: dsn.toString() });
  });

  afterAll(async () => {
    await owner.close();
    await db.rows(`reassign owned by ${role} to current_user`);
    await db.rows(`drop owned by ${role}`);
    await db.rows(`drop role ${role}`);
  });

  test.each(["auto", "disable"] as const)("loads online with %s, and offline", async (triggers) => {
    const { report } = await load(owner, someNodes(), { mode: "online", triggers });
    expect(report.triggers).toBe("disable");
    await db.rows(`grant create on schema ${db.database.catalogSchema} to ${role}`);
    const offline = await load(owner, someNodes(), { mode: "offline", triggers });
    expect(offline.report.phases.map(({ name }) => name)).toContain("indexes");
    await db.rows(`revoke create on schema ${db.database.catalogSchema} from ${role}`);
    await expectSound();
  });

  test("loads offline with the indexes in place when it may not make new ones, and is told", async () => {
    // Before 15 everybody may, unless it was revoked.
    await db.rows(`revoke create on schema ${db.database.catalogSchema} from public`);
    const { report, notices } = await load(owner, someNodes(), { mode: "offline" });
    expect(report.nodes.inserted).toBe(13);
    expect(report.phases.map(({ name }) => name)).not.toContain("indexes");
    expect(notices).toEqual([expect.stringContaining(`grant create on schema "public" to ${role}`)]);
    await expectSound();
  });

  test("is told which right replica needs", async () => {
    await expect(load(owner, someNodes(), { mode: "online", triggers: "replica" })).rejects.toMatchObject({
      code: "PERMISSION",
      message: expect.stringContaining("grant set on parameter session_replication_role"),
    });
  });

  test("takes replica once that is granted, where the server has such grants", async () => {
    const version = Number(await db.value("show server_version_num"));
    if (version < 150_000) {
      await expect(db.rows(`grant set on parameter session_replication_role to ${role}`)).rejects.toThrow();
      return;
    }
    await db.rows(`grant set on parameter session_replication_role to ${role}`);
    const { report } = await load(owner, someNodes(), { mode: "online" });
    expect(report.triggers).toBe("replica");
    await db.rows(`revoke set on parameter session_replication_role from ${role}`);
    await expectSound();
  });
});

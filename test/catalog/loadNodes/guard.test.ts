// How the triggers stay out of an online load: whatever the mode, and what belongs to others.

import { beforeEach, describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.ts";
import { dataset, load } from "../../support/nodes.ts";
import { expectSound } from "../../support/soundCatalog.ts";

const db = useDatabase();
let round = 0;

/** Other nodes each time, so that there is something to insert. */
function someNodes() {
  round += 1;
  return dataset(`D${round}`, 4, 2);
}

describe("a superuser", () => {
  test.each([
    ["auto", "replica"],
    ["replica", "replica"],
    ["disable", "disable"],
  ] as const)("with %s takes %s", async (triggers, taken) => {
    const { report } = await load(db.database, someNodes(), { mode: "online", triggers });
    expect(report).toMatchObject({ triggers: taken, closure: { strategy: "delta" } });
    await expectSound(db);
    expect(await db.value("show session_replication_role")).toBe("origin");
  });

  test("offline always disables", async () => {
    const { report } = await load(db.database, someNodes(), { mode: "offline", triggers: "replica" });
    expect(report.triggers).toBe("disable");
    await expectSound(db);
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
    const seen = `${db.database.catalogSchema}.seen`;
    await db.rows("drop table if exists seen, labels cascade");
    await db.rows("create table seen (id int)");
    await db.rows(`
      create or replace function see() returns trigger language plpgsql as
        $$ begin insert into ${seen} values (new.id); return new; end $$`);
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
    await db.rows("create table labels (family structurefamily primary key)");
    await db.rows("insert into labels select unnest(enum_range(null::structurefamily))");
    await db.rows("alter table nodes add constraint mine foreign key (structure_family) references labels");
    const { report } = await load(db.database, someNodes(), { mode: "online" });
    expect(report.triggers).toBe("disable");
    await db.rows("alter table nodes drop constraint mine");
  });
});

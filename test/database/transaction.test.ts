import { beforeAll, describe, expect, test } from "vitest";
import { withClientCursor, withRollback, withTransaction } from "../../src/database/index.ts";
import { useDatabase } from "../support/database.ts";

const db = useDatabase({ empty: true });

beforeAll(async () => {
  await db.rows("create table marks (mark text)");
});

function marks(): Promise<object[]> {
  return db.rows("select mark from marks order by 1");
}

describe("a transaction", () => {
  test("commits what its work did, and gives its result", async () => {
    const result = await withTransaction(db.database, async (client) => {
      await client.query("insert into marks values ('kept')");
      return 42;
    });
    expect(result).toBe(42);
    expect(await marks()).toEqual([{ mark: "kept" }]);
  });

  test("is undone when its work throws, and its error comes through unchanged", async () => {
    const error = new Error("changed my mind");
    const failing = withTransaction(db.database, async (client) => {
      await client.query("insert into marks values ('lost')");
      throw error;
    });
    await expect(failing).rejects.toBe(error);
    expect(await marks()).toEqual([{ mark: "kept" }]);
  });

  test("that fails takes its connection out of the pool", async () => {
    let pid = 0;
    await withTransaction(db.database, async (client) => {
      pid = (await client.query<{ pid: number }>("select pg_backend_pid() as pid")).rows[0]?.pid ?? 0;
      await client.query("select 1 / 0");
    }).catch(() => undefined);
    expect(pid).toBeGreaterThan(0);
    await expect
      .poll(() => db.value("select count(*)::int from pg_stat_activity where pid = $1", [pid]))
      .toBe(0);
  });

  test("whose connection breaks between two queries rejects, and the process lives", async () => {
    const broken = withTransaction(db.database, async (client) => {
      const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
      await db.rows("select pg_terminate_backend($1)", [rows[0]?.pid]);
      await new Promise((resolve) => setTimeout(resolve, 50));
      await client.query("select 1");
    });
    await expect(broken).rejects.toThrow();
    expect(await db.value("select 1")).toBe(1);
  });

  test("leaves no listener on the connection it gives back", async () => {
    const listeners = new Set<number>();
    for (let turn = 0; turn < 5; turn++) {
      await withTransaction(db.database, async (client) => listeners.add(client.listenerCount("error")));
    }
    expect(listeners.size).toBe(1);
  });

  test("that is to be rolled back gives its result and changes nothing", async () => {
    const seen = await withRollback(db.database, async (client) => {
      await client.query("insert into marks values ('looked at')");
      return (await client.query("select mark from marks")).rows.length;
    });
    expect(seen).toBe(2);
    expect(await marks()).toEqual([{ mark: "kept" }]);
  });
});

describe("a commit that fails", () => {
  test("by a deferred constraint is undone, and the server's error comes through", async () => {
    await db.rows("create table once (mark text unique deferrable initially deferred)");
    const refused = withTransaction(db.database, (client) =>
      client.query("insert into once values ('a'), ('a')"),
    );
    await expect(refused).rejects.toMatchObject({ code: "23505" });
    expect(await db.rows("select mark from once")).toEqual([]);
  });

  test("because the connection broke says that nobody knows whether it took place", async () => {
    await db.rows(`create function fall() returns trigger language plpgsql as
      $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$`);
    await db.rows("create table trap (mark text)");
    await db.rows(`create constraint trigger fall after insert on trap deferrable initially deferred
      for each row execute function fall()`);
    const broken = withTransaction(db.database, (client) => client.query("insert into trap values ('a')"));
    await expect(broken).rejects.toMatchObject({
      code: "CONNECTION",
      message: expect.stringContaining("not known whether the changes are in"),
    });
    expect(await db.rows("select mark from trap")).toEqual([]);
  });
});

describe("a cursor", () => {
  test.each([0, 1, 999, 1000, 1001, 2500])("streams %i rows in their order", async (count) => {
    const found: number[] = [];
    const text = "select i from generate_series(1, $1::int) i";
    for await (const { i } of withClientCursor<{ i: number }>(db.database, text, [count])) found.push(i);
    expect(found).toEqual(Array.from({ length: count }, (_, index) => index + 1));
  });

  test("that is left early gives its connection free", async () => {
    for (let turn = 0; turn < 10; turn++) {
      for await (const row of withClientCursor(db.database, "select generate_series(1, 5000) as i", [])) {
        expect(row).toEqual({ i: 1 });
        break;
      }
    }
    expect(db.database.pool.waitingCount).toBe(0);
    expect(await db.value("select 1")).toBe(1);
  });

  test("does not write", async () => {
    const writing = withClientCursor(db.database, "select setval('pg_catalog.none', 1)", []);
    await expect(writing.next()).rejects.toMatchObject({ code: "42P01" });
    await db.rows("create sequence counter");
    const counting = withClientCursor(db.database, "select nextval('counter')", []);
    await expect(counting.next()).rejects.toMatchObject({ code: "25006" });
  });
});

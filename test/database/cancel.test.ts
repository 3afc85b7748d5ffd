import { describe, expect, test } from "vitest";
import { withCancel, withTransaction } from "../../src/database/index.ts";
import { useDatabase } from "../support/database.ts";

const db = useDatabase({ empty: true });

describe("a signal on a connection", () => {
  test("cancels the statement that runs", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    const start = performance.now();
    const cancelled = withTransaction(db.database, (client) =>
      withCancel(db.database, client, controller.signal, () => client.query("select pg_sleep(20)")),
    );
    await expect(cancelled).rejects.toMatchObject({ code: "57014" });
    expect(performance.now() - start).toBeLessThan(5000);
  });

  test("that comes after the work leaves the connection alone", async () => {
    const controller = new AbortController();
    const slept = await withTransaction(db.database, async (client) => {
      await withCancel(db.database, client, controller.signal, () => client.query("select 1"));
      controller.abort();
      return (await client.query("select pg_sleep(0.2), 'slept' as state")).rows[0]?.state;
    });
    expect(slept).toBe("slept");
  });

  test("may be missing", async () => {
    const { rows } = await withTransaction(db.database, (client) =>
      withCancel(db.database, client, undefined, () => client.query("select 1 as one")),
    );
    expect(rows).toEqual([{ one: 1 }]);
  });
});

// Stopped or broken at any moment: nothing half done, and the connections usable or gone.

import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { bulkLoad } from "../../src/bulk/index.ts";
import { withTransaction } from "../../src/database/index.ts";
import { stock, useStock } from "./stock.support.ts";

const { db, load, stored } = useStock();

function* many(count: number) {
  for (let index = 0; index < count; index++)
    yield { key: `k${index}`, value: index % 100, note: `n${index}` };
}

async function* stuck(signal: { wasClosed: boolean }) {
  try {
    yield* many(10);
    await sleep(1_000_000, undefined, { ref: false });
  } finally {
    signal.wasClosed = true;
  }
}

/** Ends the connection under a load that is in its transaction; waits for one that is about to begin it. */
async function killLoader(): Promise<void> {
  for (let killed = 0; killed === 0; await sleep(5)) {
    const [row] = await db.rows<{ killed: number }>(`
      select count(*) filter (where pg_terminate_backend(pid))::int as killed
      from pg_stat_activity
      where backend_xid is not null and pid <> pg_backend_pid() and datname = current_database()`);
    killed = row?.killed ?? 0;
  }
}

/** What comes after the kill, so that the load cannot be at its commit. */
function* later() {
  for (let index = 0; index < 1000; index++) yield { key: `later${index}` };
}

describe("an abort", () => {
  test("before the start reads nothing", async () => {
    await expect(load(many(10), { policy: "skip", signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "CANCELLED",
    });
  });

  test("while the source is stuck ends the load at once", async () => {
    const source = stuck({ wasClosed: false });
    const start = performance.now();
    await expect(load(source, { policy: "skip", signal: AbortSignal.timeout(100) })).rejects.toMatchObject({
      code: "CANCELLED",
    });
    expect(performance.now() - start).toBeLessThan(5000);
    expect(await stored()).toEqual([]);
  });

  test.each(["auto", "staged"] as const)("at any moment leaves nothing behind, path %s", async (path) => {
    for (const delayMs of [1, 5, 20, 50, 100, 200]) {
      const loading = load(many(200_000), {
        policy: "skip",
        path,
        batchRows: 5000,
        signal: AbortSignal.timeout(delayMs),
      });
      await expect(loading).rejects.toMatchObject({ code: "CANCELLED" });
      expect(await db.value("select count(*)::int from stock")).toBe(0);
    }
    // The pool still has connections that work.
    expect((await load(many(10), { policy: "skip" })).report.inserted).toBe(10);
  });

  test("while a lock is waited for", async () => {
    const blocker = await db.database.pool.connect();
    await blocker.query("begin; lock table stock in access exclusive mode");
    const loading = load(many(10), { policy: "skip", signal: AbortSignal.timeout(200) });
    await expect(loading).rejects.toMatchObject({ code: "CANCELLED" });
    await blocker.query("rollback");
    blocker.release();
    expect(await stored()).toEqual([]);
  });

  test("inside a transaction of the caller's leaves that usable", async () => {
    await withTransaction(db.database, async (client) => {
      await client.query("insert into stock (key) values ('before')");
      await expect(
        bulkLoad(client, stock, many(200_000), { policy: "skip", signal: AbortSignal.timeout(30) }),
      ).rejects.toMatchObject({ code: "CANCELLED" });
      await client.query("insert into stock (key) values ('after')");
    });
    expect((await stored()).map(({ key }) => key)).toEqual(["after", "before"]);
  });
});

describe("a failure", () => {
  test("of the source closes it and undoes the load", async () => {
    const state = { wasClosed: false };
    function* failing() {
      try {
        yield* many(50);
        throw new Error("the disk is gone");
      } finally {
        state.wasClosed = true;
      }
    }
    await expect(load(failing(), { policy: "skip", batchRows: 10 })).rejects.toThrow("the disk is gone");
    expect(state.wasClosed).toBe(true);
    expect(await stored()).toEqual([]);
  });

  test("inside a transaction of the caller's undoes the load only", async () => {
    await withTransaction(db.database, async (client) => {
      await client.query("insert into stock (key) values ('k3')");
      await expect(bulkLoad(client, stock, many(10), { policy: "error" })).rejects.toMatchObject({
        code: "CONFLICT",
      });
      expect((await bulkLoad(client, stock, many(10), { policy: "skip" })).inserted).toBe(9);
    });
    expect(await stored()).toHaveLength(10);
  });

  test("that passes is tried again when the records can be read again", async () => {
    let reads = 0;
    let restarts = 0;
    async function* source() {
      reads += 1;
      yield* many(100);
      // The first time, the server ends the connection under the load.
      if (reads === 1) await killLoader();
      yield* later();
    }
    const { report } = await load(() => source(), {
      policy: "skip",
      batchRows: 20,
      onRestart: () => {
        restarts += 1;
      },
    });
    expect(report.inserted).toBe(1100);
    expect([reads, restarts]).toEqual([2, 1]);
  });

  test("that passes is an error when they cannot", async () => {
    async function* source() {
      yield* many(100);
      await killLoader();
      yield* later();
    }
    await expect(load(source(), { policy: "skip", batchRows: 20 })).rejects.toMatchObject({
      message: expect.stringContaining("nothing was changed"),
    });
    expect(await stored()).toEqual([]);
  });
});

test("a slow server slows the source", async () => {
  let produced = 0;
  function* source() {
    for (; produced < 400_000; produced++)
      yield { key: `k${produced}`, note: `${"x".repeat(100)}${produced}` };
  }
  const blocker = await db.database.pool.connect();
  await blocker.query("begin; lock table stock in share mode");
  const loading = load(source(), { policy: "error" });
  await sleep(700);
  const ahead = produced;
  await blocker.query("rollback");
  blocker.release();
  await loading;
  expect(produced).toBe(400_000);
  expect(ahead).toBeLessThan(100_000);
});

test("progress tells phases, rows, bytes, rate and the time left", async () => {
  const told: { phase: string; rows: number; bytes: number; etaMs: number | null }[] = [];
  await load(many(60_000), {
    policy: "skip",
    path: "staged",
    totalRows: 60_000,
    onProgress: (progress) => told.push(progress),
  });
  expect(told.length).toBeGreaterThan(1);
  expect(told.map(({ rows }) => rows).every((rows) => rows <= 60_000)).toBe(true);
  expect(told.some(({ phase }) => phase === "settle")).toBe(true);
  expect(told[0]?.bytes).toBeGreaterThan(0);
  expect(told[0]?.etaMs).not.toBeNull();
});

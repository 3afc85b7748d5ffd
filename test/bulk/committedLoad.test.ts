// Loads that commit batch by batch: stopped anywhere, they go on exactly where they were.

import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { bulkLoad } from "../../src/bulk/index.ts";
import { type Database, openDatabase, withTransaction } from "../../src/database/index.ts";
import { stock, useStock } from "./stock.support.ts";

const { db, load, stored } = useStock();

/** Counters add up, so a row that is loaded twice or not at all shows. */
const input = (count: number) =>
  Array.from({ length: count }, (_unused, index) => ({
    key: `k${index % 700}`,
    value: index % 900,
    uses: 1,
  }));

class Interrupted extends Error {}

function* interrupted(count: number, at: number) {
  for (const [index, record] of input(count).entries()) {
    if (index === at) throw new Interrupted();
    yield record;
  }
}

async function clean(count: number): Promise<Record<string, unknown>[]> {
  await load(input(count), { policy: "update" });
  const rows = await stored();
  await db.rows("truncate stock");
  return rows;
}

describe("a load that was stopped", () => {
  test.each([1, 2])("goes on after the last commit, with %i connections", async (connections) => {
    const expected = await clean(2000);
    const options = {
      policy: "update",
      commitEvery: 100,
      loadId: `stopped-${connections}`,
      connections,
    } as const;
    await expect(load(interrupted(2000, 950), options)).rejects.toThrow(Interrupted);
    const between = await db.value<number>("select sum(uses)::int from stock");
    expect(between).toBeGreaterThanOrEqual(900 - connections * 100);
    expect(between).toBeLessThanOrEqual(950);
    const { report } = await load(input(2000), options);
    expect(report.read).toBe(2000);
    expect(await stored()).toEqual(expected);
  });

  test("does nothing when it was finished", async () => {
    const options = { policy: "update", commitEvery: 100, loadId: "finished" } as const;
    const first = await load(input(250), options);
    expect(first.report).toMatchObject({ read: 250, inserted: 250 });
    const again = await load(input(250), options);
    expect(again.report).toEqual(first.report);
    expect(await db.value("select sum(uses)::int from stock")).toBe(250);
  });

  test("tells the rejects of what is loaded now, and counts all", async () => {
    const bad = input(500).map((record, index) => (index % 100 === 50 ? { ...record, value: 1000 } : record));
    const options = { policy: "skip", commitEvery: 100, loadId: "rejects" } as const;
    await expect(
      load(
        (function* () {
          yield* bad.slice(0, 300);
          throw new Interrupted();
        })(),
        options,
      ),
    ).rejects.toThrow(Interrupted);
    const { report, rejects } = await load(bad, options);
    expect(report).toMatchObject({ read: 500, inserted: 495, rejected: 5 });
    expect(rejects.map(({ position }) => position)).toEqual([350, 450]);
  });

  test("is not mixed up with another one of its name", async () => {
    const options = { policy: "update", commitEvery: 100, loadId: "name" } as const;
    await load(input(10), options);
    await expect(load(input(10), { ...options, policy: "skip" })).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("was begun with policy update, not skip"),
    });
  });
});

test("two processes that run the same load collide before any row is doubled", async () => {
  const options = { policy: "update", commitEvery: 10, loadId: "twice" } as const;
  const results = await Promise.allSettled([load(input(600), options), load(input(600), options)]);
  const failures = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
  expect(failures.length).toBeLessThan(2);
  for (const failure of failures) expect(failure).toMatchObject({ code: "CONFLICT" });
  expect(await db.value("select sum(uses)::int from stock")).toBe(600);
});

test("a load without a name leaves nothing in the ledger", async () => {
  await load(input(100), { policy: "skip", commitEvery: 30 });
  expect(await db.value("select count(*)::int from copycat.bulk_load where load_id like 'unnamed%'")).toBe(0);
});

test("needs a database of its own", async () => {
  await expect(
    withTransaction(db.database, (client) => bulkLoad(client, stock, [], { policy: "skip", commitEvery: 1 })),
  ).rejects.toMatchObject({ code: "USAGE" });
});

test("connections killed 50 times at random, and the table is what a clean load gives", async () => {
  const expected = await clean(20_000);
  const loader = await openDatabase({ dsn: db.dsn, applicationName: "copycat:victim" });
  let isOver = false;
  let kills = 0;
  const killer = (async () => {
    while (!isOver && kills < 50) {
      await sleep(Math.random() * 60);
      kills += await killLoader();
    }
  })();
  let runs = 0;
  // Slowly enough that 50 kills find their moment; a run gives up after one or two tries of a batch.
  async function* slowly() {
    for (const [index, record] of input(20_000).entries()) {
      if (index % 50 === 0 && kills < 50) await sleep(3);
      yield record;
    }
  }
  try {
    for (let isDone = false; !isDone; runs++) isDone = await runOnce(loader, slowly(), (runs % 2) + 1);
  } finally {
    isOver = true;
    await killer;
    await loader.close();
  }
  expect(kills).toBeGreaterThanOrEqual(50);
  expect(runs).toBeGreaterThan(1);
  expect(await stored()).toEqual(expected);
});

/** True when the load came to its end. */
async function runOnce(loader: Database, records: AsyncIterable<object>, attempts: number): Promise<boolean> {
  try {
    const options = { policy: "update", commitEvery: 50, loadId: "victim", attempts } as const;
    await bulkLoad(loader, stock, records as AsyncIterable<Record<string, unknown>>, options);
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: expect.stringMatching(/^(CONNECTION|DATABASE)$/) });
    return false;
  }
}

async function killLoader(): Promise<number> {
  const [row] = await db.rows<{ kills: number }>(`
    select count(*) filter (where pg_terminate_backend(pid))::int as kills
    from pg_stat_activity where application_name = 'copycat:victim' and datname = current_database()`);
  return row?.kills ?? 0;
}

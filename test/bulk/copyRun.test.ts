// Loads of so many bytes that several batches share a COPY: what is refused in one, and a source that is slow or fails.

import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { bulkLoad } from "../../src/bulk/index.ts";
import { withTransaction } from "../../src/database/index.ts";
import { noCounts, stock, useStock } from "./stock.support.ts";

const { db, load } = useStock();

/** Three of these fill a batch, six or more a COPY. */
const text = "n".repeat(180_000);

const big = (index: number) => ({ key: `k${index}`, value: index % 100, body: { text } });

const someBig = (count: number) => Array.from({ length: count }, (_unused, index) => big(index));

async function countStored() {
  const [row] = await db.rows<{ rows: number; characters: number }>(`
    select count(*)::int as rows, coalesce(sum(length(body ->> 'text')), 0)::int as characters
    from public.stock`);
  return row;
}

const whole = (rows: number) => ({ rows, characters: rows * text.length });

test("a batch that comes while those before it are sent once more, one by one, waits for them", async () => {
  const rows = someBig(30);
  const there = rows.filter(({ key }) => /[5-9]$/.test(key)).slice(1);
  // A COPY ends when nothing comes for 100 ms, and it takes some more until it is known that rows are there already.
  for (let waits = 100; waits <= 130; waits += 2) {
    await db.rows("truncate public.stock");
    await load(there, { policy: "skip" });
    async function* source() {
      yield* rows.slice(0, 10);
      await sleep(waits);
      yield* rows.slice(10);
    }
    const { report } = await load(source(), { policy: "skip" });
    const skipped = there.length;
    expect(report, `after ${waits} ms`).toEqual({ ...noCounts, read: 30, inserted: 30 - skipped, skipped });
    expect((await countStored())?.rows).toBe(30);
  }
});

describe.each(["auto", "staged"] as const)("path %s", (path) => {
  test("what several batches hold is in, once", async () => {
    const { report } = await load(someBig(50), { policy: "skip", path });
    expect(report).toEqual({ ...noCounts, read: 50, inserted: 50 });
    expect(await countStored()).toEqual(whole(50));
  });

  test.each([0, 7, 24, 49])("row %i that the server refuses is the only one missing", async (bad) => {
    const rows = someBig(50).map((row, index) => (index === bad ? { ...row, value: 1000 } : row));
    const { report, rejects } = await load(rows, { policy: "skip", path });
    expect(report).toEqual({ ...noCounts, read: 50, inserted: 49, rejected: 1 });
    expect(rejects).toMatchObject([{ position: bad, code: "23514" }]);
    expect(await countStored()).toEqual(whole(49));
  });

  test.each([
    ["skip", { skipped: 1 }],
    ["update", { updated: 1 }],
  ] as const)("a row in the midst meets its like, %s", async (policy, met) => {
    await load([{ key: "k31", value: 5, body: null }], { policy: "skip" });
    const { report } = await load(someBig(50), { policy, path });
    expect(report).toEqual({ ...noCounts, read: 50, inserted: 49, ...met });
    expect(await countStored()).toEqual({ ...whole(policy === "update" ? 50 : 49), rows: 50 });
  });

  test("a source that fails leaves nothing behind, and the connection usable", async () => {
    const failing = function* () {
      yield* someBig(20);
      throw new Error("the file ends here");
    };
    await withTransaction(db.database, async (client) => {
      const loading = bulkLoad(client, stock, failing(), { policy: "skip", path });
      await expect(loading).rejects.toThrow("the file ends here");
      expect((await client.query("select count(*)::int as rows from public.stock")).rows).toEqual([
        { rows: 0 },
      ]);
    });
  });

  test("a source may ask the very connection that the load is on", async () => {
    await withTransaction(db.database, async (client) => {
      const asking = async function* () {
        for (let index = 0; index < 20; index++) {
          if (index % 7 === 5) await client.query("select 1");
          yield big(index);
        }
      };
      const report = await bulkLoad(client, stock, asking(), { policy: "skip", path });
      expect(report).toMatchObject({ inserted: 20 });
    });
    expect(await countStored()).toEqual(whole(20));
  });
});

test("while a source pauses, no COPY stands open", async () => {
  let during: unknown;
  const pausing = async function* () {
    yield* someBig(10);
    await sleep(400);
    const [row] = await db.rows(`
      select string_agg(state || ': ' || left(query, 20), '; ') as doing from pg_stat_activity
      where query like 'savepoint%copy%' and state = 'active' and datname = current_database()`);
    during = row?.doing;
    yield big(10);
  };
  const { report } = await load(pausing(), { policy: "skip" });
  expect(during).toBeNull();
  expect(report).toMatchObject({ inserted: 11 });
});

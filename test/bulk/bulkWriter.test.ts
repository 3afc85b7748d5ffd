import { describe, expect, test } from "vitest";
import { BulkWriter, type RejectedRow } from "../../src/bulk/index.ts";
import { stock, useStock } from "./stock.support.ts";

const { db, stored } = useStock();

test("accumulates, then commits", async () => {
  await using writer = new BulkWriter(db.database, stock, { policy: "update", batchRows: 10 });
  for (let index = 0; index < 25; index++) await writer.add({ key: `k${index}`, value: index });
  expect(await stored()).toEqual([]);
  expect(await writer.close()).toMatchObject({ read: 25, inserted: 25 });
  expect(await stored()).toHaveLength(25);
});

test("flush sends what there is, and the rest of the program does not see it yet", async () => {
  await using writer = new BulkWriter(db.database, stock, { policy: "skip" });
  await writer.add({ key: "a", uses: 1 });
  expect(await writer.flush()).toMatchObject({ read: 1, inserted: 1 });
  await writer.add({ key: "a", uses: 1 });
  expect(await writer.flush()).toMatchObject({ read: 2, inserted: 1, skipped: 1 });
  expect(await stored()).toEqual([]);
  await writer.close();
  expect(await stored()).toMatchObject([{ key: "a", uses: 1 }]);
});

test("nothing added, nothing done", async () => {
  await using writer = new BulkWriter(db.database, stock, { policy: "skip" });
  expect(await writer.close()).toMatchObject({ read: 0 });
});

test("left by an exception, nothing is written", async () => {
  const leave = async (): Promise<void> => {
    await using writer = new BulkWriter(db.database, stock, { policy: "skip", batchRows: 2 });
    for (let index = 0; index < 5; index++) await writer.add({ key: `k${index}` });
    throw new Error("the program has a bug");
  };
  await expect(leave()).rejects.toThrow("the program has a bug");
  expect(await stored()).toEqual([]);
  // The server takes a moment to see that a connection is gone.
  await expect
    .poll(() =>
      db.value(
        "select count(*)::int from pg_stat_activity where state = 'idle in transaction' and datname = current_database()",
      ),
    )
    .toBe(0);
});

describe("errors", () => {
  test("an unknown policy is refused by the constructor", () => {
    expect(() => new BulkWriter(db.database, stock, { policy: "replace" as never })).toThrow(
      /Unknown merge policy/,
    );
  });

  test("rejects have their place in all that was added, and a limit over all of it", async () => {
    const told: RejectedRow[] = [];
    await using writer = new BulkWriter(db.database, stock, {
      policy: "skip",
      batchRows: 2,
      maxRejects: 1,
      onReject: (reject) => {
        told.push(reject);
      },
    });
    for (const value of [1, 2, 3, 1000, 4]) await writer.add({ key: `k${value}`, value });
    await writer.flush();
    await expect(
      (async () => {
        await writer.add({ key: "x", value: 1001 });
        await writer.close();
      })(),
    ).rejects.toMatchObject({ code: "TOO_MANY_REJECTS" });
    expect(told.map(({ position }) => position)).toEqual([3, 5]);
    await expect(writer.add({ key: "y" })).rejects.toMatchObject({ code: "USAGE" });
    expect(await stored()).toEqual([]);
  });

  test("a conflict undoes all flushes", async () => {
    await using writer = new BulkWriter(db.database, stock, { policy: "error", batchRows: 2 });
    await writer.add({ key: "a" });
    await writer.add({ key: "b" });
    await writer.add({ key: "a" });
    await expect(writer.close()).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await stored()).toEqual([]);
  });

  test("a writer that was closed takes nothing more", async () => {
    const writer = new BulkWriter(db.database, stock, { policy: "skip" });
    await writer.close();
    await expect(writer.add({ key: "a" })).rejects.toThrow(/is closed/);
  });
});

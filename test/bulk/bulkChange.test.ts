import { beforeEach, describe, expect, test } from "vitest";
import { bulkDelete, bulkUpdate, type RejectedRow, type TableDescription } from "../../src/bulk/index.ts";
import { withTransaction } from "../../src/database/index.ts";
import { stock, useStock } from "./stock.support.ts";

const { db, load, stored } = useStock();

const values: TableDescription = {
  schema: "public",
  name: "stock",
  columns: [
    { name: "key", type: "varchar" },
    { name: "value", type: "int4" },
  ],
  conflictKey: ["key"],
};

beforeEach(async () => {
  await load(
    ["a", "b", "c"].map((key, value) => ({ key, value, note: `note ${key}` })),
    { policy: "error" },
  );
});

describe("bulkUpdate", () => {
  test("changes what differs, leaves the rest and tells what is missing", async () => {
    const missing: [number, string][] = [];
    const report = await bulkUpdate(
      db.database,
      values,
      [
        { key: "b", value: 10 },
        { key: "x", value: 1 },
        { key: "c", value: 5 },
        { key: "a", value: 0 },
        { key: "c", value: 20 },
      ],
      {
        onMissing: (position, record) => {
          missing.push([position, record]);
        },
      },
    );
    expect(report).toEqual({ read: 5, updated: 2, unchanged: 1, missing: 1, duplicates: 1, rejected: 0 });
    expect(missing).toEqual([[1, '{"key":"x"}']]);
    expect(await stored()).toMatchObject([
      { key: "a", value: 0, note: "note a" },
      { key: "b", value: 10, note: "note b" },
      { key: "c", value: 20, note: "note c" },
    ]);
  });

  test.each([
    ["key columns only", { columns: [{ name: "key", type: "text" }] }],
    ["columns that follow others only", { touchColumns: ["value"] }],
    ["no columns to change", { updateColumns: [] }],
  ])("of %s is refused before it begins", async (_what, some) => {
    const change = bulkUpdate(db.database, { ...values, ...some }, [{ key: "a" }]);
    await expect(change).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("nothing to change"),
    });
  });

  test("rejects what the table refuses, and a record without its key; the others are changed", async () => {
    const rejects: RejectedRow[] = [];
    const report = await bulkUpdate(
      db.database,
      values,
      [{ value: 1 }, { key: "a", value: 1000 }, { key: "b", value: 7 }],
      {
        onReject: (reject) => {
          rejects.push(reject);
        },
      },
    );
    expect(report).toEqual({ read: 3, updated: 1, unchanged: 0, missing: 0, duplicates: 0, rejected: 2 });
    expect(rejects).toMatchObject([
      { position: 0, code: "missing_value", column: "key" },
      { position: 1, code: "23514", constraint: "stock_value_small", record: '{"key":"a","value":1000}' },
    ]);
  });

  test("adds to counters", async () => {
    const uses = {
      ...values,
      columns: [values.columns[0], { name: "uses", type: "int4" }],
      addColumns: ["uses"],
    };
    await bulkUpdate(db.database, uses as TableDescription, [
      { key: "a", uses: 2 },
      { key: "a", uses: 3 },
      { key: "b", uses: 0 },
    ]);
    expect((await stored()).map((row) => row.uses)).toEqual([5, 0, 0]);
  });

  test("many rows", async () => {
    const records = Array.from({ length: 30_000 }, (_unused, index) => ({
      key: `k${index}`,
      value: index % 100,
    }));
    await load(records, { policy: "skip" });
    const changed = records.map(({ key, value }) => ({ key, value: value + 1 }));
    expect(await bulkUpdate(db.database, values, changed)).toMatchObject({ updated: 30_000 });
    expect(await db.value("select sum(value)::int from stock where key like 'k%'")).toBe(30_000 * 50.5);
  });
});

describe("bulkDelete", () => {
  test("deletes what is there and tells what is not", async () => {
    const report = await bulkDelete(db.database, stock, [
      { key: "a" },
      { key: "x" },
      { key: "a" },
      { key: "c" },
    ]);
    expect(report).toEqual({ read: 4, deleted: 2, missing: 1, duplicates: 1, rejected: 0 });
    expect((await stored()).map(({ key }) => key)).toEqual(["b"]);
  });

  test("a row that others refer to is a reject", async () => {
    await db.rows("create table public.parts (item varchar(20) constraint parts_item references stock)");
    await db.rows("insert into parts values ('b')");
    const rejects: RejectedRow[] = [];
    const report = await bulkDelete(
      db.database,
      stock,
      ["a", "b", "c"].map((key) => ({ key })),
      {
        onReject: (reject) => {
          rejects.push(reject);
        },
      },
    );
    expect(report).toMatchObject({ deleted: 2, rejected: 1 });
    expect(rejects).toMatchObject([{ position: 1, code: "23503", constraint: "parts_item" }]);
  });

  test("inside a transaction of the caller's", async () => {
    const failing = withTransaction(db.database, async (client) => {
      await bulkDelete(client, stock, [{ key: "a" }]);
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(await stored()).toHaveLength(3);
  });
});

test("without a key there is nothing to find rows by", async () => {
  await expect(bulkDelete(db.database, { ...stock, conflictKey: [] }, [])).rejects.toMatchObject({
    code: "USAGE",
  });
});

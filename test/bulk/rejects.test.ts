// Rows that do not go in: told by place and reason, and none of the others lost.

import { beforeEach, describe, expect, test } from "vitest";
import { bulkLoad, type RejectedRow } from "../../src/bulk/index.ts";
import { noCounts, stock, useStock } from "./stock.support.ts";

const { db, load, stored } = useStock();

const rows = (count: number) =>
  Array.from({ length: count }, (_unused, index) => ({ key: `k${index}`, value: index % 100 }));

describe.each(["auto", "staged"] as const)("path %s", (path) => {
  describe.each(["text", "binary"] as const)("format %s", (format) => {
    test("rows that only the server refuses are found among thousands and named", async () => {
      const input: Record<string, unknown>[] = rows(5000);
      input[17] = { key: "k17", value: 1000 };
      input[4999] = { key: "k4999", value: 5000, body: { big: 12345678901234567890n } };
      const { report, rejects } = await load(input, { policy: "skip", path, format, batchRows: 2000 });
      expect(report).toMatchObject({ read: 5000, inserted: 4998, rejected: 2 });
      expect(rejects).toMatchObject([
        { position: 17, code: "23514", constraint: "stock_value_small" },
        { position: 4999, code: "23514", constraint: "stock_value_small" },
      ]);
      expect(rejects[1]?.record).toContain("12345678901234567890");
      expect(rejects[1]?.message).toContain("stock_value_small");
    });

    test("a violation of another unique key is a reject, not a merge", async () => {
      const { report, rejects } = await load(
        [
          { key: "a", note: "one" },
          { key: "b", note: "one" },
          { key: "c", note: "two" },
        ],
        { policy: "update", path, format },
      );
      expect(report).toMatchObject({ inserted: 2, rejected: 1 });
      expect(rejects).toMatchObject([{ code: "23505", constraint: "stock_note_once" }]);
      expect((await stored()).map(({ key }) => key)).toEqual(["a", "c"]);
    });

    test("every row may be refused", async () => {
      const input = Array.from({ length: 100 }, (_unused, index) => ({ key: `k${index}`, value: 1000 }));
      const { report, rejects } = await load(input, { policy: "update", path, format });
      expect(report).toMatchObject({ read: 100, inserted: 0, rejected: 100 });
      expect(rejects.map(({ position }) => position)).toEqual(input.map((_unused, index) => index));
    });

    test("rejects load once they are mended", async () => {
      const { rejects } = await load(
        [
          { key: "a", value: 1000, body: { n: 2 ** 60, s: "x\ty", list: [1, null] }, note: "n\\N" },
          { key: "x".repeat(21), value: 1 },
          { key: "b", value: 2 },
        ],
        { policy: "skip", path, format },
      );
      expect(rejects).toHaveLength(2);
      const mended = rejects
        .sort((a, b) => a.position - b.position)
        .map(({ record }) => ({ ...JSON.parse(record), value: 7 }))
        .map((record) => ({ ...record, key: record.key.slice(0, 20) }));
      const { report } = await load(mended, { policy: "skip", path, format });
      expect(report).toMatchObject({ inserted: 2, rejected: 0 });
      expect((await stored())[0]).toMatchObject({
        key: "a",
        value: 7,
        body: { n: 2 ** 60, s: "x\ty", list: [1, null] },
        note: "n\\N",
      });
    });
  });
});

describe("what the client sees", () => {
  test("is rejected before it is sent, each with its place, code and column", async () => {
    const { report, rejects } = await load(
      [
        { key: "a" },
        { value: 1 },
        { key: "c", value: 1.5 },
        { key: "d", value: 2 ** 31 },
        { key: "e\u0000" },
        { key: "f", value: "1" },
        { key: "x".repeat(21) },
        { key: "g", colour: "red" },
        { key: "h", body: { a: Number.NaN } },
        { key: "\ud800" },
        null as never,
      ],
      { policy: "skip" },
    );
    expect(report).toMatchObject({ read: 11, inserted: 1, rejected: 10 });
    expect(rejects.map(({ position, code, column }) => [position, code, column])).toEqual([
      [1, "missing_value", "key"],
      [2, "out_of_range", "value"],
      [3, "out_of_range", "value"],
      [4, "nul_character", "key"],
      [5, "wrong_type", "value"],
      [6, "too_long", "key"],
      [7, "unknown_field", "colour"],
      [8, expect.any(String), "body"],
      [9, "lone_surrogate", "key"],
      [10, "wrong_type", undefined],
    ]);
  });

  test("fields that are no columns can be let pass", async () => {
    const { report } = await load([{ key: "g", colour: "red" }], { policy: "skip", extraFields: "ignore" });
    expect(report.inserted).toBe(1);
  });
});

describe("limits", () => {
  let told: RejectedRow[];
  const onReject = (reject: RejectedRow): void => {
    told.push(reject);
  };
  beforeEach(() => {
    told = [];
  });

  test.each([
    ["of the client", { key: "bad", value: "x" }],
    ["of the server", { key: "bad", value: 1000 }],
  ])("one reject too many, %s, and nothing is in", async (_whose, bad) => {
    const input = [...rows(10), bad, { ...bad, key: "worse" }];
    await expect(
      bulkLoad(db.database, stock, input, { policy: "skip", maxRejects: 1, onReject }),
    ).rejects.toMatchObject({ code: "TOO_MANY_REJECTS" });
    expect(told).toHaveLength(2);
    expect(await stored()).toEqual([]);
    const { report } = await load(input, { policy: "skip", maxRejects: 2 });
    expect(report).toMatchObject({ inserted: 10, rejected: 2 });
  });

  test.each([
    ["of the client", { key: "bad", value: "x" }],
    ["of the server", { key: "bad", value: 1000 }],
  ])("abort makes the first one, %s, an error", async (_whose, bad) => {
    await expect(
      bulkLoad(db.database, stock, [...rows(10), bad], { policy: "skip", onError: "abort", onReject }),
    ).rejects.toMatchObject({ code: "INVALID_INPUT", message: expect.stringContaining("Record 10") });
    expect(await stored()).toEqual([]);
  });
});

test("a foreign key and a trigger are refusals of single rows", async () => {
  await db.rows(
    "create table public.parts (id int4 primary key, item varchar(20) references stock, kind text)",
  );
  await db.rows(`
    create or replace function no_ghosts() returns trigger language plpgsql as $$
    begin if new.kind = 'ghost' then raise exception 'no ghosts here'; end if; return new; end $$`);
  await db.rows("create trigger no_ghosts before insert on parts for each row execute function no_ghosts()");
  await load([{ key: "a" }], { policy: "error" });
  const parts = {
    schema: "public",
    name: "parts",
    columns: [
      { name: "id", type: "int4" },
      { name: "item", type: "varchar" },
      { name: "kind", type: "text" },
    ],
    conflictKey: ["id"],
  };
  const { report, rejects } = await load(
    [
      { id: 1, item: "a", kind: "real" },
      { id: 2, item: "nowhere", kind: "real" },
      { id: 3, item: "a", kind: "ghost" },
    ],
    { policy: "skip" },
    parts,
  );
  expect(report).toMatchObject({ inserted: 1, rejected: 2 });
  expect(rejects).toMatchObject([
    { position: 1, code: "23503", constraint: "parts_item_fkey" },
    { position: 2, code: "P0001", message: expect.stringContaining("no ghosts here") },
  ]);
});

test("a row of the load that a later record was to change to what is refused counts as rejected, not as changed", async () => {
  const rows = [
    { key: "a", value: 1, uses: 1 },
    { key: "b", value: 1, uses: 1 },
    { key: "a", value: 1000, uses: 1 },
    { key: "b", value: 2, uses: 1 },
  ];
  const { report, rejects } = await load(rows, { policy: "update", batchRows: 2 });
  expect(report).toEqual({ ...noCounts, read: 4, inserted: 2, duplicates: 1, rejected: 1 });
  expect(rejects).toMatchObject([{ position: 2, code: "23514" }]);
  expect(await stored()).toMatchObject([
    { key: "a", value: 1, uses: 1 },
    { key: "b", value: 2, uses: 2 },
  ]);
});

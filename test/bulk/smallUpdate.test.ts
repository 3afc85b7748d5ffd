// A few rows are updated by one statement, many through staging: nobody can tell which it was.

import { expect, test } from "vitest";
import {
  type BulkUpdateReport,
  bulkLoad,
  bulkUpdate,
  type RejectedRow,
  type TableDescription,
} from "../../src/bulk/index.ts";
import { withTransaction } from "../../src/database/index.ts";
import { fc } from "../support/property.ts";
import { stock, useStock } from "./stock.support.ts";

const { db, stored } = useStock();

const key = fc.constantFrom("a", "b", "c", "d", "e\t", "\\N");
const nullable = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null });
const item = fc.record({
  key,
  // From 1,000 on the table refuses it.
  value: nullable(fc.constantFrom(0, 1, 2, 1000)),
  body: nullable(fc.constantFrom({}, { a: [1, '"', "\\"] }, [null])),
  uses: fc.integer({ min: 0, max: 2 }),
  note: nullable(fc.constantFrom("n", "m")),
  seen_at: nullable(fc.constantFrom("now", "")),
});
const existing = fc.uniqueArray(
  item.map((one) => ({ ...one, value: 1, note: `note of ${one.key}` })),
  { selector: (row) => row.key, maxLength: 5 },
);

/** More than go into one statement, none of which is there. */
const padding = Array.from({ length: 150 }, (_unused, index) => ({ key: `absent ${index}`, uses: 0 }));

interface Outcome {
  report: BulkUpdateReport;
  rows: unknown[];
  codes: (string | number)[][];
  missing: number[];
}

async function updated(before: object[], input: object[], more: object[]): Promise<Outcome> {
  await db.rows("truncate stock");
  await bulkLoad(db.database, stock, before as never, { policy: "error" });
  const rejects: RejectedRow[] = [];
  const missing: number[] = [];
  const report = await bulkUpdate(db.database, stock, [...input, ...more] as never, {
    onReject: (reject) => {
      rejects.push(reject);
    },
    onMissing: (position) => {
      if (position < input.length) missing.push(position);
    },
  });
  const codes = rejects.map((reject) => [reject.position, reject.code]);
  return { report, rows: await stored(), codes: codes.sort(), missing: missing.sort() };
}

test("rows, counts, rejects and missing keys are the same", async () => {
  await fc.assert(
    fc.asyncProperty(existing, fc.array(item, { maxLength: 8 }), async (before, input) => {
      const few = await updated(before, input, []);
      const many = await updated(before, input, padding);
      const { read, missing } = many.report;
      expect(few).toEqual({
        ...many,
        report: { ...many.report, read: read - padding.length, missing: missing - padding.length },
      });
    }),
    { numRuns: 60 },
  );
});

test("in a transaction of the caller's, no temp table is made, and its settings are left alone", async () => {
  await bulkLoad(db.database, stock, [{ key: "a", value: 1 }], { policy: "error" });
  const settings = "select current_setting('enable_seqscan') as scan, current_setting('work_mem') as memory";
  await withTransaction(db.database, async (client) => {
    await client.query("set local enable_seqscan = off; set local work_mem = '5MB'");
    const report = await bulkUpdate(client, stock, [{ key: "a", value: 2 }]);
    expect(report).toMatchObject({ updated: 1, unchanged: 0, missing: 0 });
    expect((await client.query(settings)).rows).toEqual([{ scan: "off", memory: "5MB" }]);
    const temporary = await client.query("select from pg_class where relnamespace = pg_my_temp_schema()");
    expect(temporary.rows).toHaveLength(0);
  });
});

test("a table that has grown since the first update is not read whole", async () => {
  await bulkLoad(db.database, stock, [{ key: "a", value: 1 }], { policy: "error" });
  const client = await db.database.pool.connect();
  try {
    const change = (value: number) => bulkUpdate(client, stock, [{ key: "a", value }]);
    await client.query("begin");
    // So often that the server keeps the plan.
    for (let value = 2; value < 10; value++) await change(value);
    await client.query("commit");
    const many = Array.from({ length: 5000 }, (_unused, index) => ({ key: `k${index}`, value: 0 }));
    await bulkLoad(db.database, stock, many, { policy: "error" });
    await client.query("begin");
    expect(await change(20)).toMatchObject({ updated: 1 });
    const read = "select pg_stat_get_xact_tuples_returned('stock'::regclass)::int as rows";
    expect((await client.query(read)).rows).toEqual([{ rows: 0 }]);
    await client.query("commit");
  } finally {
    client.release();
  }
});

test.each([
  ["uuid", "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "6BA7B810-9DAD-11D1-80B4-00C04FD430C8"],
  ["numeric", "1", "1.0"],
  ["float8", 0, -0],
  ["bpchar", "a", "a "],
])(
  "two texts that are one key of type %s: the last record counts, and counters add up",
  async (type, one, other) => {
    await db.rows(`create table public.twins (key ${type} primary key, value int4, uses int4 not null)`);
    try {
      const twins: TableDescription = {
        schema: "public",
        name: "twins",
        columns: [
          { name: "key", type },
          { name: "value", type: "int4" },
          { name: "uses", type: "int4" },
        ],
        conflictKey: ["key"],
        addColumns: ["uses"],
      };
      await bulkLoad(db.database, twins, [[one, 0, 10]], { policy: "error" });
      const report = await bulkUpdate(db.database, twins, [
        [one, 1, 1],
        [other, 2, 5],
      ]);
      expect(report).toMatchObject({ updated: 1, duplicates: 1, unchanged: 0 });
      expect(await db.rows("select value, uses from twins")).toEqual([{ value: 2, uses: 16 }]);
    } finally {
      await db.rows("drop table public.twins");
    }
  },
);

/** As a reader of a large file does it. */
function* oneObject(): Generator<Record<string, unknown>> {
  const record = { key: "", value: 0 };
  for (const [key, value] of [
    ["a", 7],
    ["b", 8],
  ] as const) {
    Object.assign(record, { key, value });
    yield record;
  }
}

test("a source may use one record again and again", async () => {
  const before = ["a", "b"].map((name) => ({ key: name, value: 1 }));
  await bulkLoad(db.database, stock, before, { policy: "error" });
  await bulkUpdate(db.database, stock, oneObject());
  expect(await stored()).toMatchObject([{ value: 7 }, { value: 8 }]);
  await bulkUpdate(db.database, stock, before);
  // One that is there and one that is not: by INSERT with ON CONFLICT.
  await db.rows("delete from stock where key = 'b'");
  for (let time = 0; time < 2; time++) await bulkLoad(db.database, stock, oneObject(), { policy: "update" });
  expect(await stored()).toMatchObject([
    { key: "a", value: 7 },
    { key: "b", value: 8 },
  ]);
});

test("a column may have any name, also where missing keys are told", async () => {
  await db.rows("create table public.twins (r text primary key, s int4)");
  try {
    const table = {
      schema: "public",
      name: "twins",
      columns: [
        { name: "r", type: "text" },
        { name: "s", type: "int4" },
      ],
      conflictKey: ["r"],
    };
    const missing: string[] = [];
    await bulkUpdate(db.database, table, [["absent", 1]], {
      onMissing: (_position, record) => void missing.push(record),
    });
    expect(missing).toEqual(['{"r":"absent"}']);
  } finally {
    await db.rows("drop table public.twins");
  }
});

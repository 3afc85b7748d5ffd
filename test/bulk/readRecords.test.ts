import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { readRecords, type TableDescription } from "../../src/bulk/index.ts";
import { useStock } from "./stock.support.ts";

const { db, load } = useStock();
const folder = mkdtempSync(join(tmpdir(), "copycat-records-"));
afterAll(() => rmSync(folder, { recursive: true }));

const table: TableDescription = {
  schema: "public",
  name: "exact",
  columns: [
    { name: "id", type: "int8" },
    { name: "price", type: "numeric" },
    { name: "body", type: "jsonb" },
    { name: "tags", type: "text[]" },
  ],
  conflictKey: ["id"],
};

const lines = [
  '{"id": 9223372036854775807, "price": 0.10000000000000000001, "body": {"n": 12345678901234567890, "x": 1.0}, "tags": ["a"]}',
  "",
  '{"id": 2, "price": 1e3, "body": [1, "two"]}',
  '{"id": 3, ',
  "[4, 5, null, null]",
  '{"id": 6, "body": "text"}',
  '"seven"',
].join("\n");

test.each([
  ["plain", lines],
  ["gzip", gzipSync(lines)],
])(
  "JSON lines, %s, load with all their digits; what is no record is a reject in its place",
  async (name, content) => {
    const file = join(folder, name);
    writeFileSync(file, content);
    await db.rows("drop table if exists exact");
    await db.rows("create table public.exact (id int8 primary key, price numeric, body jsonb, tags text[])");
    const { report, rejects } = await load(() => readRecords(file, table), { policy: "skip" }, table);
    expect(report).toMatchObject({ read: 6, inserted: 4, rejected: 2 });
    expect(rejects).toMatchObject([
      {
        position: 2,
        code: "invalid_json",
        message: expect.stringContaining("line 4"),
        record: '"{\\"id\\": 3, "',
      },
      { position: 5, code: "wrong_type", record: '"seven"' },
    ]);
    expect(await db.rows("select id, price::text, body::text, tags from exact order by id desc")).toEqual([
      {
        id: "9223372036854775807",
        price: "0.10000000000000000001",
        body: '{"n": 12345678901234567890, "x": 1.0}',
        tags: ["a"],
      },
      { id: "6", price: null, body: '"text"', tags: null },
      { id: "4", price: "5", body: null, tags: null },
      { id: "2", price: "1000", body: '[1, "two"]', tags: null },
    ]);
  },
);

test("a file that is not there is an error, and nothing is in", async () => {
  await expect(
    load(() => readRecords(join(folder, "none"), table), { policy: "skip" }),
  ).rejects.toMatchObject({
    code: "UNREADABLE_SOURCE",
  });
});

// A table of items, and its load with a report that must add up.

import { beforeEach, expect } from "vitest";
import {
  type BulkLoadOptions,
  type BulkReport,
  bulkLoad,
  type Row,
  type TableDescription,
} from "../../src/bulk/index.ts";
import { withTransaction } from "../../src/database/index.ts";
import { type TestDatabase, useDatabase } from "../support/database.ts";

export const table: TableDescription = {
  schema: "public",
  name: "items",
  columns: [
    { name: "key", type: "text", required: true },
    { name: "value", type: "int4" },
    { name: "body", type: "jsonb", json: "text" },
    { name: "updated_at", type: "text" },
  ],
  conflictKey: ["key"],
  touchColumns: ["updated_at"],
};

export const counts = { inserted: 0, updated: 0, unchanged: 0, skipped: 0, duplicates: 0, rejected: 0 };

export interface Items {
  db: TestDatabase;
  /** Loads, and proves that the report accounts for every row. */
  load(rows: Iterable<Row>, policy: BulkLoadOptions["policy"], into?: TableDescription): Promise<BulkReport>;
  stored(): Promise<object[]>;
}

/** A database with the table, which is empty before each test. */
export function useItems(): Items {
  const db = useDatabase({ empty: true, inPublic: true });
  beforeEach(async () => {
    await db.rows("drop table if exists items");
    await db.rows("create table items (key text primary key, value int4, body jsonb, updated_at text)");
  });
  return {
    db,
    async load(rows, policy, into = table) {
      const report = await withTransaction(db.database, (client) => bulkLoad(client, into, rows, { policy }));
      const { read, ...others } = report;
      expect(Object.values(others).reduce((sum, count) => sum + count, 0)).toBe(read);
      return report;
    },
    stored: () => db.rows("select key, value, body, updated_at from items order by key"),
  };
}

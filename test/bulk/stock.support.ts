// A table with a counter, a column that keeps its value, and checks, on which loads are tried.

import { beforeEach, expect } from "vitest";
import {
  type BulkLoadOptions,
  type BulkReport,
  bulkLoad,
  type Records,
  type RejectedRow,
  type TableDescription,
} from "../../src/bulk/index.ts";
import { type TestDatabase, useDatabase } from "../support/database.ts";

export const stock: TableDescription = {
  schema: "public",
  name: "stock",
  columns: [
    { name: "key", type: "varchar(20)", required: true },
    { name: "value", type: "int4" },
    { name: "body", type: "jsonb" },
    { name: "uses", type: "int4", required: true, default: 0 },
    { name: "note", type: "text" },
    { name: "seen_at", type: "text" },
  ],
  conflictKey: ["key"],
  updateColumns: ["value", "body", "note"],
  touchColumns: ["seen_at"],
  addColumns: ["uses"],
  keepColumns: ["note"],
};

export const noCounts = {
  inserted: 0,
  updated: 0,
  unchanged: 0,
  skipped: 0,
  duplicates: 0,
  rejected: 0,
};

export interface Stock {
  db: TestDatabase;
  /** Loads, and proves that the report accounts for every record. */
  load(
    records: Records | (() => Records),
    options: BulkLoadOptions,
    table?: TableDescription,
  ): Promise<{ report: BulkReport; rejects: RejectedRow[] }>;
  stored(): Promise<Record<string, unknown>[]>;
}

/** A database with the table, which is empty before each test. */
export function useStock(): Stock {
  const db = useDatabase({ empty: true, inPublic: true });
  beforeEach(async () => {
    await db.rows("drop table if exists public.stock, public.parts");
    await db.rows(`
      create table public.stock (
        id bigint generated always as identity,
        key varchar(20) constraint stock_key primary key,
        value int4 constraint stock_value_small check (value < 1000),
        body jsonb,
        uses int4 not null default 0,
        note text constraint stock_note_once unique,
        seen_at text)`);
  });
  return {
    db,
    async load(records, options, table = stock) {
      const rejects: RejectedRow[] = [];
      const onReject = (reject: RejectedRow): void => {
        rejects.push(reject);
      };
      const report = await bulkLoad(db.database, table, records, { onReject, ...options });
      const { read, ...others } = report;
      expect(Object.values(others).reduce((sum, count) => sum + count, 0)).toBe(read);
      expect(Object.values(report).every((count) => count >= 0)).toBe(true);
      return { report, rejects };
    },
    stored: () => db.rows('select key, value, body, uses, note, seen_at from stock order by key collate "C"'),
  };
}

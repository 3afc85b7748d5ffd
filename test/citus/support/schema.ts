// A catalog in a distributed schema of its own, for a test file.

import { randomBytes } from "node:crypto";
import type pg from "pg";
import { afterAll, beforeAll, inject } from "vitest";
import { ensureCatalog } from "../../../src/catalog/index.ts";
import { type Database, openDatabase } from "../../../src/database/index.ts";

export interface CitusCatalog {
  readonly database: Database;
  readonly schema: string;
  rows<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  /** The first column of the first row. */
  value<Value>(text: string, values?: unknown[]): Promise<Value>;
}

/** Makes the schema before the tests and drops it afterwards. A name that needs quotes, as some do. */
export function useCitusCatalog(): CitusCatalog {
  const schema = `Test ${randomBytes(6).toString("hex")}`;
  let database: Database | undefined;
  const get = (): Database => {
    if (database === undefined) throw new Error("The catalog exists inside tests and hooks only.");
    return database;
  };
  const rows = async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> =>
    (await get().pool.query<Row>(text, values)).rows;
  beforeAll(async () => {
    database = await openDatabase({ dsn: inject("citusUrl") });
    await ensureCatalog(database, { schema });
  });
  afterAll(async () => {
    await database?.pool.query(`drop schema if exists "${schema}" cascade`);
    await database?.pool.query(
      `drop table if exists copycat."migration_${schema}", copycat."migration_${schema}_lock"`,
    );
    await database?.close();
  });
  return {
    schema,
    get database() {
      return get();
    },
    rows,
    value: async <Value>(text: string, values: unknown[] = []) =>
      Object.values((await rows(text, values))[0] ?? {})[0] as Value,
  };
}

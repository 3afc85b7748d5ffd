// A database of its own for each test file, cloned from the template in about 20 ms.

import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, inject } from "vitest";
import { type Database, openDatabase } from "../../src/database/index.ts";

export interface TestDatabase {
  /** Connection string, for what runs in another process. */
  readonly dsn: string;
  readonly database: Database;
  /** Rows of a query, for looking at what happened. */
  rows<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  /** The first column of the first row. */
  value<Value>(text: string, values?: unknown[]): Promise<Value>;
}

export interface TestDatabaseOptions {
  /** Without the catalog's tables. */
  empty?: boolean;
}

/** Makes a database before the tests of this file (or `describe`) and drops it afterwards. */
export function useDatabase({ empty = false }: TestDatabaseOptions = {}): TestDatabase {
  const name = `test_${randomBytes(6).toString("hex")}`;
  const url = new URL(inject("serverUrl"));
  url.pathname = `/${name}`;
  const dsn = url.toString();
  let database: Database | undefined;
  beforeAll(async () => {
    await administrate(
      empty ? `create database ${name}` : `create database ${name} template ${inject("template")}`,
    );
    database = await openDatabase({ dsn });
  });
  afterAll(async () => {
    await database?.close();
    await administrate(`drop database if exists ${name} with (force)`);
  });
  const get = (): Database => {
    if (database === undefined) throw new Error("The test database exists inside tests and hooks only.");
    return database;
  };
  const rows = async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> =>
    (await get().pool.query<Row>(text, values)).rows;
  return {
    dsn,
    get database() {
      return get();
    },
    rows,
    value: async <Value>(text: string, values: unknown[] = []) =>
      Object.values((await rows(text, values))[0] ?? {})[0] as Value,
  };
}

/** Clones of one template wait for each other in the server, so a clash is tried again. */
async function administrate(text: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject("serverUrl") });
  await client.connect();
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        await client.query(text);
        return;
      } catch (error) {
        // 55006 object_in_use: another clone of the template is just being made.
        const isBusy = error instanceof pg.DatabaseError && error.code === "55006";
        if (!isBusy || attempt === 50) throw error;
        await new Promise((resolve) => setTimeout(resolve, 20 * attempt));
      }
    }
  } finally {
    await client.end();
  }
}

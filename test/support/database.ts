// A database of its own for each test file, cloned from the template in about 20 ms.

import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, inject } from "vitest";
import { ensureCatalog } from "../../src/catalog/index.ts";
import { type Database, openDatabase } from "../../src/database/index.ts";
import { dropCitusDatabase, makeCitusDatabase } from "./citusDatabase.ts";

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
  /** On a server of its own kind, whatever the profile. */
  plain?: boolean;
  /** On Citus in `public` as elsewhere, on the coordinator: for what looks at tables by their schema. Only with `empty`. */
  inPublic?: boolean;
}

/** Makes a database before the tests of this file (or `describe`) and drops it afterwards. */
export function useDatabase(options: TestDatabaseOptions = {}): TestDatabase {
  const { empty = false, plain = false, inPublic = false } = options;
  const name = `test_${randomBytes(6).toString("hex")}`;
  const place = nextPlace(plain);
  const url = new URL(place.url);
  url.pathname = `/${name}`;
  const dsn = url.toString();
  let database: Database | undefined;
  beforeAll(async () => {
    await place.make(name, empty);
    if (inPublic) await administrate(place.url, `alter database ${name} reset search_path`);
    database = await openDatabase({ dsn });
    if (!empty && place.isBare) await ensureCatalog(database);
  });
  afterAll(async () => {
    await database?.close();
    await place.drop(name);
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

interface Place {
  url: string;
  /** No template has a catalog there. */
  isBare: boolean;
  make(name: string, empty: boolean): Promise<void>;
  drop(name: string): Promise<void>;
}

let asked = 0;

/** Where the next database of this test file is to be. */
function nextPlace(plain: boolean): Place {
  if (inject("profile") === "citus" && !plain) {
    const url = inject("citusUrl");
    return {
      url,
      isBare: true,
      make: (name) => makeCitusDatabase(url, name),
      drop: (name) => dropCitusDatabase(url, name),
    };
  }
  const servers = inject("servers");
  const server = servers[asked++ % servers.length];
  if (server === undefined) throw new Error("There is no server.");
  const { url, template } = server;
  return {
    url,
    isBare: false,
    make: (name, empty) =>
      administrate(url, `create database ${name}${empty ? "" : ` template ${template}`}`),
    drop: (name) => administrate(url, `drop database if exists ${name} with (force)`),
  };
}

/** Clones of one template wait for each other in the server, so a clash is tried again. */
async function administrate(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
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

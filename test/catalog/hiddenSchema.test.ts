// A role without USAGE on the schema of the catalog is told so, in place of finding none and making another one.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureCatalog, readCatalogState, requireCatalog } from "../../src/catalog/index.ts";
import { type Database, openDatabase } from "../../src/database/index.ts";
import { useDatabase } from "../support/database.ts";

const db = useDatabase();
const role = `hidden_${process.pid}`;

beforeAll(async () => {
  await db.rows(`create role ${role} login password 'guest'`);
  await db.rows("revoke usage on schema public from public");
  await db.rows(`create schema other; grant usage, create on schema other to ${role}`);
});

afterAll(async () => {
  await db.rows(`drop owned by ${role}; drop role ${role}`);
});

async function asGuest<Result>(
  options: { catalogSchema?: string; searchPath?: string },
  work: (database: Database) => Promise<Result>,
): Promise<Result> {
  const url = new URL(db.dsn);
  url.username = role;
  url.password = "guest";
  if (options.searchPath !== undefined) {
    url.searchParams.set("options", `-csearch_path=${options.searchPath}`);
  }
  const { catalogSchema } = options;
  const database = await openDatabase({
    dsn: url.href,
    ...(catalogSchema === undefined ? {} : { catalogSchema }),
  });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

const refusal = {
  code: "PERMISSION",
  message: expect.stringContaining(`grant usage on schema "public" to "${role}";`),
};

describe("a role without USAGE on the schema of the catalog", () => {
  it.each([
    ["by default", {}],
    ["where it is named", { catalogSchema: "public" }],
    ["where another schema comes next on search_path", { searchPath: "public,other" }],
    ["where the name is in quotes", { searchPath: '"public",other' }],
  ])("is told the GRANT, %s", async (_, options) => {
    await expect(asGuest(options, requireCatalog)).rejects.toMatchObject(refusal);
    await expect(asGuest(options, (database) => ensureCatalog(database))).rejects.toMatchObject(refusal);
  });

  it("finds no catalog in a schema that is named and has none", async () => {
    const state = await asGuest({ catalogSchema: "other_place" }, (database) => readCatalogState(database));
    expect(state).toEqual({ kind: "absent" });
  });

  it("finds it once that is granted", async () => {
    await db.rows(`grant usage on schema public to ${role}`);
    await db.rows(`grant select on alembic_version to ${role}`);
    await asGuest({}, requireCatalog);
  });
});

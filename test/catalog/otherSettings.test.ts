// Roles and databases with settings of their own must not change what a load does.

import pg from "pg";
import { describe, expect, inject, test } from "vitest";
import { ensureCatalog, loadNodes, verifyCatalog } from "../../src/catalog/index.ts";
import { openDatabase } from "../../src/database/index.ts";
import { ingest } from "../../src/ingest/index.ts";
import { useDatabase } from "../support/database.ts";
import { dataset, load } from "../support/nodes.ts";

const db = useDatabase();

function withOptions(options: string): string {
  const url = new URL(db.dsn);
  url.searchParams.set("options", options);
  return url.toString();
}

describe("a connection whose settings are against it", () => {
  test.each([
    "-csearch_path=pg_catalog",
    "-cdefault_transaction_isolation=serializable",
    "-cdefault_transaction_read_only=on",
    "-cstatement_timeout=1",
    "-cDateStyle=German -cTimeZone=Asia/Tokyo",
  ])("%s loads as any other", async (options) => {
    const database = await openDatabase({ dsn: withOptions(options) });
    try {
      const key = options.replace(/\W/g, "");
      const { report } = await load(database, dataset(key, 2));
      expect(report.nodes).toMatchObject({ inserted: report.nodes.read, rejected: 0 });
      expect(await verifyCatalog(database)).toMatchObject({ ok: true });
    } finally {
      await database.close();
    }
  });
});

test("a load that waited for another one sees what that one committed, at any isolation of the role", async () => {
  const database = await openDatabase({
    dsn: withOptions("-cdefault_transaction_isolation=repeatable\\ read"),
  });
  const nodes = dataset("WAITED", 5);
  async function* slow() {
    yield nodes.slice(0, 1);
    await load(db.database, nodes);
    yield nodes.slice(1);
  }
  const report = await loadNodes(database, slow(), {
    policy: "skip",
    mode: "auto",
    dryRun: false,
    onReject: () => undefined,
  });
  expect(report.nodes).toMatchObject({ inserted: 0, skipped: nodes.length });
  await database.close();
});

test("a dry run says that a catalog with a foreign stamp would not be written to", async () => {
  await db.rows("update alembic_version set version_num = 'deadbeef'");
  await expect(
    ingest(db.database, { inputs: [import.meta.dirname], dryRun: true, workers: 1 }),
  ).rejects.toMatchObject({ code: "CATALOG_VERSION" });
  await db.rows("update alembic_version set version_num = 'c31f6a1d7e20'");
});

test("a database in another encoding than UTF8 is refused with what to do", async () => {
  const client = new pg.Client({ connectionString: inject("serverUrl") });
  await client.connect();
  const name = `latin_${process.pid}`;
  await client.query(`create database ${name} encoding 'LATIN1' locale 'C' template template0`);
  const url = new URL(inject("serverUrl"));
  url.pathname = `/${name}`;
  await expect(openDatabase({ dsn: url.toString() })).rejects.toMatchObject({
    code: "CONNECTION",
    message: expect.stringContaining("createdb -E UTF8 -T template0"),
  });
  await client.query(`drop database ${name} with (force)`);
  await client.end();
});

test.each(["garbage", "host=localhost dbname=x", "mysql://x/y"])(
  "%s is no connection string",
  async (dsn) => {
    await expect(openDatabase({ dsn })).rejects.toMatchObject({ code: "USAGE" });
  },
);

test("a few new nodes do not vacuum a catalog that is much larger", async () => {
  await load(db.database, dataset("LARGE", 200));
  expect((await load(db.database, dataset("SMALL", 1))).report.phases.map(({ name }) => name)).not.toContain(
    "analyze",
  );
  expect((await load(db.database, dataset("LARGER", 300))).report.phases.map(({ name }) => name)).toContain(
    "analyze",
  );
});

test("an empty database whose search_path names a schema that is not there gets its catalog in public", async () => {
  const fresh = new URL(db.dsn);
  const client = new pg.Client({ connectionString: inject("serverUrl") });
  await client.connect();
  const name = `elsewhere_${process.pid}`;
  await client.query(`create database ${name}`);
  fresh.pathname = `/${name}`;
  fresh.searchParams.set("options", "-csearch_path=foo");
  const database = await openDatabase({ dsn: fresh.toString() });
  await ensureCatalog(database);
  expect((await load(database, dataset("D", 2))).report.nodes.rejected).toBe(0);
  expect(await verifyCatalog(database)).toMatchObject({ ok: true });
  await database.close();
  await client.query(`drop database ${name} with (force)`);
  await client.end();
});

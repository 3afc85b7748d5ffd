import { describe, expect, test } from "vitest";
import { ensureCatalog, readCatalogState, requireCatalog, verifyCatalog } from "../../src/catalog/index.ts";
import { listMigrations, migrateUp } from "../../src/database/index.ts";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { array, container, dataset, load } from "../support/nodes.ts";

/** Every table, column, index and trigger, as one value to compare. */
async function describeSchema(db: TestDatabase): Promise<object> {
  return {
    columns:
      await db.rows(`select table_schema, table_name, column_name, data_type, is_nullable, column_default
      from information_schema.columns where table_schema in ('public', 'copycat') order by 1, 2, 3`),
    indexes: await db.rows(
      "select indexname, indexdef from pg_indexes where schemaname = 'public' order by 1",
    ),
    triggers: await db.rows("select tgname from pg_trigger where not tgisinternal order by 1"),
  };
}

describe("an empty database", () => {
  const db = useDatabase({ empty: true });

  test("has no catalog, and those who only read are told how to get one", async () => {
    expect(await readCatalogState(db.database)).toEqual({ kind: "absent" });
    await expect(requireCatalog(db.database)).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringContaining("holds no catalog yet"),
    });
    expect(await db.rows("select 1 from pg_tables where schemaname in ('public', 'copycat')")).toEqual([]);
  });

  test("lists all migrations as pending", async () => {
    const states = await listMigrations(db.database);
    expect(states.length).toBeGreaterThanOrEqual(5);
    expect(states.map(({ appliedAt }) => appliedAt)).toEqual(states.map(() => null));
  });

  test("gets a catalog once, and keeps it the second time", async () => {
    expect(await ensureCatalog(db.database)).toEqual({ created: true });
    expect(await readCatalogState(db.database)).toEqual({ kind: "ready", revision: "c31f6a1d7e20" });
    const schema = await describeSchema(db);
    expect(await ensureCatalog(db.database)).toEqual({ created: false });
    expect(await migrateUp(db.database)).toEqual([]);
    expect(await describeSchema(db)).toEqual(schema);
    await expect(requireCatalog(db.database)).resolves.toBeUndefined();
    const states = await listMigrations(db.database);
    expect(states.every(({ appliedAt }) => appliedAt instanceof Date)).toBe(true);
  });
});

describe("two who come at once", () => {
  const db = useDatabase({ empty: true });

  test("make one catalog between them", async () => {
    const applied = await Promise.all([migrateUp(db.database), migrateUp(db.database)]);
    expect(applied.flat().sort()).toEqual((await listMigrations(db.database)).map(({ name }) => name));
    expect(await verifyCatalog(db.database)).toMatchObject({ ok: true, nodes: 1 });
  });
});

describe("two ensureCatalog at once", () => {
  const db = useDatabase({ empty: true });

  test("both return, and the catalog is whole", async () => {
    await Promise.all([ensureCatalog(db.database), ensureCatalog(db.database), ensureCatalog(db.database)]);
    expect(await db.value("select count(*)::int from alembic_version")).toBe(1);
    expect(await verifyCatalog(db.database)).toMatchObject({ ok: true, nodes: 1 });
  });
});

describe("a database that has btree_gin already", () => {
  const db = useDatabase({ empty: true });

  test("gets a catalog all the same", async () => {
    await db.rows("create extension btree_gin");
    expect(await ensureCatalog(db.database)).toEqual({ created: true });
  });
});

/** What is left when all that Tiled does not make is gone. */
async function forgetOurs(db: TestDatabase): Promise<void> {
  await db.rows("alter extension btree_gin set schema public");
  await db.rows("drop schema copycat cascade");
}

describe("a catalog made by Tiled", () => {
  const db = useDatabase();

  test("is taken as it is and loaded into, and migrating later leaves it alone", async () => {
    await forgetOurs(db);
    const schema = await describeSchema(db);
    expect(await ensureCatalog(db.database)).toEqual({ created: false });
    await load(db.database, dataset("VDP", 3));
    expect(await describeSchema(db)).toEqual(schema);
    await migrateUp(db.database);
    expect(await db.value("select count(*)::int from nodes")).toBe(8);
    expect(await verifyCatalog(db.database)).toMatchObject({ ok: true });
  });
});

describe("a catalog that Tiled has upgraded", () => {
  const db = useDatabase();

  test("is loaded into: other nullability, defaults, order of enum labels, keys and extra indexes", async () => {
    await forgetOurs(db);
    await db.rows(
      "alter table data_sources alter properties set default '{}', alter properties set not null",
    );
    await db.rows("alter table entities drop constraint entities_node_id_fkey");
    await db.rows(`alter table entities add constraint entities_node_id_fkey
      foreign key (node_id) references nodes (id) on delete set null`);
    await db.rows(
      "update pg_enum set enumsortorder = 100 - enumsortorder where enumtypid = 'structurefamily'::regtype",
    );
    await db.rows("create index site_index on nodes ((metadata ->> 'x'))");
    await db.rows("drop index top_level_metadata");
    const nodes = [container("/VDP"), container("/VDP/H"), array("/VDP/H/a"), array("/VDP/H/b")];
    const { report } = await load(db.database, nodes);
    expect(report.nodes.inserted).toBe(4);
    expect(await db.value("select count(*)::int from data_sources where properties = '{}'")).toBe(2);
    expect((await load(db.database, nodes, { policy: "update" })).report.nodes.unchanged).toBe(4);
    expect(await verifyCatalog(db.database)).toMatchObject({ ok: true });
  });

  test("is written to at the revision before the graph tables", async () => {
    await db.rows("drop table links, entities, namespaces");
    await db.rows("update alembic_version set version_num = '9bc9b57294b9'");
    expect(await ensureCatalog(db.database)).toEqual({ created: false });
    const { report } = await load(db.database, [container("/older")]);
    expect(report.nodes.inserted).toBe(1);
  });
});

describe("what is no catalog for this version", () => {
  const db = useDatabase();

  test.each<[string, string, string]>([
    ["an unknown stamp", "update alembic_version set version_num = 'ffffffffffff'", "the stamp ffffffffffff"],
    [
      "two stamps",
      "insert into alembic_version values ('c31f6a1d7e20'), ('0123456789ab') on conflict do nothing",
      " and ",
    ],
    [
      "a stamp that is too old",
      "update alembic_version set version_num = 'bf2fe0eb8ee8'",
      "upgrade-database",
    ],
    ["an empty table of stamps", "delete from alembic_version", "no stamp"],
    ["nodes without any table of stamps", "drop table alembic_version", "no catalog stamp"],
  ])("is refused and left alone: %s", async (_name, damage, because) => {
    await db.rows("delete from alembic_version");
    await db.rows("insert into alembic_version values ('c31f6a1d7e20')");
    await db.rows(damage);
    const schema = await describeSchema(db);
    const expected = { code: "CATALOG_VERSION", message: expect.stringContaining(because) };
    await expect(ensureCatalog(db.database)).rejects.toMatchObject(expected);
    await expect(requireCatalog(db.database)).rejects.toMatchObject(expected);
    expect(await readCatalogState(db.database)).toMatchObject({ kind: "foreign" });
    expect(await describeSchema(db)).toEqual(schema);
  });
});

import { describe, expect, test } from "vitest";
import { migrations } from "../../migrations/index.ts";
import { listMigrations, migrateUp, openDatabase } from "../../src/database/index.ts";
import { useDatabase } from "../support/database.ts";

describe("migrating", () => {
  const db = useDatabase({ empty: true });

  test("applies all migrations in their order, once", async () => {
    expect(await migrateUp(db.database)).toEqual(Object.keys(migrations));
    expect(await migrateUp(db.database)).toEqual([]);
    const states = await listMigrations(db.database);
    expect(states.map(({ name }) => name)).toEqual(Object.keys(migrations));
    expect(states.map(({ appliedAt }) => appliedAt)).toEqual(states.map(() => expect.any(Date)));
  });
});

describe("a migration that fails", () => {
  const db = useDatabase({ empty: true });

  test("is named, and leaves the database without any of them", async () => {
    await db.rows("create table webhooks (somebody text)");
    await expect(migrateUp(db.database)).rejects.toMatchObject({
      code: "DATABASE",
      message: expect.stringMatching(/^Migration 0003_webhooks of .* failed: .* \(42P07\)$/),
      cause: { code: "42P07" },
    });
    const tables = await db.rows("select tablename from pg_tables where schemaname = 'public'");
    expect(tables).toEqual([{ tablename: "webhooks" }]);
    const states = await listMigrations(db.database);
    expect(states.every(({ appliedAt }) => appliedAt === null)).toBe(true);
  });

  test("goes through once the obstacle is away", async () => {
    await db.rows("drop table webhooks");
    expect(await migrateUp(db.database)).toEqual(Object.keys(migrations));
  });
});

describe("a role without rights", () => {
  const db = useDatabase({ empty: true });

  test("is told what it lacks", async () => {
    await db.rows("revoke create on schema public from public");
    const role = `copycat_nobody_${process.pid}`;
    await db.rows(`create role ${role} login password 'x'`);
    try {
      const url = new URL(db.dsn);
      url.username = role;
      url.password = "x";
      const database = await openDatabase({ dsn: url.toString() });
      await expect(migrateUp(database)).rejects.toMatchObject({ code: "PERMISSION" });
      await database.close();
    } finally {
      await db.rows(`drop role ${role}`);
    }
  });
});

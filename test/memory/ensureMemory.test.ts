// Stores made, found, and taken as they are.

import { describe, expect, it } from "vitest";
import { memoryMigrations } from "../../migrations/memory/index.ts";
import { newestMemoryMigration } from "../../migrations/memory/newest.ts";
import { openDatabase } from "../../src/database/index.ts";
import {
  buildMemoryIndex,
  bulkInsertMemoryEntries,
  bulkInsertPatterns,
  countMemories,
  deleteMemory,
  ensureMemory,
  listMemories,
  readMemoryStore,
  retrieveMemory,
  searchMemory,
  storeMemory,
} from "../../src/memory/index.ts";
import { kinds } from "../../src/memory/kinds.ts";
import { useDatabase } from "../support/database.ts";
import { note, useMemory } from "./support.ts";

const database = useDatabase({ empty: true });

const tablesOf = (schema: string): Promise<{ tablename: string }[]> =>
  database.rows("select tablename from pg_tables where schemaname = $1 order by 1", [schema]);

describe("a store", () => {
  it("is made in a schema of its own, and nothing of the catalog's with it", async () => {
    expect(await readMemoryStore(database.database)).toBeNull();
    const made = await ensureMemory(database.database);
    expect(made).toMatchObject({ schema: "memory", created: true, embedding: { dimensions: 384 } });
    expect((await tablesOf("memory")).map(({ tablename }) => tablename)).toEqual([
      "memory_entries",
      "memory_migration",
      "memory_migration_lock",
      "patterns",
      "trajectories",
    ]);
    expect(await tablesOf("public")).toEqual([]);
    expect(await tablesOf("copycat")).toEqual([]);
    expect(await ensureMemory(database.database)).toMatchObject({
      created: false,
      embedding: made.embedding,
    });
  });

  it("has the types that a dry run without a server counts on, and checks of every name", async () => {
    const live = await readMemoryStore(database.database);
    for (const kind of ["entries", "patterns", "trajectories"] as const) {
      for (const { column, type } of kinds[kind].fields.filter(({ column: name }) => name !== "embedding")) {
        const [same] = await database.rows("select $1::regtype::text = $2::regtype::text as same", [
          type.replace(/\(.*\)/, ""),
          (live?.tables[kind]?.columns.get(column) ?? "missing").replace(/\(.*\)/, ""),
        ]);
        expect([kind, column, same]).toEqual([kind, column, { same: true }]);
      }
    }
    const constraints = await database.rows<{ name: string }>(`
      select conname as name from pg_constraint c join pg_namespace n on n.oid = c.connamespace
      where n.nspname = 'memory' and contype in ('p', 'u') and conname not like 'memory_migration%' order by 1`);
    expect(constraints.map(({ name }) => name)).toEqual([
      "memory_entries_namespace_key_unique",
      "memory_entries_pkey",
      "patterns_name_pattern_type_unique",
      "patterns_pkey",
      "trajectories_pkey",
      "trajectories_trajectory_id_step_number_unique",
    ]);
  });

  it("knows its newest migration by a name apart", () => {
    const names = Object.keys(
      memoryMigrations({ schema: "x", embedding: "real[]", dimensions: 1, isDistributed: false }),
    );
    expect(names.at(-1)).toBe(newestMemoryMigration);
  });

  it("of other dimensions or another type than asked for is an error that says what to do", async () => {
    await expect(ensureMemory(database.database, { dimensions: 768 })).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringMatching(/holds embeddings of 384 dimensions, not 768\. Leave .* another schema/),
    });
    await ensureMemory(database.database, { schema: "arrays", embedding: "real[]" });
    await expect(
      ensureMemory(database.database, { schema: "arrays", embedding: "vector" }),
    ).rejects.toMatchObject({ code: "USAGE", message: expect.stringContaining("as real[], not as vector") });
  });

  it.each([0, 1.5, 16_001, Number.NaN])("cannot have %d dimensions", async (dimensions) => {
    await expect(ensureMemory(database.database, { schema: "none", dimensions })).rejects.toMatchObject({
      code: "USAGE",
    });
  });

  it("is made once by many at the same time", async () => {
    const made = await Promise.all(
      Array.from({ length: 4 }, () => ensureMemory(database.database, { schema: "together" })),
    );
    expect(new Set(made.map(({ embedding }) => JSON.stringify(embedding))).size).toBe(1);
  });

  it("may be in a schema of any name", async () => {
    const schema = 'My "odd" schéma';
    const store = await ensureMemory(database.database, { schema, dimensions: 2 });
    await bulkInsertMemoryEntries(database.database, [note("a", { embedding: [1, 2] })], { schema });
    await storeMemory(database.database, note("b", { embedding: [2, 1] }), { schema });
    await buildMemoryIndex(database.database, { schema });
    const found = await searchMemory(database.database, { vector: [1, 2], schema });
    expect(found.map(({ key }) => key)).toEqual(["a", "b"]);
    expect(await deleteMemory(database.database, "notes", "a", { store })).toBe(true);
    expect((await listMemories(database.database, { schema })).entries).toHaveLength(1);
  });

  it("is missed with a sentence that says how to make it", async () => {
    for (const call of [
      () => bulkInsertMemoryEntries(database.database, [note("a")], { schema: "nowhere" }),
      () => countMemories(database.database, { schema: "nowhere" }),
    ]) {
      await expect(call()).rejects.toMatchObject({
        code: "NOT_FOUND",
        message: expect.stringContaining('no memory store in the schema "nowhere" yet'),
      });
    }
  });
});

describe("an array of embeddings", () => {
  const test = useMemory({ embedding: "real[]", dimensions: 3 });

  it("holds its dimension by a constraint, from which it is read again", async () => {
    expect((await readMemoryStore(test.database))?.embedding).toEqual({ type: "real[]", dimensions: 3 });
    const insert = (value: string): Promise<unknown> =>
      test.rows(
        `insert into memory.memory_entries (namespace, key, value, embedding) values ('x', '${value}', 'v', '${value}')`,
      );
    await insert("{1,2,3}");
    for (const bad of ["{}", "{1,2}", "{{1},{2},{3}}"]) {
      await expect(insert(bad)).rejects.toMatchObject({
        code: "23514",
        message: expect.stringContaining('"memory_entries_embedding_dimensions'),
      });
    }
  });

  it("of the right length without pgvector and of other types is what another program may have made", async () => {
    await test.rows("create schema odd; create table odd.memory_entries (id int, embedding text)");
    await expect(readMemoryStore(test.database, "odd")).rejects.toMatchObject({
      code: "CATALOG_VERSION",
      message: expect.stringContaining('has no column "embedding" of the type vector, halfvec or real[]'),
    });
  });
});

describe("a store that another program made", () => {
  const test = useDatabase({ empty: true });

  it("is taken as it is: its schema, its nullable columns, its times without zone, its missing columns", async () => {
    // memory-store.md 1.1 and 1.2, shape 1.
    await test.rows(`
      create table public.memory_entries (
        id serial primary key, namespace varchar(255) not null, key varchar(255) not null, value text,
        embedding real[], metadata jsonb default '{}', tags text[],
        created_at timestamp default now(), updated_at timestamp default now(), expires_at timestamp,
        unique (namespace, key));
      create table public.patterns (
        id bigint generated always as identity primary key, name text not null, pattern_type text not null,
        description text, embedding real[], confidence real default 0.5, usage_count integer default 0,
        success_count integer default 0, metadata jsonb, updated_at timestamp default now(),
        unique (name, pattern_type))`);
    const store = await ensureMemory(test.database, { schema: "public" });
    expect(store).toMatchObject({
      created: false,
      isOwn: false,
      embedding: { type: "real[]", dimensions: null },
    });
    expect(
      await test.rows(
        "select from pg_tables where schemaname not in ('public', 'pg_catalog', 'information_schema')",
      ),
    ).toEqual([]);
    const options = { schema: "public" };
    await bulkInsertMemoryEntries(
      test.database,
      [note("a", { embedding: [1, 2], created_at: "2026-01-31T12:00:00+02:00" }), note("b")],
      options,
    );
    expect(await retrieveMemory(test.database, "notes", "a", options)).toMatchObject({
      metadata: {},
      tags: [],
      embedding: [1, 2],
    });
    expect(await test.value("select created_at::text from memory_entries where key = 'a'")).toBe(
      "2026-01-31 10:00:00",
    );
    const { next } = await listMemories(test.database, { ...options, limit: 1 });
    const second = await listMemories(test.database, { ...options, limit: 1, after: next ?? "" });
    expect(second.entries).toHaveLength(1);
    expect(second.next).toBeNull();
    const pattern = { name: "p", pattern_type: "t" };
    await bulkInsertPatterns(test.database, [pattern], options);
    const { usage_count, metadata } = (await test.rows("select * from patterns"))[0] as Record<
      string,
      unknown
    >;
    expect({ usage_count, metadata }).toEqual({ usage_count: 0, metadata: {} });
    await expect(
      bulkInsertPatterns(test.database, [{ ...pattern, created_at: new Date() }], options),
    ).rejects.toThrow("created_at is unknown");
  });
});

describe("a role", () => {
  it("that may not make schemas is told what it lacks, and one that may not install pgvector gets arrays", async () => {
    const role = `memory_role_${process.pid}`;
    const name = new URL(database.dsn).pathname.slice(1);
    await database.rows(`create role ${role} login password 'x'`);
    const url = new URL(database.dsn);
    url.username = role;
    url.password = "x";
    const other = await openDatabase({ dsn: url.toString() });
    try {
      await expect(ensureMemory(other, { schema: "mine", embedding: "real[]" })).rejects.toMatchObject({
        code: "PERMISSION",
      });
      await database.rows(`grant create on database "${name}" to ${role}`);
      await database.rows("drop extension if exists vector cascade");
      const made = await ensureMemory(other, { schema: "mine" });
      expect(made.created).toBe(true);
      expect(await bulkInsertMemoryEntries(other, [note("a")], { schema: "mine" })).toMatchObject({
        inserted: 1,
      });
    } finally {
      await other.close();
      await database.rows(`drop owned by ${role} cascade; drop role ${role}`);
    }
  });
});

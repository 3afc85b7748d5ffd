// The migrated catalog against the facts, each list in full: neither more nor less.

import { describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.ts";
import { columns, constraints, enums, indexes, triggers } from "./facts.ts";

const db = useDatabase();

test("the tables are those of Tiled", async () => {
  const tables = await db.rows<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'public' order by 1",
  );
  expect(tables.map(({ name }) => name)).toEqual(Object.keys(columns).sort());
});

test.each(Object.keys(columns))(
  "the columns of %s have their names, types, nullability and defaults",
  async (table) => {
    const found = await db.rows<{ column: unknown }>(
      `select array_remove(array[a.attname::text, format_type(a.atttypid, a.atttypmod),
        case when a.attnotnull then 'not null' else 'null' end, pg_get_expr(d.adbin, d.adrelid)], null) as column
      from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      where a.attrelid = format('public.%I', $1::text)::regclass and a.attnum > 0 and not a.attisdropped
      order by a.attnum`,
      [table],
    );
    expect(found.map(({ column }) => column)).toEqual(columns[table]);
  },
);

test("the constraints have their names, columns and ON DELETE", async () => {
  // From PostgreSQL 18 on, NOT NULL is a constraint as well (contype n).
  const found = await db.rows<{ name: string; definition: string }>(`
    select conname as name, pg_get_constraintdef(oid) as definition
    from pg_constraint where connamespace = 'public'::regnamespace and contype not in ('n', 't')`);
  expect(Object.fromEntries(found.map(({ name, definition }) => [name, definition]))).toEqual(constraints);
});

test("every constraint is validated and checked at once", async () => {
  const found = await db.rows(`select conname from pg_constraint
    where connamespace = 'public'::regnamespace and (condeferrable or not convalidated)`);
  expect(found).toEqual([]);
});

test("the secondary indexes have their names and definitions", async () => {
  const found = await db.rows<{ name: string; definition: string }>(`
    select indexname as name, indexdef as definition from pg_indexes
    where schemaname = 'public' and indexname not in (select conname from pg_constraint)`);
  const normalised = found.map(({ name, definition }) => [
    name,
    definition.replace(`INDEX ${name} ON public.`, "").replace(/^CREATE (UNIQUE )?/, "$1"),
  ]);
  expect(Object.fromEntries(normalised)).toEqual(indexes);
});

test("the triggers have their time and their condition, and are enabled", async () => {
  const found = await db.rows<{ name: string; definition: string; enabled: string }>(`
    select tgname as name, pg_get_triggerdef(oid) as definition, tgenabled as enabled
    from pg_trigger where not tgisinternal`);
  const normalised = found.map(({ name, definition }) => [
    name,
    definition.replace(`CREATE TRIGGER ${name} `, "").replaceAll("public.", ""),
  ]);
  expect(Object.fromEntries(normalised)).toEqual(triggers);
  expect(new Set(found.map(({ enabled }) => enabled))).toEqual(new Set(["O"]));
});

test("the functions of the triggers are in plpgsql, and there are no others of ours", async () => {
  const found = await db.rows<{ name: string; language: string }>(`
    select p.proname as name, l.lanname as language from pg_proc p join pg_language l on l.oid = p.prolang
    where p.pronamespace = 'public'::regnamespace
      and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
    order by 1`);
  expect(found).toEqual(
    [
      "entities_reject_node_access_blob",
      "raise_if_null_parameter_exists",
      "raise_if_parameter_exists",
      "update_closure_table_when_inserting",
    ].map((name) => ({ name, language: "plpgsql" })),
  );
});

test.each(Object.keys(enums))("the labels of enum %s stand in their order", async (name) => {
  const labels = await db.rows<{ label: string }>(
    "select enumlabel as label from pg_enum where enumtypid = $1::regtype order by enumsortorder",
    [`public.${name}`],
  );
  expect(labels.map(({ label }) => label)).toEqual(enums[name]);
});

test("the extension btree_gin is in public, where Tiled has it, whatever the role is called", async () => {
  const schema = "select extnamespace::regnamespace::text from pg_extension where extname = 'btree_gin'";
  expect(await db.value(schema)).toBe("public");
});

describe("what an empty catalog holds", () => {
  test("the root, as node 0 and as (0, 0, 0) in the closure, and the stamp", async () => {
    expect(
      await db.rows("select to_jsonb(n) - 'time_created' - 'time_updated' as root from nodes n"),
    ).toEqual([
      {
        root: {
          id: 0,
          parent: null,
          key: "",
          structure_family: "container",
          metadata: {},
          specs: [],
          access_blob: {},
        },
      },
    ]);
    expect(await db.rows("select * from nodes_closure")).toEqual([{ ancestor: 0, descendant: 0, depth: 0 }]);
    expect(await db.rows("select * from alembic_version")).toEqual([{ version_num: "c31f6a1d7e20" }]);
  });

  test("an untouched sequence, so that the first real node gets id 1", async () => {
    expect(await db.rows("select last_value::int, is_called from nodes_id_seq")).toEqual([
      { last_value: 1, is_called: false },
    ]);
  });

  test("nothing of ours outside the schema copycat", async () => {
    const ours = await db.rows<{ name: string }>(
      "select tablename as name from pg_tables where schemaname = 'copycat' order by 1",
    );
    expect(ours.map(({ name }) => name)).toEqual(["migration", "migration_lock"]);
    const schemas = await db.rows<{ name: string }>(`
      select nspname as name from pg_namespace
      where nspname !~ '^pg_' and nspname <> 'information_schema' order by 1`);
    expect(schemas.map(({ name }) => name)).toEqual(["copycat", "public"]);
  });
});

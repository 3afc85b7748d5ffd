import { beforeAll, describe, expect, test } from "vitest";
import { matchesType } from "../../src/bulk/declaredType.ts";
import { inspectTable } from "../../src/bulk/inspectTable.ts";
import { type ResolvedTable, resolveTable } from "../../src/bulk/resolveTable.ts";
import type { Column, MergePolicy, TableDescription } from "../../src/bulk/types.ts";
import { CopycatError } from "../../src/errors.ts";
import { useDatabase } from "../support/database.ts";
import { withSession } from "./session.support.ts";

const db = useDatabase({ empty: true, inPublic: true });

beforeAll(async () => {
  await db.rows(`
    create type mood as enum ('sad', 'ok');
    create domain email as varchar(40) check (value like '%@%');
    create table items (
      id bigint generated always as identity primary key,
      key varchar(255) collate "C",
      part int,
      body jsonb not null default '{}',
      uses int not null default 0,
      score numeric(6, 2),
      mood mood,
      moods mood[],
      codes varchar(5)[],
      email email,
      stamp timestamptz(3) default now(),
      lonely text not null,
      twice int generated always as (part * 2) stored,
      constraint items_key unique (key, part)
    );
    create unique index items_email on items (lower(email));
    create unique index items_mood on items (mood) where mood = 'ok';
    create unique index items_score on items (score);`);
});

const columns: Column[] = [
  { name: "key", type: "varchar" },
  { name: "part", type: "integer" },
  { name: "body", type: "jsonb", default: {} },
  { name: "uses", type: "int4", default: 0 },
  { name: "lonely", type: "text" },
];
const items: TableDescription = { schema: "public", name: "items", columns, conflictKey: ["part", "key"] };

async function resolve(
  changes: Partial<TableDescription> = {},
  policy: MergePolicy = "update",
): Promise<ResolvedTable> {
  const table = { ...items, ...changes };
  return resolveTable(await inspectTable(db.database.pool, table.schema, table.name), table, policy);
}

async function mistakes(
  changes: Partial<TableDescription>,
  policy: MergePolicy = "update",
): Promise<readonly string[]> {
  const error: unknown = await resolve(changes, policy).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof CopycatError)) throw new Error(`not refused, but: ${error}`);
  expect(error.code).toBe("USAGE");
  expect(error.message).toContain(error.details[0]);
  return error.details;
}

const more = (...added: Column[]): Partial<TableDescription> => ({ columns: [...columns, ...added] });

describe("a description that fits", () => {
  test("gets the codecs of the live types, which it may declare without their modifier", async () => {
    const resolved = await resolve();
    expect(resolved.columns.map(({ name, type }) => [name, type])).toEqual([
      ["key", "character varying(255)"],
      ["part", "integer"],
      ["body", "jsonb"],
      ["uses", "integer"],
      ["lonely", "text"],
    ]);
    const key = resolved.columns[0];
    expect(key?.codec.facts.modifier).toBe(259);
    expect(key?.codec.parse("x".repeat(256))).toMatchObject({ code: "too_long" });
    expect(key?.collation).toBe('"pg_catalog"."C"');
    expect(resolved.columns[1]?.collation).toBe(null);
  });

  test("keeps what was said of the columns and of the merge", async () => {
    const resolved = await resolve({ addColumns: ["uses"], keepColumns: ["body"], touchColumns: ["lonely"] });
    expect(resolved).toMatchObject({
      conflictKey: ["part", "key"],
      addColumns: ["uses"],
      keepColumns: ["body"],
      touchColumns: ["lonely"],
    });
    expect(resolved.columns[2]?.default).toEqual({});
  });

  test("requires values in NOT NULL columns, in the key of a merge, and where it says so", async () => {
    const required = async (policy: MergePolicy, ...added: Column[]): Promise<string[]> =>
      (await resolve(more(...added), policy)).columns
        .filter((column) => column.required)
        .map(({ name }) => name);
    expect(await required("update")).toEqual(["key", "part", "body", "uses", "lonely"]);
    expect(await required("skip")).toEqual(["key", "part", "body", "uses", "lonely"]);
    // A plain insert of a row with a NULL in a nullable key is nobody's mistake.
    expect(await required("error")).toEqual(["body", "uses", "lonely"]);
    expect(await required("error", { name: "mood", type: "mood", required: true })).toContain("mood");
  });

  test("knows the index that decides, and those that do not", async () => {
    const resolved = await resolve();
    expect(resolved.arbiter).toMatchObject({ indexName: "items_key", constraintName: "items_key" });
    expect(resolved.otherUniqueNames).toEqual(["items_pkey", "items_email", "items_mood", "items_score"]);
    const free = await resolve({ conflictKey: [] }, "error");
    expect(free.arbiter).toBe(null);
    expect(free.otherUniqueNames).toHaveLength(5);
    const byScore = await resolve(
      { conflictKey: ["score"], ...more({ name: "score", type: "numeric(6,2)" }) },
      "skip",
    );
    expect(byScore.arbiter).toMatchObject({ indexName: "items_score", constraintName: null });
  });

  test("of a change of rows needs neither all NOT NULL columns nor an index that ON CONFLICT takes", async () => {
    await db.rows(`create table kept_late (a int not null unique deferrable, b text not null)`);
    const table = { ...items, name: "kept_late", columns: [{ name: "a", type: "int" }], conflictKey: ["a"] };
    const facts = await inspectTable(db.database.pool, "public", "kept_late");
    expect(resolveTable(facts, table, "change").columns).toMatchObject([{ name: "a", required: true }]);
    expect(() => resolveTable(facts, table, "update")).toThrow("in 2 points");
  });

  test("under policy error needs no index on its key", async () => {
    expect((await resolve({ conflictKey: ["lonely"] }, "error")).arbiter).toBe(null);
  });
});

describe("refused is", () => {
  test("a column that the table does not have, with the one that may be meant", async () => {
    expect(
      await mistakes(more({ name: "scoer", type: "numeric" }, { name: "zzzzzz", type: "text" })),
    ).toEqual([
      'column "scoer" is not in the table (did you mean score?)',
      'column "zzzzzz" is not in the table',
    ]);
  });

  test("a column that only the server writes", async () => {
    expect(await mistakes(more({ name: "id", type: "int8" }, { name: "twice", type: "int4" }))).toEqual([
      'column "id" is GENERATED ALWAYS AS IDENTITY, so only the server writes it: leave it out',
      'column "twice" is generated, so only the server writes it: leave it out',
    ]);
  });

  test("a column that stands twice", async () => {
    expect(await mistakes(more({ name: "part", type: "int4" }))).toEqual([
      'column "part" stands twice among the columns',
    ]);
  });

  test("a declared type that is another one", async () => {
    const wrong: Column[] = [
      { name: "key", type: "text" },
      { name: "part", type: "int8" },
      { name: "body", type: "json" },
      { name: "uses", type: "int4" },
      { name: "lonely", type: "text[]" },
      { name: "score", type: "numeric(8,2)" },
      { name: "stamp", type: "timestamptz(6)" },
      { name: "mood", type: "moods" },
    ];
    expect(await mistakes({ columns: wrong })).toEqual([
      'column "key" is declared as text, but is character varying(255)',
      'column "part" is declared as int8, but is integer',
      'column "body" is declared as json, but is jsonb',
      'column "lonely" is declared as text[], but is text',
      'column "score" is declared as numeric(8,2), but is numeric(6,2)',
      'column "stamp" is declared as timestamptz(6), but is timestamp(3) with time zone',
      'column "mood" is declared as moods, but is mood',
    ]);
  });

  test("a default that its column cannot hold", async () => {
    expect(
      await mistakes({
        columns: columns.map((column) => (column.name === "uses" ? { ...column, default: "none" } : column)),
      }),
    ).toEqual(['the default of column "uses" does not fit: integer cannot hold a string']);
  });

  test("a NOT NULL column that nobody fills in", async () => {
    expect(await mistakes({ columns: columns.slice(0, 2) })).toEqual([
      'column "lonely" is NOT NULL and has no default, so it must be written',
    ]);
  });

  test("but not where a trigger may fill it in", async () => {
    await db.rows(`create table helped (a int primary key, b text not null);
      create function help() returns trigger language plpgsql as $$ begin new.b = 'x'; return new; end $$;
      create trigger help before insert on helped for each row execute function help()`);
    const helped = { name: "helped", columns: [{ name: "a", type: "int" }], conflictKey: ["a"] };
    expect((await resolve(helped)).columns).toHaveLength(1);
  });

  test("no column at all", async () => {
    await db.rows("create table free (a int)");
    expect(await mistakes({ name: "free", columns: [], conflictKey: [] }, "error")).toEqual([
      "there are no columns to write",
    ]);
  });

  test.each<[string[], string]>([
    [["kee"], 'conflict key "kee" is not among the columns (did you mean key?)'],
    [["id"], 'conflict key "id" is not among the columns'],
    [[], "policy update needs a conflict key: only policy error goes without"],
    [
      ["part"],
      'policy update needs a unique index on exactly ("part") of "public"."items", and there is none; to make it: create unique index on "public"."items" ("part")',
    ],
    [
      ["part", "key", "lonely"],
      'policy update needs a unique index on exactly ("part", "key", "lonely") of "public"."items", and there is none; to make it: create unique index on "public"."items" ("part", "key", "lonely")',
    ],
  ])("the conflict key %j", async (conflictKey, mistake) => {
    expect(await mistakes({ conflictKey })).toEqual([mistake]);
  });

  test("a unique index that ON CONFLICT does not take, with the reason", async () => {
    const mood = { ...more({ name: "mood", type: "mood" }), conflictKey: ["mood"] };
    expect(await mistakes(mood)).toEqual([
      expect.stringContaining('and there is none ("items_mood" is partial); to make it: create unique index'),
    ]);
    await db.rows(`create table late (a int, constraint late_a unique (a) deferrable);
      create unique index late_too on late (a)`);
    const late = { name: "late", columns: [{ name: "a", type: "int" }], conflictKey: ["a"] };
    expect(await mistakes(late, "skip")).toEqual([
      'policy skip needs ON CONFLICT, which the deferrable constraint "late_a" on the conflict key does not take',
    ]);
    // As PostgreSQL has it, although there is a proper index as well.
    await expect(db.rows("insert into late values (1) on conflict (a) do nothing")).rejects.toMatchObject({
      code: "55000",
    });
  });

  test("the statement that makes the index, taken at its word, mends it", async () => {
    const table = { name: 'odd "name"', columns: [{ name: "A b", type: "int" }], conflictKey: ["A b"] };
    await db.rows('create table "odd ""name""" ("A b" int)');
    const [mistake] = await mistakes(table, "skip");
    await db.rows(mistake?.split("to make it: ")[1] ?? "");
    expect((await resolve(table, "skip")).arbiter).toMatchObject({ columns: ["A b"] });
  });

  test("a merge list that names another column, one of the key, or one that cannot be added to", async () => {
    expect(
      await mistakes({
        ...more({ name: "mood", type: "mood" }, { name: "score", type: "numeric" }),
        updateColumns: ["bdy"],
        touchColumns: ["stamp", "uses"],
        addColumns: ["uses", "mood", "score"],
        keepColumns: ["key"],
      }),
    ).toEqual([
      'update column "bdy" is not among the columns (did you mean body?)',
      'touch column "stamp" is not among the columns',
      'keep column "key" belongs to the conflict key, which never changes',
      'add column "mood" is mood, and only numbers can be added',
      'column "uses" is a touch column and an update or add column: choose one',
    ]);
  });

  test("all of it at once, with the number of mistakes", async () => {
    const error = await resolve({ columns: [{ name: "nope", type: "text" }], conflictKey: ["key"] }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({
      code: "USAGE",
      message:
        'The description of "public"."items" does not fit the table in 3 points: column "nope" is not in the table; and more.',
      details: [expect.any(String), expect.any(String), expect.any(String)],
    });
  });
});

describe("a declared type matches", () => {
  test.each([
    ["key", "varchar"],
    ["key", "character varying"],
    ["key", "VARCHAR ( 255 )"],
    ["key", "pg_catalog.varchar"],
    ["score", "numeric(6, 2)"],
    ["score", "decimal"],
    ["stamp", "timestamptz"],
    ["stamp", "timestamp with time zone"],
    ["stamp", "timestamp(3) with time zone"],
    ["mood", "mood"],
    ["mood", "MOOD"],
    ["mood", '"mood"'],
    ["mood", "public.mood"],
    ["mood", '"public"."mood"'],
    ["moods", "mood[]"],
    ["moods", "public.mood[3][]"],
    ["moods", "_mood"],
    ["codes", "varchar[]"],
    ["codes", "varchar(5)[]"],
    ["email", "email"],
    ["email", "varchar"],
    ["email", "varchar(40)"],
  ])("column %s by %s", async (name, declared) => {
    expect(await matches(name, declared)).toBe(true);
  });

  test.each([
    ["key", "varchar(100)"],
    ["key", "bpchar"],
    ["key", '"VARCHAR"'],
    ["lonely", "text(5)"],
    ["mood", "other.mood"],
    ["mood", '"MOOD"'],
    ["mood", "mood[]"],
    ["mood", "mood(1)"],
    ["moods", "mood"],
    ["codes", "varchar(6)[]"],
    ["codes", "text[]"],
    ["email", "text"],
    ["email", "varchar(255)"],
    ["stamp", "timestamp"],
    ["stamp", "timestamptz(9)"],
    ["part", "int; drop table items"],
    ["part", ""],
  ])("column %s not by %s", async (name, declared) => {
    expect(await matches(name, declared)).toBe(false);
  });

  test("types of extensions by name and modifier", () => {
    const vector = {
      label: "vector(384)",
      qualifiedName: '"extensions"."vector"',
      name: "vector",
      oid: 98765,
      kind: "base",
      modifier: 384,
    } as const;
    const outcome = (declared: string): boolean => matchesType(declared, vector);
    expect(["vector", "vector(384)", "extensions.vector( 384 )"].map(outcome)).toEqual([true, true, true]);
    expect(["vector(768)", "halfvec(384)", "vector[]", "public.vector"].map(outcome)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  async function matches(name: string, declared: string): Promise<boolean> {
    const facts = await inspectTable(db.database.pool, "public", "items");
    const column = facts.columns.find((candidate) => candidate.name === name);
    if (column === undefined) throw new Error(`no column ${name}`);
    return matchesType(declared, column.type);
  }
});

describe("COPY straight into the table", () => {
  const canCopy = async (name: string, policy: MergePolicy = "error"): Promise<boolean> =>
    (await resolve({ name, columns: [{ name: "a", type: "int" }], conflictKey: ["a"] }, policy))
      .canCopyDirectly;

  beforeAll(async () => {
    await db.rows(`
      create table plain (a int primary key);
      create table parted (a int primary key) partition by hash (a);
      create view seen as select a from plain;
      create table ruled (a int primary key);
      create rule away as on insert to ruled do instead nothing;
      create table checked (a int primary key);
      create function drop_odd() returns trigger language plpgsql as
        $$ begin return case when new.a % 2 = 0 then new end; end $$;
      create trigger drop_odd before insert on checked for each row execute function drop_odd();`);
  });

  test("goes where it does what INSERT does", async () => {
    expect(await canCopy("plain", "update")).toBe(true);
    expect(await canCopy("parted", "skip")).toBe(true);
    expect((await resolve()).canCopyDirectly).toBe(true);
  });

  test("goes not into views, past rules or in front of triggers that suppress rows", async () => {
    expect(await canCopy("seen")).toBe(false);
    expect(await canCopy("ruled")).toBe(false);
    expect(await canCopy("checked")).toBe(false);
  });

  test("goes not where row security applies, which COPY refuses", async () => {
    await db.rows(`create table secured (a int primary key); alter table secured enable row level security`);
    expect(await canCopy("secured")).toBe(true);
    const role = `writer_${process.pid}`;
    await db.rows(`create role ${role}; grant all on secured to ${role}`);
    const facts = await withSession(db.database, `set role ${role}`, async (client) => {
      await expect(client.query("copy secured from stdin")).rejects.toMatchObject({ code: "0A000" });
      return inspectTable(client, "public", "secured");
    }).finally(() => db.rows(`drop owned by ${role}; drop role ${role}`));
    const table = { ...items, name: "secured", columns: [{ name: "a", type: "int" }], conflictKey: ["a"] };
    expect(resolveTable(facts, table, "skip").canCopyDirectly).toBe(false);
  });

  test("goes not where a value has to be cast on its way", async () => {
    expect((await resolve(more({ name: "email", type: "email" }))).canCopyDirectly).toBe(false);
  });

  test("is told of ordinary tables only", async () => {
    expect((await resolve()).isOrdinary).toBe(true);
    const column = { columns: [{ name: "a", type: "int" }], conflictKey: ["a"] };
    expect((await resolve({ name: "parted", ...column })).isOrdinary).toBe(false);
  });

  test("or by a merge: rules, views and materialized views are refused", async () => {
    const column = { columns: [{ name: "a", type: "int" }], conflictKey: ["a"] };
    expect(await mistakes({ name: "ruled", ...column }, "skip")).toEqual([
      "policy skip needs ON CONFLICT, which a table with rules for INSERT or UPDATE does not take",
    ]);
    expect(await mistakes({ name: "seen", ...column }, "skip")).toEqual([
      'policy skip needs a unique index on exactly ("a") of "public"."seen", and a view has none: use policy error',
    ]);
    await db.rows("create materialized view kept as select a from plain");
    expect(await mistakes({ name: "kept", ...column }, "error")).toEqual([
      "a materialized view gets its rows from its query only",
    ]);
  });
});

import { beforeAll, describe, expect, test } from "vitest";
import { bulkLookup, type LookupRow } from "../../src/bulk/bulkLookup.ts";
import { lookupSql } from "../../src/bulk/sql/lookup.ts";
import { useDatabase } from "../support/database.ts";
import { withSession } from "./session.support.ts";

const db = useDatabase({ empty: true, inPublic: true });
const rows = 200_000;

beforeAll(async () => {
  await db.rows(`
    create table big (id int primary key, part text not null, number int8 not null, unique (part, number));
    insert into big select i, 'p' || i % 10, i from generate_series(1, ${rows}) i;
    create domain code as text check (value <> 'bad');
    create type mood as enum ('sad', 'ok');
    create table odd (
      id int8 primary key, uid uuid unique, label text unique, code code unique, mood mood, name varchar(10) unique,
      price numeric(6, 2) unique, tags text[] unique, raw bytea unique, made timestamptz unique, address inet unique,
      "__proto__" int
    )`);
  await db.rows("analyze big");
});

function lookup(
  table: string,
  keys: readonly unknown[],
  options?: Parameters<typeof bulkLookup>[3],
): Promise<(LookupRow | undefined)[]> {
  return bulkLookup(db.database, `public.${table}`, keys, options);
}

describe("rows by their keys", () => {
  test("come in the order of the keys, undefined where there is none", async () => {
    expect(await lookup("big", [3, rows + 1, 1, 3, null])).toEqual([
      { id: 3, part: "p3", number: "3" },
      undefined,
      { id: 1, part: "p1", number: "1" },
      { id: 3, part: "p3", number: "3" },
      undefined,
    ]);
  });

  test("are none for no keys", async () => {
    expect(await lookup("big", [])).toEqual([]);
  });

  test("are one for one key", async () => {
    expect(await lookup("big", [7], { columns: ["part"] })).toEqual([{ part: "p7" }]);
  });

  test("are as many as there are keys, in one query", async () => {
    const keys = Array.from({ length: rows }, (_, index) => rows + 5 - index);
    const start = performance.now();
    const found = await lookup("big", keys, { columns: ["number", "id"] });
    expect(performance.now() - start).toBeLessThan(20_000);
    expect(found.length).toBe(rows);
    expect(found.slice(0, 5)).toEqual([undefined, undefined, undefined, undefined, undefined]);
    expect(found.findIndex((row, index) => index > 4 && row?.id !== keys[index])).toBe(-1);
    expect(Object.keys(found[5] ?? {})).toEqual(["number", "id"]);
  });

  test("of several columns, as arrays or objects", async () => {
    const keys = [
      ["p3", 3],
      { number: 4n, part: "p4", more: true },
      ["p3", 4],
      [null, 3],
      { part: "p1", number: null },
    ];
    const found = await lookup("big", keys, { by: ["part", "number"], columns: ["id"] });
    expect(found).toEqual([{ id: 3 }, { id: 4 }, undefined, undefined, undefined]);
  });

  test("of a description, by its conflict key", async () => {
    const table = {
      schema: "public",
      name: "big",
      columns: [{ name: "part", type: "text" }],
      conflictKey: ["number", "part"],
    };
    expect(await bulkLookup(db.database, table, [[12, "p2"]])).toMatchObject([{ id: 12 }]);
    expect(await bulkLookup(db.database, { ...table, conflictKey: [] }, [12])).toMatchObject([{ id: 12 }]);
  });

  test("are seen as the client's transaction sees them", async () => {
    const found = await withSession(db.database, "begin; insert into big values (-1, 'mine', -1)", (client) =>
      bulkLookup(client, { schema: "public", name: "big" }, [-1]),
    );
    expect(found).toEqual([{ id: -1, part: "mine", number: "-1" }]);
    expect(await lookup("big", [-1])).toEqual([undefined]);
  });
});

describe("keys of every kind", () => {
  const hazards = [
    "",
    "\\N",
    "\\.",
    "a\tb",
    "a\nb\r\n",
    '"',
    "{a,b}",
    "NULL",
    "null",
    "\\",
    "a\\\\b",
    "'",
    "é",
    "e\u0301",
    "💥",
    " a ",
  ];

  beforeAll(async () => {
    await db.rows(
      "insert into odd (id, label) select -ordinality, label from unnest($1::text[]) with ordinality as l(label)",
      [hazards],
    );
    await db.rows(`insert into odd (id, uid, code, mood, name, price, tags, raw, made, address, "__proto__") values
      (9007199254740993, '00000000-0000-0000-0000-00000000000A', 'good', 'ok', 'short', 1.10, '{a,"b,c",NULL}', '\\x00ff',
       '2026-11-21 10:00:00.123456+00', '10.0.0.1', 5)`);
  });

  test("text that is special somewhere on its way", async () => {
    // Null is not the text "null", and not equal to the NULL of the last row.
    const found = await lookup("odd", [...hazards, "missing", null], { by: ["label"], columns: ["label"] });
    expect(found).toEqual([...hazards.map((label) => ({ label })), undefined, undefined]);
  });

  test("int8 beyond 2^53", async () => {
    expect(
      await lookup("odd", [9007199254740993n, "9007199254740993", 9007199254740994n], { columns: ["id"] }),
    ).toEqual([{ id: "9007199254740993" }, { id: "9007199254740993" }, undefined]);
  });

  test.each<[by: string, key: unknown, absent: unknown]>([
    ["uid", "00000000-0000-0000-0000-00000000000a", "00000000-0000-0000-0000-00000000000b"],
    ["code", "good", "bad"],
    ["mood", "ok", "sad"],
    ["name", "short", "Short"],
    ["price", "1.1", 1.2],
    ["tags", ["a", "b,c", null], ["a", "b", "c"]],
    ["raw", new Uint8Array([0, 255]), new Uint8Array()],
    ["made", "2026-11-21T12:00:00.123456+02:00", new Date("2026-11-21T10:00:00Z")],
    ["address", "10.0.0.1", "10.0.0.2"],
  ])("%s", async (by, key, absent) => {
    expect(await lookup("odd", [key, absent, key], { by: [by], columns: ["id"] })).toEqual([
      { id: "9007199254740993" },
      undefined,
      { id: "9007199254740993" },
    ]);
  });

  test("a column may have the name of what all objects inherit", async () => {
    const [row] = await lookup("odd", [9007199254740993n], { columns: ["__proto__", "mood"] });
    expect(Object.entries(row ?? {})).toEqual([
      ["__proto__", 5],
      ["mood", "ok"],
    ]);
  });
});

describe("refused are", () => {
  test.each<[keys: unknown[], by: string[], details: string[]]>([
    [
      [1, "x", 2.5, undefined],
      ["id"],
      [
        "key 1: column id (integer) cannot hold a string",
        "key 2: column id (integer) cannot hold 2.5",
        "key 3: column id (integer) has no value",
      ],
    ],
    [
      [["p1", 1], ["p1"], "p1", { part: "p1" }, null],
      ["part", "number"],
      [
        "key 1 has 1 values for 2 columns",
        "key 2 is neither an array nor an object",
        "key 3: column number (bigint) has no value",
        "key 4 is neither an array nor an object",
      ],
    ],
    [
      ["a\u0000b", ["p1"]],
      ["part"],
      ["key 0: column part (text) contains U+0000", "key 1: column part (text) cannot hold an array"],
    ],
  ])("keys that do not fit, by their index: %j", async (keys, by, details) => {
    await expect(lookup("big", keys, { by })).rejects.toMatchObject({
      code: "INVALID_INPUT",
      message: `Not all keys can be looked up: ${details[0]}.`,
      details,
    });
  });

  test("many keys at once, of which the first ten are told", async () => {
    const failing = lookup("big", new Array(1000).fill("x"));
    await expect(failing).rejects.toMatchObject({ details: { length: 10 } });
  });

  test("a key that only the server can check, with its reason", async () => {
    await expect(lookup("odd", ["10.0.0"], { by: ["address"] })).rejects.toMatchObject({
      code: "DATABASE",
      message: expect.stringContaining(
        'Looking up rows of "public"."odd" failed: invalid input syntax for type inet',
      ),
    });
  });

  test("columns that are not there", async () => {
    const columns = lookup("big", [1], { columns: ["prat"] });
    await expect(columns).rejects.toMatchObject({
      code: "USAGE",
      message: '"public"."big" has no column "prat" (did you mean part?).',
    });
    await expect(lookup("big", [1], { by: ["nothing"] })).rejects.toMatchObject({ code: "USAGE" });
    await expect(lookup("big", [1], { by: [] })).rejects.toMatchObject({ code: "USAGE" });
    await expect(lookup("bgi", [1])).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("a key that matches several rows", async () => {
    await expect(lookup("big", ["none", "p1"], { by: ["part"] })).rejects.toMatchObject({
      code: "USAGE",
      message: 'Key 1 matches several rows of "public"."big": name columns in "by" that are unique.',
    });
  });

  test("a table without a key, unless one is named", async () => {
    await db.rows("create table keyless (a int); insert into keyless values (1)");
    await expect(lookup("keyless", [1])).rejects.toMatchObject({ code: "USAGE" });
    expect(await lookup("keyless", [1, 2], { by: ["a"] })).toEqual([{ a: 1 }, undefined]);
  });
});

describe("the statement", () => {
  const text = lookupSql(
    ["public", "big"],
    [
      { column: "part", type: 'pg_catalog."text"' },
      { column: "number", type: 'pg_catalog."int8"' },
    ],
    ["id"],
  );

  test("is a join with unnest", async () => {
    await expect(text).toMatchFileSnapshot("golden/lookup.sql");
  });

  async function plan(keys: number): Promise<string> {
    const numbers = Array.from({ length: keys }, (_, index) => String(index + 1));
    const values = [numbers.map((number) => `p${Number(number) % 10}`), numbers];
    const lines = await db.rows<{ "QUERY PLAN": string }>(`explain (costs off) ${text}`, values);
    return lines.map((line) => line["QUERY PLAN"]).join("\n");
  }

  test("uses the index for few keys, and reads the table once for many", async () => {
    expect(await plan(10)).toMatch(/Index (Only )?Scan using big_part_number_key/);
    expect(await plan(10)).not.toContain("Seq Scan");
    expect(await plan(rows)).toMatch(/Hash Join(.|\n)*Seq Scan on big/);
  });
});

// Datasets as tables: what the views hold, that they never fail, and that they follow the dataset.

import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createView, dropView, listViews, refreshViews } from "../../../src/catalog/index.ts";
import { asJsonText } from "../../../src/json.ts";
import { useDatabase } from "../../support/database.ts";
import { array, container, load } from "../../support/nodes.ts";

const text = (path: string, metadata: string) => ({ ...container(path), metadata: asJsonText(metadata) });

const hostile = `it's "%$1\\ key; drop table nodes; --`;

describe("a view", () => {
  const db = useDatabase();

  beforeAll(async () => {
    const odd = JSON.stringify(hostile);
    await load(db.database, [
      container("/VDP"),
      text(
        "/VDP/a",
        `{"Ja":0.5,"n":1,"big":9223372036854775807,"ok":true,"name":"alpha","mix":1,"list":[1],"id":"x",${odd}:1}`,
      ),
      text(
        "/VDP/b",
        '{"Ja":2,"n":-3,"big":1,"ok":false,"name":"be\'ta","mix":"one","o":{"p":1},"none":null}',
      ),
      text(
        "/VDP/c",
        `{"Ja":null,"huge":1e400,"ids":92233720368547758079,"long":${JSON.stringify("word ".repeat(2000))}}`,
      ),
      array("/VDP/axis"),
      array("/VDP/a/x", { metadata: { only_here: 1 } }),
    ]);
  });

  test("has a row an entity and a typed column a key", async () => {
    const made = await createView(db.database, "VDP");
    expect(made).toMatchObject({
      schema: "copycat_views",
      name: "VDP",
      sqlName: '"copycat_views"."VDP"',
      rows: 3,
    });
    const types = await db.rows<{ name: string; type: string }>(
      `select attname::text as name, format_type(atttypid, atttypmod) as type from pg_attribute
       where attrelid = 'copycat_views."VDP"'::regclass and attnum > 0 order by attnum`,
    );
    expect(Object.fromEntries(types.map(({ name, type }) => [name, type]))).toEqual({
      id: "integer",
      key: "text",
      path: "text",
      Ja: "double precision",
      n: "bigint",
      big: "bigint",
      ok: "boolean",
      name: "text",
      mix: "jsonb",
      list: "jsonb",
      o: "jsonb",
      none: "jsonb",
      huge: "numeric",
      ids: "numeric",
      long: "text",
      id_2: "text",
      [hostile]: "bigint",
      time_created: "timestamp without time zone",
      time_updated: "timestamp without time zone",
    });
  });

  test("holds what the metadata holds; what is not there is NULL", async () => {
    const rows = await db.rows(
      `select key, path, "Ja", n::text, big::text, ok, name, mix, list, o, none, id_2, ids::text, length(long) as long
       from copycat_views."VDP" order by id`,
    );
    expect(rows).toEqual([
      {
        ...{ key: "a", path: "/VDP/a", Ja: 0.5, n: "1", big: "9223372036854775807", ok: true, name: "alpha" },
        ...{ mix: 1, list: [1], o: null, none: null, id_2: "x", ids: null, long: null },
      },
      {
        ...{ key: "b", path: "/VDP/b", Ja: 2, n: "-3", big: "1", ok: false, name: "be'ta" },
        ...{ mix: "one", list: null, o: { p: 1 }, none: null, id_2: null, ids: null, long: null },
      },
      {
        ...{ key: "c", path: "/VDP/c", Ja: null, n: null, big: null, ok: null, name: null },
        ...{
          mix: null,
          list: null,
          o: null,
          none: null,
          id_2: null,
          ids: "92233720368547758079",
          long: 10_000,
        },
      },
    ]);
    expect(await db.value("select count(*)::int from nodes")).toBe(7);
  });

  test("is not made over what is there, and not of what is no dataset", async () => {
    await expect(createView(db.database, "VDP")).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("make it again with replace: true."),
    });
    await db.rows("create table copycat_views.mine (x int)");
    for (const replace of [false, true]) {
      await expect(createView(db.database, "VDP", { name: "mine", replace })).rejects.toMatchObject({
        code: "USAGE",
        message: expect.stringContaining("copycat did not make it"),
      });
    }
    await expect(createView(db.database, "VDP/axis")).rejects.toMatchObject({ code: "USAGE" });
    await expect(createView(db.database, "nowhere")).rejects.toMatchObject({ code: "NOT_FOUND" });
    for (const name of ["", "x".repeat(64), "a\0b"]) {
      await expect(createView(db.database, "VDP", { name })).rejects.toMatchObject({ code: "USAGE" });
    }
    expect(await listViews(db.database)).toHaveLength(1);
  });

  test("takes any name and any schema", async () => {
    const viewSchema = `odd "schema's"`;
    const made = await createView(db.database, "VDP", { name: hostile, viewSchema });
    expect(await db.value(`select count(*)::int from ${made.sqlName}`)).toBe(3);
    const [refreshed] = await refreshViews(db.database, { name: hostile });
    expect(refreshed).toMatchObject({ name: hostile, schema: viewSchema });
    await dropView(db.database, hostile, { viewSchema });
    expect(await db.value("select to_regclass($1)", [made.sqlName])).toBeNull();
    await expect(dropView(db.database, hostile, { viewSchema })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("that others lean on is neither dropped nor replaced", async () => {
    await db.rows(`create view public.leaning as select "Ja" from copycat_views."VDP"`);
    const refused = { code: "USAGE", message: expect.stringContaining("Drop them first") };
    await expect(dropView(db.database, "VDP")).rejects.toMatchObject(refused);
    await expect(createView(db.database, "VDP", { replace: true })).rejects.toMatchObject(refused);
    await db.rows("drop view public.leaning");
    expect(await listViews(db.database)).toMatchObject([{ name: "VDP", exists: true, isStale: false }]);
  });

  test("that somebody dropped is told as gone, and can be made again", async () => {
    await db.rows(`drop materialized view copycat_views."VDP"`);
    expect(await listViews(db.database)).toMatchObject([{ exists: false, rows: 0 }]);
    await expect(refreshViews(db.database)).rejects.toMatchObject({
      code: "DATABASE",
      cause: { code: "42P01" },
    });
    await createView(db.database, "VDP");
    expect(await listViews(db.database)).toMatchObject([{ exists: true, rows: 3 }]);
    await dropView(db.database, "VDP");
    expect(await listViews(db.database)).toEqual([]);
  });
});

describe("a refresh", () => {
  const db = useDatabase();
  let notices: string[] = [];
  const onNotice = (notice: string): void => void notices.push(notice);
  const refresh = (options: object = {}) => refreshViews(db.database, { onNotice, ...options });
  const values = () => db.rows(`select key, "Ja" from copycat_views."V" order by id`);

  beforeAll(async () => {
    await load(db.database, [
      container("/V"),
      container("/V/a", { Ja: 1 }),
      container("/W"),
      container("/W/a", { Q: 1 }),
    ]);
    await createView(db.database, "V");
    await createView(db.database, "W");
  });

  beforeEach(() => {
    notices = [];
  });

  test("takes in new, changed and deleted entities, beside a reader", async () => {
    await load(db.database, [container("/V/a", { Ja: 5 }), container("/V/b", { Ja: 2 })], {
      policy: "update",
    });
    expect(await listViews(db.database)).toMatchObject([
      { name: "V", isStale: true },
      { name: "W", isStale: false },
    ]);
    const reader = await db.database.pool.connect();
    await reader.query(`begin; select * from copycat_views."V"`);
    expect(await refresh({ afterLoad: true })).toMatchObject([{ name: "V", dataset: "/V" }]);
    await reader.query("commit");
    reader.release();
    expect(await values()).toEqual([
      { key: "a", Ja: "5" },
      { key: "b", Ja: "2" },
    ]);
    await db.rows("delete from nodes where key = 'b'");
    await refresh({ name: "V" });
    expect(await values()).toEqual([{ key: "a", Ja: "5" }]);
    expect(notices).toEqual([]);
  });

  test("does nothing after a load that changed another dataset", async () => {
    expect(await refresh({ afterLoad: true })).toEqual([]);
    expect((await refresh()).map(({ name }) => name)).toEqual(["V", "W"]);
  });

  test("says which keys have no column, and that making the view again adds them", async () => {
    await load(db.database, [container("/V/c", { Ja: 3, new_key: 1, "odd key": 2 })]);
    await refresh({ afterLoad: true });
    expect(notices).toEqual([
      "The view V has no column for new_key, odd key; `copycat view create /V --name V --replace` would add it.",
    ]);
    await createView(db.database, "V", { replace: true });
    expect(await db.value(`select new_key::int from copycat_views."V" where key = 'c'`)).toBe(1);
    notices = [];
    await refresh();
    expect(notices).toEqual([]);
  });

  test("does not fail on values of another type: they are NULL, and it says so", async () => {
    await load(db.database, [
      text("/V/d", '{"Ja":0.5}'),
      text("/V/e", '{"Ja":"text"}'),
      text("/V/f", '{"Ja":1e30}'),
      text("/V/g", '{"Ja":{"deep":1}}'),
    ]);
    await refresh({ afterLoad: true });
    expect((await values()).map(({ Ja }) => Ja)).toEqual(["5", "3", null, null, null, null]);
    expect(notices).toEqual([expect.stringMatching(/^Values of another type in the view V are NULL: Ja; /)]);
  });

  test("that fails after a load is a notice, and the others are refreshed", async () => {
    await load(db.database, [container("/V/h"), container("/W/h")]);
    await db.rows(`drop materialized view copycat_views."V"`);
    expect(await refresh({ afterLoad: true })).toMatchObject([{ name: "W" }]);
    expect(notices).toEqual([expect.stringMatching(/^The view V was not refreshed: .*All nodes are in/)]);
    await expect(refresh({ name: "V" })).rejects.toMatchObject({ code: "DATABASE" });
    await expect(refresh({ name: "U" })).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringContaining("did you mean"),
    });
    await dropView(db.database, "V");
  });

  test("of a dataset that was deleted empties the view and says how to follow a new one", async () => {
    await db.rows("delete from nodes where key = 'W'");
    await refresh({ afterLoad: true });
    expect(notices).toEqual([expect.stringContaining("copycat view create /W --name W --replace")]);
    expect(await db.value(`select count(*)::int from copycat_views."W"`)).toBe(0);
  });
});

describe("a database without views", () => {
  const fresh = useDatabase();

  test("has none; asking and refreshing makes nothing", async () => {
    expect(await listViews(fresh.database)).toEqual([]);
    expect(await refreshViews(fresh.database)).toEqual([]);
    expect(await fresh.value("select to_regclass('copycat.dataset_view')")).toBeNull();
  });
});

// Promoting keys: which indexes come of it, what is refused, and that nothing is left behind then.

import { createHash } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { engineMigrations } from "../../../migrations/engine/index.ts";
import {
  addPromotedKey,
  dropPromotedKey,
  listPromotedKeys,
  type NodeRecord,
  verifyCatalog,
} from "../../../src/catalog/index.ts";
import { buildIndexes } from "../../../src/catalog/promoted/buildIndexes.ts";
import { catalogNames } from "../../../src/catalog/tables.ts";
import { migrateUp } from "../../../src/database/index.ts";
import { asJsonText } from "../../../src/json.ts";
import { useDatabase } from "../../support/database.ts";
import { array, container, json, load } from "../../support/nodes.ts";
import { ownIndexes } from "./support.ts";

const db = useDatabase();

/** 3,010 bytes that hardly compress. */
const noise = Array.from({ length: 70 }, (_, index) =>
  createHash("sha256").update(String(index)).digest("base64url"),
).join("");

const nodes: NodeRecord[] = [
  container("/VDP"),
  container("/VDP/a", {
    Ja: 0.5,
    name: "alpha",
    ok: true,
    nested: { depth: 1, list: [1] },
    mixed: 1,
    none: null,
  }),
  container("/VDP/b", { Ja: 1, name: "beta", ok: false, nested: { depth: 2 }, mixed: "one", "odd.key": 1 }),
  container("/other"),
  container("/other/c", { Ja: "text", name: "gamma", list: [1, 2], long: noise, "it's \"%$1\\": 3 }),
  array("/VDP/a/x", { metadata: { Ja: 7 } }),
];

beforeAll(async () => {
  await load(db.database, nodes);
});

const add = (path: readonly string[] | "specs" | "family", dataset?: string, notices: string[] = []) =>
  addPromotedKey(db.database, path, {
    ...(dataset === undefined ? {} : { dataset }),
    planCacheMode: false,
    onNotice: (notice) => notices.push(notice),
  });

const definition = (name: string | undefined): Promise<string> =>
  db.value("select pg_get_indexdef(to_regclass(quote_ident($1)))", [name]);

const statistics = (): Promise<number> =>
  db.value("select count(*)::int from pg_statistic_ext where stxname like 'copycat_key%'");

describe("the indexes", () => {
  test.each<[string, string[], string, string[]]>([
    ["numbers", ["Ja"], "VDP", ["comparison", "sort"]],
    ["strings", ["name"], "VDP", ["comparison", "sort", "like"]],
    ["booleans", ["ok"], "VDP", ["comparison", "sort"]],
    ["numbers here and strings there", ["mixed"], "VDP", ["comparison", "sort", "like"]],
    ["a nested key", ["nested", "depth"], "VDP", ["comparison", "sort"]],
    ["a key with a dot", ["odd.key"], "VDP", ["comparison", "sort"]],
    ["a key of quotes and signs", ["it's \"%$1\\"], "other", ["comparison", "sort"]],
  ])("of %s fit its values", async (_what, path, dataset, kinds) => {
    const added = await add(path, dataset);
    expect(added).toMatchObject({ path, dataset: `/${dataset}`, kinds, isValid: true });
    expect(added.built).toEqual(added.indexes);
    expect(await ownIndexes(db)).toEqual([...added.indexes].sort());
    expect(await dropPromotedKey(db.database, path, { dataset })).toBe(true);
    expect(await ownIndexes(db)).toEqual([]);
    expect(await statistics()).toBe(0);
    expect(await listPromotedKeys(db.database)).toEqual([]);
  });

  test("have the shapes that Tiled's SQL asks for", async () => {
    const { indexes } = await add(["nested", "depth"]);
    const on = `INDEX NAME ON ${db.database.catalogSchema}.nodes USING`;
    const shapes = await Promise.all(indexes.map(definition));
    expect(shapes.map((text) => text.replace(/copycat_key_\w+/, "NAME"))).toEqual([
      `CREATE ${on} btree (parent, ((metadata #> '{nested,depth}'::text[])), id)`,
      `CREATE ${on} btree (parent, (((metadata -> 'nested'::text) -> 'depth'::text)), id)`,
    ]);
    const { indexes: texts, datasetId } = await add(["name"], "VDP");
    expect(await definition(texts[0])).toMatch(new RegExp(`, id\\) WHERE \\(parent = ${datasetId}\\)$`));
    expect(await definition(texts[2])).toMatch(
      /USING gin \(parent, \(\(metadata #>> '\{name\}'::text\[\]\)\) gin_trgm_ops\) WHERE /,
    );
    await dropPromotedKey(db.database, ["nested", "depth"]);
    await dropPromotedKey(db.database, ["name"], { dataset: "/VDP/" });
  });

  test("of one dataset and of all stand side by side", async () => {
    await add(["Ja"]);
    await add(["Ja"], "VDP");
    const listed = await listPromotedKeys(db.database);
    expect(listed.map(({ dataset, kinds }) => [dataset, kinds])).toEqual([
      [null, ["comparison", "sort", "like"]],
      ["/VDP", ["comparison", "sort"]],
    ]);
    expect(await ownIndexes(db)).toHaveLength(5);
    expect(await statistics()).toBe(2);
    expect(await dropPromotedKey(db.database, ["Ja"])).toBe(true);
    expect(await dropPromotedKey(db.database, ["Ja"])).toBe(false);
    expect(await ownIndexes(db)).toHaveLength(2);
    expect(await dropPromotedKey(db.database, ["Ja"], { dataset: "VDP" })).toBe(true);
    expect(await statistics()).toBe(0);
  });

  test("of specs and of the structure family are of their columns", async () => {
    const specs = await add("specs");
    const family = await add("family", "VDP");
    expect([specs.kinds, family.kinds]).toEqual([["specs"], ["family"]]);
    expect(await definition(specs.indexes[0])).toContain("USING gin (parent, specs jsonb_path_ops)");
    expect(await definition(family.indexes[0])).toContain("USING btree (parent, structure_family, id) WHERE");
    expect(await dropPromotedKey(db.database, "specs")).toBe(true);
    expect(await dropPromotedKey(db.database, "family", { dataset: "VDP" })).toBe(true);
    expect(await ownIndexes(db)).toEqual([]);
  });

  test("are not built twice; what is missing is", async () => {
    const first = await add(["name"], "VDP");
    expect((await add(["name"], "VDP")).built).toEqual([]);
    await db.rows(`drop index ${first.indexes[1]}`);
    expect(await listPromotedKeys(db.database)).toMatchObject([{ isValid: false }]);
    const again = await add(["name"], "VDP");
    expect(again).toMatchObject({ built: [first.indexes[1]], isValid: true, indexes: first.indexes });
    await dropPromotedKey(db.database, ["name"], { dataset: "VDP" });
  });

  test("gain one when strings come to a key of numbers", async () => {
    expect((await add(["Ja"], "VDP")).kinds).toEqual(["comparison", "sort"]);
    await db.rows(`update nodes set metadata = metadata || '{"Ja": "much"}' where key = 'b'`);
    const again = await add(["Ja"], "VDP");
    expect(again.kinds).toEqual(["comparison", "sort", "like"]);
    expect(again.built).toEqual([again.indexes[2]]);
    await db.rows(`update nodes set metadata = metadata || '{"Ja": 1}' where key = 'b'`);
    expect((await add(["Ja"], "VDP")).kinds).toEqual(["comparison", "sort", "like"]);
    await dropPromotedKey(db.database, ["Ja"], { dataset: "VDP" });
    expect(await ownIndexes(db)).toEqual([]);
  });
});

describe("refused, with nothing left behind, is", () => {
  test.each<[string, readonly string[], string | undefined, string, RegExp]>([
    [
      "a key that no node has",
      ["Jb"],
      "VDP",
      "NOT_FOUND",
      /^No child of VDP has the metadata key Jb \(did you mean Ja\?\)/,
    ],
    [
      "a nested key that is one with a dot",
      ["odd", "key"],
      undefined,
      "NOT_FOUND",
      /did you mean the single key "odd\.key", as the list \["odd\.key"\]\?/,
    ],
    ["a key of objects", ["nested"], undefined, "USAGE", /nested holds only objects; .* KEY\.INNER/],
    ["a key of lists", ["list"], undefined, "USAGE", /holds only lists/],
    ["a key of nulls", ["none"], undefined, "USAGE", /holds only null/],
    ["a dataset that is not there", ["Ja"], "nowhere", "NOT_FOUND", /no node \/nowhere/],
    ["an array as a dataset", ["Ja"], "VDP/a/x", "USAGE", /\/VDP\/a\/x is an array/],
    [
      "a value too long for a btree",
      ["long"],
      undefined,
      "INVALID_INPUT",
      /^The value of 3,0\d\d bytes of long in \/other\/c is too long/,
    ],
  ])("%s", async (_what, path, dataset, code, message) => {
    await expect(add(path, dataset)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(await ownIndexes(db)).toEqual([]);
    expect(await listPromotedKeys(db.database)).toEqual([]);
  });

  test("a long value elsewhere is no obstacle for one dataset", async () => {
    await db.rows(`update nodes set metadata = metadata || '{"long": "short"}' where key = 'a'`);
    expect((await add(["long"], "VDP")).isValid).toBe(true);
    await dropPromotedKey(db.database, ["long"], { dataset: "VDP" });
  });

  test("a build that fails: indexes that were made before it go again", async () => {
    const names = catalogNames(db.database.catalogSchema);
    const shape = (kind: "comparison" | "sort", expression: string) => {
      const name = `copycat_key_test_${kind}`;
      const statement = `create index concurrently ${name} on nodes (parent, (${expression}), id)`;
      return { kind, name, statement };
    };
    const good = shape("comparison", "metadata #> '{Ja}'");
    const build = (bad: string) =>
      buildIndexes(db.database, names, [good, shape("sort", bad)], {
        path: ["long"],
        statistics: [],
      });
    // Somebody wrote a long value after the values were looked at.
    await expect(build("metadata #> '{long}'")).rejects.toMatchObject({
      code: "INVALID_INPUT",
      message: expect.stringMatching(/^A value of long is too long for an index/),
    });
    expect(await ownIndexes(db)).toEqual([]);
    await expect(build("1 / (id - id)")).rejects.toMatchObject({
      code: "DATABASE",
      cause: { code: "22012" },
    });
    expect(await ownIndexes(db)).toEqual([]);
  });

  test("a build that was cancelled", async () => {
    const controller = new AbortController();
    controller.abort();
    const adding = addPromotedKey(db.database, ["Ja"], { dataset: "VDP", signal: controller.signal });
    await expect(adding).rejects.toMatchObject({ code: "CANCELLED" });
    expect(await ownIndexes(db)).toEqual([]);
  });
});

describe("a run that was cut off", () => {
  test("leaves an index half built, which the next one replaces", async () => {
    const { indexes } = await add(["name"], "VDP");
    await db.rows(`update pg_index set indisvalid = false where indexrelid = '${indexes[0]}'::regclass`);
    expect(await listPromotedKeys(db.database)).toMatchObject([{ isValid: false }]);
    const notices: string[] = [];
    const again = await add(["name"], "VDP", notices);
    expect(again).toMatchObject({ isValid: true, built: [indexes[0]] });
    expect(notices.join("\n")).toContain(`${indexes[0]} was left half built`);
    await dropPromotedKey(db.database, ["name"], { dataset: "VDP" });
  });
});

describe("beside others", () => {
  test("an old transaction is waited for, and it is said for whom", async () => {
    const other = await db.database.pool.connect();
    await other.query("begin isolation level repeatable read");
    await other.query("update nodes set time_updated = now() where key = 'a'");
    const notices: string[] = [];
    const adding = add(["ok"], "VDP", notices);
    await expect
      .poll(() => notices.join("\n"), { timeout: 20_000 })
      .toMatch(/Waiting for another session .*\(pid \d+, .*idle in transaction/);
    await other.query("commit");
    other.release();
    expect((await adding).isValid).toBe(true);
    expect(notices.filter((notice) => notice.startsWith("Waiting")).length).toBe(1);
    await dropPromotedKey(db.database, ["ok"], { dataset: "VDP" });
  });

  test("who cancels while it waits leaves nothing behind", async () => {
    const other = await db.database.pool.connect();
    await other.query("begin");
    await other.query("update nodes set time_updated = now() where key = 'a'");
    const controller = new AbortController();
    const notices: string[] = [];
    const adding = addPromotedKey(db.database, ["ok"], {
      dataset: "VDP",
      signal: controller.signal,
      onNotice: (notice) => notices.push(notice),
    });
    const outcome = expect(adding).rejects.toMatchObject({ code: "CANCELLED" });
    await expect.poll(() => notices.join(), { timeout: 20_000 }).toContain("Waiting for another session");
    expect(await ownIndexes(db)).toHaveLength(1);
    controller.abort();
    await other.query("commit");
    other.release();
    await outcome;
    expect(await ownIndexes(db)).toEqual([]);
    expect(await listPromotedKeys(db.database)).toEqual([]);
  });

  test("two that promote the same key at once build it once", async () => {
    const both = await Promise.all([add(["name"], "VDP"), add(["name"], "VDP")]);
    expect(both.map(({ isValid }) => isValid)).toEqual([true, true]);
    expect(both.map(({ built }) => built.length).sort()).toEqual([0, 3]);
    expect(await listPromotedKeys(db.database)).toHaveLength(1);
    await dropPromotedKey(db.database, ["name"], { dataset: "VDP" });
  });

  test("the catalog is sound afterwards", async () => {
    expect(await verifyCatalog(db.database)).toMatchObject({ ok: true });
  });
});

describe("a dataset that is deleted", () => {
  test("is told as such, and its keys can be dropped", async () => {
    await load(db.database, [container("/gone"), container("/gone/x", { Q: 1 })]);
    const { datasetId } = await add(["Q"], "gone");
    await db.rows("delete from nodes where key = 'gone'");
    const [listed] = await listPromotedKeys(db.database);
    expect(listed).toMatchObject({ dataset: `deleted node ${datasetId}`, isValid: true });
    expect(await dropPromotedKey(db.database, ["Q"], { dataset: listed?.dataset ?? "" })).toBe(true);
    expect(await ownIndexes(db)).toEqual([]);
  });
});

describe("a database where nothing was ever promoted", () => {
  const fresh = useDatabase();

  test("has none, and nothing to drop; asking makes nothing", async () => {
    expect(await listPromotedKeys(fresh.database)).toEqual([]);
    expect(await dropPromotedKey(fresh.database, ["Ja"])).toBe(false);
    expect(await fresh.value("select to_regclass('copycat.promoted_key')")).toBeNull();
  });

  test("gets the tables with the first key, also next to those of an older version", async () => {
    const { "0001_bulk_load": first } = engineMigrations;
    const migrations = first === undefined ? {} : { "0001_bulk_load": first };
    await migrateUp(fresh.database, { schema: "copycat", table: "engine_migration", migrations });
    await load(fresh.database, [
      container("/V"),
      { ...container("/V/a"), metadata: asJsonText('{"Ja":1.0}'), specs: json([]) },
    ]);
    expect(await addPromotedKey(fresh.database, ["Ja"])).toMatchObject({ isValid: true, scans: 0 });
  });
});

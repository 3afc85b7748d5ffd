// What is proposed, and what is not.

import { beforeAll, describe, expect, test } from "vitest";
import { addPromotedKey, advisePromotedKeys } from "../../../src/catalog/index.ts";
import { profileKeys } from "../../../src/catalog/promoted/profileKeys.ts";
import { useDatabase } from "../../support/database.ts";
import { container, json, load } from "../../support/nodes.ts";
import { manyEntities, someArrays } from "./support.ts";

describe("a profile of metadata", () => {
  test("counts types, presence, different values and ranges, nested keys by themselves", () => {
    const profiles = profileKeys([
      { a: 1, b: "x", n: { c: true, d: { e: null } }, l: [1, 2] },
      { a: 2.5, b: "x", n: { c: false } },
      { a: "text", b: "größe" },
      null,
    ]);
    const byPath = Object.fromEntries(profiles.map((profile) => [profile.path.join("."), profile]));
    expect(byPath.a).toMatchObject({
      types: { number: 2, string: 1 },
      present: 3,
      distinct: 3,
      min: 1,
      max: 2.5,
    });
    expect(byPath.b).toMatchObject({ types: { string: 3 }, distinct: 2, min: null, longestBytes: 7 });
    expect(byPath["n.c"]).toMatchObject({ types: { boolean: 2 }, present: 2, distinct: 2 });
    expect(byPath["n.d.e"]).toMatchObject({ types: { null: 1 }, distinct: 0 });
    expect(byPath.l).toMatchObject({ types: { array: 1 }, distinct: 0 });
    expect(Object.keys(byPath)).not.toContain("l.0");
  });

  test("goes only so deep, however deep the metadata", () => {
    let deep: Record<string, unknown> = { end: 1 };
    for (let level = 0; level < 2000; level++) deep = { k: deep };
    expect(profileKeys([deep]).length).toBeLessThan(10);
  });
});

describe("advice", () => {
  const db = useDatabase();

  beforeAll(async () => {
    await load(db.database, [...manyEntities("VDP", 3000), ...someArrays("VDP", 10)]);
    await load(db.database, [
      container("/it's small"),
      {
        ...container("/it's small/a", { "odd key": 1, path_m: "/x/1", flag: true }),
        specs: json([{ name: "s" }]),
      },
      container("/it's small/b", { "odd key": 2, path_m: "/x/2", flag: false }),
    ]);
  });

  const commands = async (dataset?: string) =>
    (await advisePromotedKeys(db.database, dataset === undefined ? {} : { dataset })).map(
      ({ command }) => command,
    );

  test("names the keys that pay, the best first, as commands", async () => {
    expect(await commands("VDP")).toEqual([
      "copycat index add Ja --dataset VDP",
      "copycat index add instrument.slot --dataset VDP",
      "copycat index add run --dataset VDP",
      "copycat index add instrument.name --dataset VDP",
      "copycat index add tag --dataset VDP",
      "copycat index add --specs --dataset VDP",
      "copycat index add --family --dataset VDP",
    ]);
  });

  test("quotes what a shell would read, and says when it makes no difference", async () => {
    const advice = await advisePromotedKeys(db.database, { dataset: "it's small" });
    expect(advice.map(({ command }) => command)).toEqual([
      `copycat index add --path '["odd key"]' --dataset 'it'\\''s small'`,
      `copycat index add --specs --dataset 'it'\\''s small'`,
    ]);
    expect(advice[0]?.reason).toContain("with 2 children it makes little difference yet");
  });

  test("tells what it saw", async () => {
    const [first] = await advisePromotedKeys(db.database, { dataset: "VDP" });
    expect(first).toMatchObject({ action: "add", path: ["Ja"], dataset: "/VDP", children: 3010 });
    expect(first?.sampled).toBeGreaterThan(1000);
    expect(first?.sampled).toBeLessThanOrEqual(2000);
    expect(first?.reason).toMatch(
      /^numbers from 0\S* to 0\.9\d+, in (99|100) % of the children, \d+ different values/,
    );
  });

  test("leaves out what is promoted, here or everywhere, and proposes to drop what nobody used for a day", async () => {
    await addPromotedKey(db.database, ["Ja"], { dataset: "VDP" });
    await addPromotedKey(db.database, ["run"]);
    expect((await commands()).filter((text) => /add (Ja|run) /.test(text))).toEqual([]);
    expect((await commands()).filter((text) => text.includes("drop"))).toEqual([]);
    await db.rows("update copycat.promoted_key set created_at = now() - interval '2 days'");
    expect((await commands()).filter((text) => text.includes("drop"))).toEqual([
      "copycat index drop Ja --dataset VDP",
      "copycat index drop run",
    ]);
  });

  test("of a dataset that is not there says so", async () => {
    await expect(commands("nowhere")).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

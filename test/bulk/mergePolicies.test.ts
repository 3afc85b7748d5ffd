import { beforeEach, describe, expect, test } from "vitest";
import type { TableDescription } from "../../src/bulk/index.ts";
import { counts, table, useItems } from "./items.support.ts";

const { db, load, stored } = useItems();

function places(): Promise<object[]> {
  return db.rows("select key, xmin::text, ctid::text from items order by key");
}

describe("policies", () => {
  beforeEach(async () => {
    await load(
      [
        ["a", 1, "{}", "first"],
        ["b", 2, null, "first"],
        ["c", null, '{"x":[1,2]}', "first"],
      ],
      "error",
    );
  });

  test("skip leaves rows that are there and adds the others", async () => {
    const before = await places();
    expect(
      await load(
        [
          ["a", 9, null, "second"],
          ["d", 4, null, "second"],
        ],
        "skip",
      ),
    ).toEqual({
      ...counts,
      read: 2,
      inserted: 1,
      skipped: 1,
    });
    expect((await places()).slice(0, 3)).toEqual(before);
    expect((await stored())[0]).toEqual({ key: "a", value: 1, body: {}, updated_at: "first" });
  });

  test("update writes rows that differ and only those", async () => {
    const before = await places();
    const report = await load(
      [
        ["a", 1, "{}", "second"],
        ["b", 20, null, "second"],
        ["c", null, '{ "x": [1, 2] }', "second"],
        ["d", 4, null, "second"],
      ],
      "update",
    );
    expect(report).toEqual({ ...counts, read: 4, inserted: 1, updated: 1, unchanged: 2 });
    const after = await places();
    expect([after[0], after[2]]).toEqual([before[0], before[2]]);
    expect(after[1]).not.toEqual(before[1]);
    expect(await stored()).toMatchObject([
      { key: "a", updated_at: "first" },
      { key: "b", value: 20, updated_at: "second" },
      { key: "c", updated_at: "first" },
      { key: "d", updated_at: "second" },
    ]);
  });

  test("update sees a change to NULL and from NULL", async () => {
    expect(
      await load(
        [
          ["a", null, "{}", "n"],
          ["b", 2, "null", "n"],
        ],
        "update",
      ),
    ).toMatchObject({ updated: 2 });
  });

  test("update of named columns leaves the others", async () => {
    const named = { ...table, updateColumns: ["value"] };
    expect(
      await load(
        [
          ["a", 1, '{"new":1}', "n"],
          ["b", 3, '{"new":1}', "n"],
        ],
        "update",
        named,
      ),
    ).toMatchObject({
      unchanged: 1,
      updated: 1,
    });
    expect((await stored()).slice(0, 2)).toMatchObject([
      { body: {} },
      { value: 3, body: null, updated_at: "n" },
    ]);
  });

  test("error stops at a row that is there, and nothing goes in", async () => {
    await expect(
      load(
        [
          ["z", 1, null, ""],
          ["a", 1, null, ""],
        ],
        "error",
      ),
    ).rejects.toMatchObject({
      code: "CONFLICT",
      cause: { code: "23505", constraint: "items_pkey" },
    });
    expect(await stored()).toHaveLength(3);
  });

  test("a key of two columns decides by both", async () => {
    await db.rows("create table pairs (a int4, b text, note text, primary key (a, b))");
    const pairs: TableDescription = {
      schema: "public",
      name: "pairs",
      columns: [
        { name: "a", type: "int4" },
        { name: "b", type: "text" },
        { name: "note", type: "text" },
      ],
      conflictKey: ["a", "b"],
    };
    await load(
      [
        [1, "x", "old"],
        [1, "y", "old"],
      ],
      "skip",
      pairs,
    );
    expect(
      await load(
        [
          [1, "x", "new"],
          [2, "x", "new"],
        ],
        "update",
        pairs,
      ),
    ).toMatchObject({
      inserted: 1,
      updated: 1,
    });
  });
});

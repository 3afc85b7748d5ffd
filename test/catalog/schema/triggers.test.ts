// What the triggers of Tiled do, in a catalog made here.

import { beforeAll, describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.ts";

const db = useDatabase();
const insertNode = `insert into nodes (parent, key, structure_family, metadata, specs, access_blob)
  values ($1, $2, 'container', '{}', '[]', '{}') returning id`;

describe("inserting nodes", () => {
  test("fills the closure with a row for each ancestor", async () => {
    let parent = 0;
    for (const key of ["a", "b", "c"]) parent = await db.value<number>(insertNode, [parent, key]);
    expect(parent).toBe(3);
    const closure = await db.rows(
      "select ancestor, depth from nodes_closure where descendant = 3 order by 2",
    );
    expect(closure).toEqual([
      { ancestor: 3, depth: 0 },
      { ancestor: 2, depth: 1 },
      { ancestor: 1, depth: 2 },
      { ancestor: 0, depth: 3 },
    ]);
  });

  test("refuses the same key twice below one parent", async () => {
    await expect(db.rows(insertNode, [0, "a"])).rejects.toMatchObject({
      code: "23505",
      // The field is lost on the way from a worker of Citus.
      message: expect.stringContaining('"key_parent_unique_constraint'),
    });
  });

  test("deleting a node takes its descendants and their closure along", async () => {
    await db.rows("delete from nodes where id = 2");
    expect(await db.rows("select ancestor, descendant from nodes_closure order by 2, 1")).toEqual([
      { ancestor: 0, descendant: 0 },
      { ancestor: 0, descendant: 1 },
      { ancestor: 1, descendant: 1 },
    ]);
  });
});

describe("linking assets", () => {
  let sources: number[];

  beforeAll(async () => {
    await db.rows(
      "insert into assets (data_uri, is_directory) select 'file:' || i, false from generate_series(1, 4) i",
    );
    const made = await db.rows<{ id: number }>(`
      insert into data_sources (node_id, mimetype, management, structure_family)
      select 0, 'x', 'external', 'array' from generate_series(1, 2) returning id`);
    sources = made.map(({ id }) => id);
  });

  const link = (source: number, asset: number, num: number | null, parameter = "data_uris") =>
    db.rows("insert into data_source_asset_association values ($1, $2, $3, $4)", [
      source,
      asset,
      parameter,
      num,
    ]);

  test("refuses a link without a number where numbered ones are", async () => {
    await link(sources[0] as number, 1, 0);
    await expect(link(sources[0] as number, 2, null)).rejects.toThrow(
      "Can only insert num=NULL if no other row exists for the same parameter",
    );
  });

  test("refuses a numbered link where one without a number is", async () => {
    await link(sources[1] as number, 1, null);
    await expect(link(sources[1] as number, 2, 0)).rejects.toThrow(
      "Can only insert INTEGER num if no NULL row exists for the same parameter",
    );
  });

  test("takes both for different parameters", async () => {
    await link(sources[0] as number, 3, null, "other");
    await link(sources[0] as number, 4, 1);
    expect(await db.value("select count(*)::int from data_source_asset_association")).toBe(4);
  });
});

describe("graph entities", () => {
  const insert = (id: string, node: number | null, access: string | null) =>
    db.rows(
      `insert into entities (id, node_id, entity_type, name, properties, access_blob, created_at)
        values ($1, $2, 't', 'n', '{}', $3, now())`,
      [id, node, access],
    );

  test("of a node must not have an access blob of their own", async () => {
    await expect(insert("both", 0, "{}")).rejects.toThrow("must not have its own access_blob");
    await insert("node only", 0, null);
    await insert("blob only", null, "{}");
    await expect(db.rows("update entities set access_blob = '{}' where id = 'node only'")).rejects.toThrow(
      "must not have its own access_blob",
    );
  });
});

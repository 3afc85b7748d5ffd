// Rows of one database in another, ids apart.

import type { PoolClient } from "pg";
import { describe, expect, it } from "vitest";
import {
  catalogNames,
  collectTree,
  compareDigests,
  copyDataset,
  digestDataset,
  findDataset,
  type TableDigest,
  verifyCatalog,
} from "../../src/catalog/index.ts";
import { withRollback, withTransaction } from "../../src/database/index.ts";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { toNewerTiled } from "../support/newerTiled.ts";
import { array, container, load, snapshot } from "../support/nodes.ts";

const source = useDatabase();
const destination = useDatabase();
const newer = useDatabase();
/** Where each of these databases has its catalog. */
const namesOf = (db: TestDatabase) => catalogNames(db.database.catalogSchema);

const digestOf = (test: TestDatabase, key: string): Promise<TableDigest[]> =>
  withRollback(test.database, async (client) => {
    await collectTree(client, namesOf(test), key);
    return digestDataset(client, namesOf(test));
  });

const copy = (
  from: TestDatabase,
  to: TestDatabase,
  key: string,
  after: (client: PoolClient) => Promise<void> = async () => undefined,
): Promise<void> =>
  withRollback(from.database, async (reader) => {
    await collectTree(reader, namesOf(from), key);
    await withTransaction(to.database, async (client) => {
      await copyDataset(reader, client, key, {
        engine: to.database.engine,
        from: namesOf(from),
        to: namesOf(to),
      });
      await after(client);
    });
  });

const counts = (test: TestDatabase): Promise<unknown[]> =>
  test.rows(
    `select (select count(*)::int from nodes) as nodes, (select count(*)::int from assets) as assets,
      (select count(*)::int from structures) as structures`,
  );

describe("a dataset that is copied", () => {
  const nodes = [
    container("/D", { a: 1 }),
    container("/D/below"),
    container("/D/below/deeper", { text: "tab\tnewline\nback\\slash \\. '\u{1F600}" }),
    array("/D/below/deeper/x", { files: ["/f/1.h5"], size: 10 }),
    array("/D/below/y", { files: ["/f/2.h5", "/f/3.h5"], size: 11 }),
  ];

  it("is equal, and shares files with what was there", async () => {
    await load(source.database, nodes);
    await load(destination.database, [container("/O"), array("/O/z", { files: ["/f/1.h5"], size: 9 })]);
    await destination.rows("update assets set time_updated = 'epoch'");
    await copy(source, destination, "D");
    const [before, after] = [await digestOf(source, "D"), await digestOf(destination, "D")];
    expect(compareDigests(before, after, ["a", "b"])).toEqual([]);
    expect(before.map(({ rows }) => rows)).toEqual([5, 18, 1, 2, 3, 3, 0]);
    expect(await counts(destination)).toEqual([{ nodes: 8, assets: 3, structures: 1 }]);
    // What is known of the file is the newer of both.
    expect(await destination.value("select size::int from assets where data_uri like '%/1.h5'")).toBe(10);
    expect((await verifyCatalog(destination.database)).ok).toBe(true);
  });

  it("is told apart by any row that differs", async () => {
    const before = await digestOf(destination, "D");
    const changes = [
      ["nodes", "update nodes set specs = '[\"s\"]' where key = 'deeper'"],
      ["nodes", "update nodes set key = 'DEEPER' where key = 'deeper'"],
      [
        "nodes",
        "update nodes set time_updated = time_updated + interval '1 microsecond' where key = 'deeper'",
      ],
      ["nodes", "update nodes set metadata = '{\"a\": 1.0}' where key = 'D'"],
      ["nodes_closure", "update nodes_closure set depth = 7 where depth = 2"],
      ["nodes_closure", "delete from nodes_closure where depth = 2"],
      ["structures", "update structures set structure = '{}'"],
      ["data_sources", "update data_sources set parameters = '{}'"],
      ["assets", "update assets set size = 1"],
      [
        "data_source_asset_association",
        "update data_source_asset_association set num = 1 - num where num < 2",
      ],
    ];
    for (const [table, change] of changes) {
      const after = await withRollback(destination.database, async (client) => {
        await client.query(
          "alter table data_source_asset_association drop constraint parameter_num_unique_constraint",
        );
        await client.query(change ?? "");
        await collectTree(client, namesOf(destination), "D");
        return digestDataset(client, namesOf(destination));
      });
      const differ = compareDigests(before, after, ["a", "b"]).map((line) => line.split(":")[0]);
      expect(differ, change).toContain(table);
    }
  });

  it("is refused where it is already, and all is taken back when what follows fails", async () => {
    const before = await snapshot(destination);
    await expect(copy(source, destination, "D")).rejects.toMatchObject({ code: "CONFLICT" });
    await load(source.database, [container("/E"), array("/E/x", { files: ["/f/9.h5"] })]);
    const failing = copy(source, destination, "E", async (client) => {
      expect(await findDataset(client, namesOf(destination), "E")).not.toBeNull();
      throw new Error("stop");
    });
    await expect(failing).rejects.toThrow("stop");
    expect({ ...(await snapshot(destination)), sequences: null }).toEqual({ ...before, sequences: null });
  });

  it("is refused by a catalog that has other columns, and goes between two of a newer Tiled", async () => {
    await toNewerTiled(newer);
    await expect(copy(source, newer, "D")).rejects.toMatchObject({
      code: "CATALOG_VERSION",
      message: expect.stringContaining("only one of them has access_blob in nodes"),
    });
    await toNewerTiled(source);
    await source.rows("insert into access_tags (name) values ('team')");
    await source.rows(`insert into node_access_tags_association (node_id, tag_id)
      select n.id, g.id from nodes n, access_tags g where n.key in ('D', 'deeper') and g.name in ('team', 'public')`);
    await copy(source, newer, "D");
    expect(await newer.rows("select name, is_public from access_tags order by 1")).toEqual([
      { name: "public", is_public: true },
      { name: "team", is_public: false },
    ]);
    const tagged =
      "select count(*)::int from node_access_tags_association l join nodes n on n.id = l.node_id and n.parent = l.parent_id";
    expect(await newer.value(tagged)).toBe(4);
    expect(compareDigests(await digestOf(source, "D"), await digestOf(newer, "D"), ["a", "b"])).toEqual([]);
    await newer.rows("update access_tags set is_public = true where name = 'team'");
    expect(compareDigests(await digestOf(source, "D"), await digestOf(newer, "D"), ["a", "b"])).toEqual([
      "node_access_tags_association: 4 rows each, not all equal",
    ]);
    expect((await verifyCatalog(newer.database)).ok).toBe(true);
  });
});

// The same input again: skip, update, error, and dry runs.

import { beforeAll, describe, expect, it } from "vitest";
import { ingest } from "../../src/ingest/index.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";
import { nodeAt, nodesBelow, pour, sumOfNodes } from "./support.ts";

const database = useDatabase();
const folder = useFolder();

const entity = (T: number, length = 2) => ({
  children: { T: { data: T }, m: { data: new Float64Array(length) }, n: { data: new Float32Array(2) } },
});

const yaml = (key: string, artifacts = "[{ type: m, dataset: /m }]"): string =>
  folder.text(
    `${key}.yaml`,
    `label: ${key}\nkey: ${key}\ndata: { directory: ${key}, layout: per_entity }\nartifacts: ${artifacts}\n`,
  );

const revisions = (path: string): Promise<number> =>
  database.value<number>(
    `\
select count(*)::int from revisions r join nodes n on n.id = r.node_id join nodes p on p.id = n.parent
where p.key || '/' || n.key = $1`,
    [path],
  );

const both = "[{ type: m, dataset: /m }, { type: n, dataset: /n }]";

describe("a dataset of three files", () => {
  let file: string;

  beforeAll(async () => {
    for (const [index, name] of ["a", "b", "c"].entries())
      await folder.hdf5(`DATA/${name}.h5`, entity(index));
    file = yaml("DATA");
    const { report } = await pour(database, folder, file);
    expect(report.nodes).toEqual({ read: 7, inserted: 7, updated: 0, unchanged: 0, skipped: 0, rejected: 0 });
  });

  it("inserts nothing the second time, and nothing is written at all", async () => {
    const { report } = await pour(database, folder, file);
    expect(report).toMatchObject({
      status: "completed",
      nodes: { read: 7, inserted: 0, updated: 0, unchanged: 7, skipped: 0, rejected: 0 },
      dataSources: { inserted: 0 },
      structures: { inserted: 0 },
      assets: { inserted: 0 },
    });
    expect(await database.value("select count(*)::int from revisions")).toBe(0);
  });

  it("finds everything unchanged under policy update", async () => {
    const { report } = await pour(database, folder, file, { policy: "update" });
    expect(report.nodes).toEqual({ read: 7, inserted: 0, updated: 0, unchanged: 7, skipped: 0, rejected: 0 });
    expect(await database.value("select count(*)::int from revisions")).toBe(0);
  });

  it("leaves a changed parameter as it was under policy skip, and renews exactly that node under update", async () => {
    await folder.hdf5("DATA/b.h5", entity(99));
    const skipped = await pour(database, folder, file, { policy: "skip" });
    expect(skipped.report.nodes).toMatchObject({ skipped: 2, unchanged: 5 });
    expect((await nodeAt(database, "/DATA/b")).metadata.T).toBe(1);

    const { report } = await pour(database, folder, file, { policy: "update" });
    expect(report.nodes).toEqual({ read: 7, inserted: 0, updated: 1, unchanged: 6, skipped: 0, rejected: 0 });
    expect((await nodeAt(database, "/DATA/b")).metadata.T).toBe(99);
    expect(await revisions("DATA/b")).toBe(1);
    expect(await database.value("select metadata ->> 'T' from revisions")).toBe("1.0");
    expect(await database.value("select count(*)::int from revisions")).toBe(1);
  });

  it("renews shape and structure of an array that grew, counted once", async () => {
    await folder.hdf5("DATA/c.h5", entity(2, 5));
    const { report } = await pour(database, folder, file, { policy: "update" });
    expect(report.nodes).toMatchObject({ updated: 1, unchanged: 6 });
    expect((await nodeAt(database, "/DATA/c/m")).structure?.shape).toEqual([5]);
    expect((await nodeAt(database, "/DATA/c/m")).metadata.shape).toEqual([5]);
  });

  it("adds an artifact that is new in the description to entities that are there", async () => {
    const { report } = await pour(database, folder, yaml("DATA", both), { policy: "skip" });
    expect(report.nodes).toEqual({
      read: 10,
      inserted: 3,
      updated: 0,
      unchanged: 0,
      skipped: 7,
      rejected: 0,
    });
    expect([...(await nodesBelow(database, "/DATA/a")).keys()]).toEqual([
      "/DATA/a",
      "/DATA/a/m",
      "/DATA/a/n",
    ]);
    expect((await nodeAt(database, "/DATA/a")).metadata.path_n).toBeUndefined();

    const updated = await pour(database, folder, file, { policy: "update" });
    expect(updated.report.nodes).toMatchObject({ updated: 3, unchanged: 7 });
    expect((await nodeAt(database, "/DATA/a")).metadata.path_n).toBe("a.h5");
  });

  it("adds a file that is new in the folder", async () => {
    await folder.hdf5("DATA/d.h5", entity(4));
    expect((await pour(database, folder, file)).report.nodes).toMatchObject({ inserted: 3, unchanged: 10 });
  });

  it("refuses to go on under policy error, names what is there, and changes nothing", async () => {
    await folder.hdf5("DATA/e.h5", entity(5));
    await expect(pour(database, folder, file, { policy: "error" })).rejects.toMatchObject({
      code: "CONFLICT",
      details: expect.arrayContaining([expect.stringContaining("/DATA/a (")]),
    });
    expect((await nodesBelow(database, "/DATA/e")).size).toBe(0);
  });
});

describe("a dry run", () => {
  it("reports what would go in, and changes nothing", async () => {
    await folder.hdf5("DRY/a.h5", entity(1));
    folder.text("DRY/b.h5", "text");
    const before = await database.rows("select last_value, is_called from nodes_id_seq");
    const { report } = await pour(database, folder, yaml("DRY"), { dryRun: true });
    expect(report).toMatchObject({ dryRun: true, status: "completed_with_rejects" });
    expect(report.nodes).toEqual({ read: 4, inserted: 3, updated: 0, unchanged: 0, skipped: 0, rejected: 1 });
    expect((await nodesBelow(database, "/DRY")).size).toBe(0);
    expect(await database.rows("select last_value, is_called from nodes_id_seq")).toEqual(before);
  });

  it("knows what is there already and what would be renewed", async () => {
    await folder.hdf5("HALF/a.h5", entity(1));
    await pour(database, folder, yaml("HALF"));
    await folder.hdf5("HALF/a.h5", entity(2));
    await folder.hdf5("HALF/b.h5", entity(3));
    const { report } = await pour(database, folder, yaml("HALF"), { dryRun: true, policy: "update" });
    expect(report.nodes).toEqual({ read: 5, inserted: 2, updated: 1, unchanged: 2, skipped: 0, rejected: 0 });
    expect((await nodeAt(database, "/HALF/a")).metadata.T).toBe(1);
  });

  it("needs no database: then everything is new", async () => {
    await folder.hdf5("ALONE/a.h5", entity(1));
    const report = await ingest(null, { inputs: [yaml("ALONE")], dryRun: true, workers: 1 });
    expect(report).toMatchObject({ dryRun: true, status: "completed", nodes: { read: 3, inserted: 3 } });
    expect(sumOfNodes(report)).toBe(3);
    await expect(ingest(null, { inputs: [yaml("ALONE")], workers: 1 })).rejects.toMatchObject({
      code: "USAGE",
    });
  });
});

describe("a dry run where no catalog is", () => {
  const empty = useDatabase({ empty: true });

  it("counts everything as new and makes no catalog", async () => {
    await folder.hdf5("BARE/a.h5", entity(1));
    const { report } = await pour(empty, folder, yaml("BARE"), { dryRun: true });
    expect(report.nodes).toMatchObject({ read: 3, inserted: 3 });
    expect(await empty.value("select to_regclass('public.nodes')")).toBeNull();
  });
});

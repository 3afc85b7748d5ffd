import { beforeAll, describe, expect, test } from "vitest";
import { getNode, listArraySources, loadNodes } from "../../src/catalog/index.ts";
import { useDatabase } from "../support/database.ts";
import { array, container, inBatches, json, load } from "../support/nodes.ts";

const db = useDatabase();

beforeAll(async () => {
  await load(db.database, [
    container("/VDP", { title: "Vanadium" }),
    { ...container("/VDP/H_1", { Ja: 0.5 }), specs: json([{ name: "run" }]) },
    array("/VDP/H_1/one", { files: ["/data/one.h5"], size: 12 }),
    array("/VDP/H_1/many", { files: ["/data/0.h5", "/data/1.h5"] }),
    ...Array.from({ length: 25 }, (_, index) => container(`/VDP/n${index}`)),
  ]);
});

describe("a node by its path", () => {
  test("comes with its metadata, its children and no data source", async () => {
    expect(await getNode(db.database, "/VDP/H_1")).toEqual({
      id: 2,
      path: "/VDP/H_1",
      structureFamily: "container",
      metadata: { Ja: 0.5 },
      specs: [{ name: "run" }],
      timeCreated: expect.stringMatching(/^\d{4}-\d\d-\d\d /),
      timeUpdated: expect.stringMatching(/^\d{4}-\d\d-\d\d /),
      dataSource: null,
      children: { count: 2, keys: ["one", "many"] },
      revisions: 0,
    });
  });

  test("shows the first 20 children by id and counts all", async () => {
    const { children } = await getNode(db.database, "VDP");
    expect(children.count).toBe(26);
    expect(children.keys).toEqual(["H_1", ...Array.from({ length: 19 }, (_, index) => `n${index}`)]);
  });

  test("comes with its structure and its files in their order", async () => {
    const { dataSource } = await getNode(db.database, "/VDP/H_1/many");
    expect(dataSource).toMatchObject({
      mimetype: "application/x-hdf5",
      management: "external",
      parameters: { dataset: "many" },
      structureId: "9e975a61c12a8cf36c88e464ac37913c",
      structure: { shape: [3, 4] },
      assets: [
        { dataUri: "file://localhost/data/0.h5", size: null, parameter: "data_uris", num: 0 },
        { dataUri: "file://localhost/data/1.h5", size: null, parameter: "data_uris", num: 1 },
      ],
    });
    const single = await getNode(db.database, "/VDP/H_1/one");
    expect(single.dataSource?.assets).toEqual([
      { dataUri: "file://localhost/data/one.h5", size: 12, parameter: "data_uri", num: null },
    ]);
  });

  test.each(["VDP", "/VDP", "VDP/", "//VDP//"])("is found however the slashes stand: %s", async (path) => {
    expect(await getNode(db.database, path)).toMatchObject({ id: 1, path: "/VDP" });
  });

  test.each(["", "/"])("is the root for an empty path: '%s'", async (path) => {
    expect(await getNode(db.database, path)).toMatchObject({ id: 0, path: "/", children: { keys: ["VDP"] } });
  });

  test("counts its revisions", async () => {
    await load(db.database, [container("/VDP/n3", { changed: true })], { policy: "update" });
    expect(await getNode(db.database, "/VDP/n3")).toMatchObject({ revisions: 1 });
  });
});

describe("a path that does not exist", () => {
  test.each([
    ["/absent", "There is no node /absent: / has no child absent."],
    ["/VDP/H_9/one", "There is no node /VDP/H_9/one: /VDP has no child H_9."],
    ["/VDP/H_1/one/x", "There is no node /VDP/H_1/one/x: /VDP/H_1/one has no child x."],
    ["/VDP/H_1/'; drop table nodes; --", "/VDP/H_1 has no child '; drop table nodes; --."],
  ])("%s is refused by the name of the deepest node that does", async (path, message) => {
    await expect(getNode(db.database, path)).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringContaining(message),
    });
  });
});

describe("arrays that lie in files", () => {
  test("are listed by file, one of several files left out", async () => {
    await loadNodes(
      db.database,
      inBatches([
        array("/b", { files: ["/data/b.h5"], dataset: "/x/b" }),
        array("/a", { files: ["/data/a.h5"] }),
      ]),
      { policy: "skip", mode: "auto", dryRun: false, onReject: () => undefined },
    );
    const found: unknown[] = [];
    for await (const { dataUri, dataset, slice, structure } of listArraySources(
      db.database,
      "application/x-hdf5",
    )) {
      found.push([dataUri, dataset, slice, structure.shape]);
    }
    expect(found).toEqual([
      ["file://localhost/data/a.h5", "a", null, [3, 4]],
      ["file://localhost/data/b.h5", "/x/b", null, [3, 4]],
      ["file://localhost/data/one.h5", "one", null, [3, 4]],
    ]);
  });

  test("of another mimetype are not listed", async () => {
    for await (const source of listArraySources(db.database, "image/tiff")) expect(source).toBeUndefined();
  });
});

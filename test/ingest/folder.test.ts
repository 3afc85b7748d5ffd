// A folder of arbitrary HDF5 files, and a single file.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { verifyCatalog } from "../../src/catalog/index.ts";
import { verifyFiles } from "../../src/ingest/index.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";
import { type FoundNode, type Ingested, nodeAt, nodesBelow, pour, sumOfNodes } from "./support.ts";

const database = useDatabase();
const folder = useFolder();

const scan = {
  attributes: { facility: "APS", source: "x-ray" },
  children: {
    entry: {
      attributes: { NX_class: "NXentry", source: "kept" },
      children: {
        data: {
          children: { image: { data: new Int32Array(6), shape: [2, 3], attributes: { units: "counts" } } },
        },
        "15ID-D metadata": { children: { name: { data: "Ann" } } },
        T: { data: 4.2 },
      },
    },
    nothing: {},
  },
};

describe("a folder with folders in it", () => {
  let ingested: Ingested;
  let nodes: Map<string, FoundNode>;

  beforeAll(async () => {
    await folder.hdf5("scans/2026/may/a.nxs", scan);
    await folder.hdf5("scans/2026/may/b.h5", { children: { x: { data: 1 } } });
    await folder.hdf5("scans/top.HDF5", { children: {} });
    await folder.hdf5("scans/.hidden.h5", scan);
    await folder.hdf5("scans/.git/c.h5", scan);
    folder.text("scans/readme.txt", "companion");
    folder.text("scans/2026/table.csv", "a,b");
    folder.folder("scans/empty");
    ingested = await pour(database, folder, folder.path("scans"));
    nodes = await nodesBelow(database, "/scans");
  });

  it("makes containers of folders, files and groups, and arrays of datasets, at any depth", () => {
    expect([...nodes.values()].map(({ path, family }) => `${family} ${path}`)).toEqual([
      "container /scans",
      "container /scans/2026",
      "container /scans/2026/may",
      "container /scans/2026/may/a.nxs",
      "container /scans/2026/may/a.nxs/entry",
      "container /scans/2026/may/a.nxs/entry/15ID-D metadata",
      "array /scans/2026/may/a.nxs/entry/15ID-D metadata/name",
      "array /scans/2026/may/a.nxs/entry/T",
      "container /scans/2026/may/a.nxs/entry/data",
      "array /scans/2026/may/a.nxs/entry/data/image",
      "container /scans/2026/may/a.nxs/nothing",
      "container /scans/2026/may/b.h5",
      "array /scans/2026/may/b.h5/x",
      "container /scans/top.HDF5",
    ]);
    expect(ingested.report).toMatchObject({
      status: "completed",
      dataset: "scans",
      source: "scans",
      nodes: { read: 14, inserted: 14 },
      assets: { inserted: 2 },
      readableStorage: [folder.path("scans")],
    });
  });

  it("takes attributes as metadata; the file's container carries the label", () => {
    expect(nodes.get("/scans")?.metadata).toEqual({ source: "scans" });
    expect(nodes.get("/scans/2026")?.metadata).toEqual({ source: "scans" });
    expect(nodes.get("/scans/2026/may/a.nxs")?.metadata).toEqual({ facility: "APS", source: "scans" });
    expect(nodes.get("/scans/2026/may/a.nxs/entry")?.metadata).toEqual({
      NX_class: "NXentry",
      source: "kept",
    });
    expect(nodes.get("/scans/2026/may/a.nxs/entry/data/image")?.metadata).toEqual({ units: "counts" });
  });

  it("registers an array with its path in its file", () => {
    expect(nodes.get("/scans/2026/may/a.nxs/entry/data/image")).toMatchObject({
      parameters: { dataset: "/entry/data/image" },
      uri: `file://localhost${folder.path("scans/2026/may/a.nxs")}`,
      structure: { shape: [2, 3], chunks: [[2], [3]] },
    });
  });
});

it("puts a single file at the top of the catalog, under the label that is asked for", async () => {
  const file = await folder.hdf5("single run.h5", scan);
  const { report } = await pour(database, folder, file, { source: "SAXS" });
  expect(report).toMatchObject({ dataset: "single run.h5", source: "SAXS", nodes: { inserted: 8 } });
  expect((await nodeAt(database, "/single run.h5")).metadata).toEqual({ facility: "APS", source: "SAXS" });
  expect((await nodeAt(database, "/single run.h5/entry/T")).structure?.shape).toEqual([1]);
});

it("knows an HDF5 file by its content when its name says nothing", async () => {
  const file = await folder.hdf5("scan_0001.dat", { children: { x: { data: 1 } } });
  expect((await pour(database, folder, file)).report.nodes.inserted).toBe(2);
});

it("takes only so many files of a folder", async () => {
  for (const name of ["1", "2", "3"]) await folder.hdf5(`limited/${name}.h5`, { children: {} });
  expect((await pour(database, folder, folder.path("limited"), { limit: 2 })).report.nodes.inserted).toBe(3);
  expect([...(await nodesBelow(database, "/limited")).keys()]).toEqual([
    "/limited",
    "/limited/1.h5",
    "/limited/2.h5",
  ]);
});

it("says that a folder holds no HDF5 file, and makes no node", async () => {
  folder.text("texts/a.txt", "");
  const notices: string[] = [];
  const { report } = await pour(database, folder, folder.path("texts"), {
    log: { notice: (message) => notices.push(message) },
  });
  expect(notices).toEqual([
    `${folder.path("texts")} holds no HDF5 file (names ending in .h5, .hdf5, .nxs, .hdf, ...).`,
  ]);
  expect(report).toMatchObject({ status: "completed", nodes: { read: 0, inserted: 0 } });
});

it("takes several inputs in one run", async () => {
  const one = await folder.hdf5("one.h5", { children: { x: { data: 1 } } });
  await folder.hdf5("two/a.h5", { children: {} });
  const { report } = await pour(database, folder, [one, folder.path("two")]);
  expect(report).toMatchObject({ dataset: "one.h5, two", source: "one.h5, two", nodes: { inserted: 4 } });
});

it.each([
  ["nothing", "it does not exist"],
  ["unknown.bin", "is none of: a dataset YAML"],
])("refuses the input %s", async (name, message) => {
  folder.text("unknown.bin", Buffer.from([1, 2, 3]));
  await expect(pour(database, folder, folder.path(name))).rejects.toThrow(message);
});

// Real NeXus files from several facilities, where they are at hand.
const samples = fileURLToPath(new URL("../../../shared/data/hdf5", import.meta.url));

if (existsSync(samples)) describeSamples();

function describeSamples(): void {
  describe("the sample files as one folder", () => {
    const database = useDatabase();
    const folder = useFolder();
    let ingested: Ingested;

    beforeAll(async () => {
      ingested = await pour(database, folder, samples);
    });

    it("give ten rejects: two files that are no HDF5 and eight dangling links", () => {
      const found = ingested.rejects.map(({ source, position, code }) => [
        source.slice(samples.length + 1),
        position,
        code,
      ]);
      expect(found.filter(([, , code]) => code === "unreadable_file")).toEqual([
        ["NXtest.hdf", "/", "unreadable_file"],
        ["recon_0125.hdf", "/", "unreadable_file"],
      ]);
      const dangling = found.filter(([, , code]) => code === "dangling_link");
      expect(dangling.map(([source]) => source)).toEqual([
        ...new Array<string>(2).fill("538039.nxs"),
        ...new Array<string>(6).fill("p45-1168.nxs"),
      ]);
      expect(ingested.rejects).toHaveLength(10);
      expect(ingested.report.nodes.inserted).toBe(ingested.report.nodes.read - 10);
      expect(sumOfNodes(ingested.report)).toBe(ingested.report.nodes.read);
    });

    it("are in otherwise, each array where it is in its file", async () => {
      const nodes = await nodesBelow(database, "/hdf5");
      expect(nodes.get("/hdf5/simple3D.h5/entry/data/test")).toMatchObject({
        family: "array",
        uri: `file://localhost${samples}/simple3D.h5`,
        structure: { shape: [2, 3, 4], chunks: [[2], [3], [4]], data_type: { kind: "i", itemsize: 4 } },
      });
      expect(nodes.get("/hdf5/AgBehenate_228.hdf5/entry/instrument/15ID-D metadata")?.family).toBe(
        "container",
      );
      expect(nodes.size).toBe(ingested.report.nodes.inserted);
    });

    it("verify, the catalog and every file", async () => {
      expect((await verifyCatalog(database.database)).ok).toBe(true);
      expect(await verifyFiles(database.database)).toMatchObject({ ok: true });
    });

    it("insert nothing the second time and give the same rejects", async () => {
      const again = await pour(database, folder, samples);
      const { inserted, skipped, unchanged } = again.report.nodes;
      expect([inserted, skipped + unchanged]).toEqual([0, ingested.report.nodes.inserted]);
      expect(again.rejects).toEqual(ingested.rejects);
    });
  });
}

// The example datasets that the documentation's commands run on.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { verifyCatalog } from "../../src/catalog/index.ts";
import { type Hdf5Reader, openHdf5Reader } from "../../src/hdf5/index.ts";
import { verifyFiles, writeExample } from "../../src/ingest/index.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";
import { nodeAt, nodesBelow, pour } from "./support.ts";

const folder = useFolder();

/** Everything in a file but its time stamps: what lies in it, with attributes, and all values. */
async function contents(reader: Hdf5Reader, path: string): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const item of reader.walk(path)) {
    items.push(item, item.kind === "dataset" ? await reader.read(path, item.path) : null);
  }
  return items;
}

describe("ten Hamiltonians", () => {
  const database = useDatabase();
  const options = { entities: 10, layout: "per_entity", small: true } as const;

  it("are 121 nodes with the closure of their tree, 11 arrays each, and everything verifies", async () => {
    const done: number[] = [];
    const { yaml } = await writeExample(folder.path("vdp"), {
      ...options,
      onProgress: (count) => done.push(count),
    });
    expect(yaml).toBe(folder.path("vdp/vdp.yaml"));
    expect(done).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const { report, rejects } = await pour(database, folder, yaml);
    expect(rejects).toEqual([]);
    expect(report).toMatchObject({
      dataset: "VDP",
      nodes: { read: 121, inserted: 121 },
      dataSources: { inserted: 110 },
      assets: { inserted: 10 },
    });
    expect(await verifyCatalog(database.database)).toMatchObject({
      ok: true,
      nodes: 122,
      closure: {
        rows: 473,
        byDepth: { 0: 122, 1: 121, 2: 120, 3: 110 },
        missing: 0,
        extra: 0,
        wrongDepth: 0,
      },
    });
    expect(await verifyFiles(database.database)).toEqual({
      name: "files",
      ok: true,
      detail: "110 arrays in 10 files are as registered",
    });
    const entity = await nodesBelow(database, "/VDP/H_0009");
    expect(entity.size).toBe(12);
    const metadata = (await nodeAt(database, "/VDP/H_0009")).metadata;
    expect(metadata).toMatchObject({ spin_s: 2.5, g_factor: 2, path_dispersion: "H_0009.h5" });
    expect((await nodeAt(database, "/VDP/H_0009")).text).toContain('"g_factor": 2.0');
  });

  it("are the same, name by name and value by value, when they are written again", async () => {
    for (const name of ["first", "second"])
      await writeExample(folder.path(name), { ...options, entities: 2 });
    const names = (root: string): string[] =>
      readdirSync(folder.path(root), { recursive: true, encoding: "utf8" }).sort();
    expect(names("first")).toEqual(names("second"));
    expect(names("first")).toHaveLength(4);
    const reader = openHdf5Reader({ workers: 1 });
    try {
      for (const name of names("first").filter((file) => file.endsWith(".h5"))) {
        const [first, second] = await Promise.all(
          ["first", "second"].map((root) => contents(reader, join(folder.path(root), name))),
        );
        // Root and three groups, six parameters, eleven arrays.
        expect(first).toHaveLength(2 * 21);
        expect(second).toEqual(first);
      }
    } finally {
      await reader.close();
    }
  });

  it("are not written into a folder that holds something", async () => {
    folder.text("used/notes.txt", "mine");
    await expect(writeExample(folder.path("used"), options)).rejects.toMatchObject({
      code: "USAGE",
      message: `${folder.path("used")} is not empty (notes.txt, ...). Name a new folder.`,
    });
    expect(readdirSync(folder.path("used"))).toEqual(["notes.txt"]);
  });
});

describe("batched spectra", () => {
  const database = useDatabase();

  it("are one file, whose rows are entities with one array each", async () => {
    const { yaml } = await writeExample(folder.path("edrixs"), {
      entities: 7,
      layout: "batched",
      small: false,
    });
    const { report, rejects } = await pour(database, folder, yaml);
    expect(rejects).toEqual([]);
    expect(report).toMatchObject({
      dataset: "EDRIXS",
      nodes: { read: 15, inserted: 15 },
      structures: { inserted: 1 },
      assets: { inserted: 1 },
    });
    const spectrum = await nodeAt(database, "/EDRIXS/edrixs_6/rixs_spectrum");
    expect(spectrum).toMatchObject({
      parameters: { dataset: "/spectra", slice: "6" },
      structure: { shape: [151, 40], chunks: [[151], [40]] },
    });
    expect((await nodeAt(database, "/EDRIXS")).metadata).toMatchObject({ shared_dataset_eloss: "/eloss" });
    expect((await verifyFiles(database.database)).ok).toBe(true);
  });
});

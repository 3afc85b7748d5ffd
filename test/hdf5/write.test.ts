import { readdirSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { lookup3 } from "../../src/hdf5/direct/lookup3.ts";
import { openHdf5Reader, type WriteDataset, writeHdf5 } from "../../src/hdf5/index.ts";
import { temporaryFolder } from "./temporary.ts";

const at = temporaryFolder();
const reader = openHdf5Reader({ workers: 1 });
afterAll(() => reader.close());

/** Writes one dataset and reads it back with HDF5's own library. */
async function roundTrip(name: string, dataset: WriteDataset) {
  const file = at(`${name}.h5`);
  await writeHdf5(file, { children: { data: dataset } });
  return { file, ...(await reader.read(file, "/data")) };
}

describe("lookup3", () => {
  it("gives the values of the algorithm's author", () => {
    // hashlittle("", 0) and hashlittle("Four score and seven years ago", 0) from lookup3.c, driver5.
    expect(lookup3(Buffer.from(""))).toBe(0xdeadbeef);
    expect(lookup3(Buffer.from("Four score and seven years ago"))).toBe(0x17770551);
  });
});

describe("writeHdf5", () => {
  it("keeps groups, datasets, scalars and attributes", async () => {
    const file = at("all.h5");
    await writeHdf5(file, {
      attributes: { title: "größe", run: 5n, names: ["a", "bcd"] },
      children: {
        T: { data: 4.2 },
        id: { data: 2n ** 62n },
        name: { data: "hé" },
        "a group": { attributes: { x: 1.5 }, children: { 日本: { data: new Int32Array([1, -2]) } } },
      },
    });
    const items = [];
    for await (const item of reader.walk(file, { valueElements: 10 })) items.push(item);
    expect(items).toMatchObject([
      { kind: "group", path: "/", attributes: { title: '"größe"', run: "5", names: '["a","bcd"]' } },
      { path: "/T", shape: [], dataType: { kind: "f", itemsize: 8 }, value: "4.2" },
      { kind: "group", path: "/a group", attributes: { x: "1.5" } },
      { path: "/a group/日本", dataType: { kind: "i", itemsize: 4 }, value: "[1,-2]" },
      { path: "/id", dataType: { kind: "i", itemsize: 8 }, value: "4611686018427387904" },
      { path: "/name", dataType: { kind: "S", itemsize: 3 }, value: '"hé"' },
    ]);
  });

  it("compresses in chunks that do not divide the shape", async () => {
    const data = Float64Array.from({ length: 61 * 37 }, (_, index) => Math.sin(index));
    const { file, bytes, shape } = await roundTrip("chunks", {
      data,
      shape: [61, 37],
      chunks: [10, 8],
      gzip: 1,
    });
    expect(shape).toEqual([61, 37]);
    expect(new Float64Array(bytes.buffer)).toEqual(data);
    const { datasets } = await reader.pick(file, { datasets: ["/data"] });
    expect(datasets).toMatchObject([{ chunks: [10, 8], missingFilters: [] }]);
  });

  it("indexes more chunks than one node of the index holds", async () => {
    const data = BigInt64Array.from({ length: 10_000 }, (_, index) => BigInt(index));
    const { bytes } = await roundTrip("many", { data, chunks: [50], gzip: 1 });
    expect(new BigInt64Array(bytes.buffer)).toEqual(data);
  });

  it("keeps three axes in order, and arrays without elements", async () => {
    const data = Int32Array.from({ length: 60 }, (_, index) => index);
    const cube = await roundTrip("cube", { data, shape: [5, 4, 3], chunks: [2, 4, 2], gzip: 9 });
    expect(new Int32Array(cube.bytes.buffer)).toEqual(data);
    const none = await roundTrip("none", { data: new Float32Array(0), shape: [0, 3], gzip: 4 });
    expect(none).toMatchObject({ shape: [0, 3], dataType: { kind: "f", itemsize: 4 } });
  });

  it("refuses a shape that does not hold the data, and leaves no file", async () => {
    const wrong = writeHdf5(at("wrong.h5"), {
      children: { d: { data: new Float64Array(5), shape: [2, 3] } },
    });
    await expect(wrong).rejects.toMatchObject({ code: "USAGE", message: expect.stringContaining("'d'") });
    expect(readdirSync(dirname(at("x")))).not.toContain("wrong.h5");
  });

  it("leaves what was there when it cannot replace it, and no temporary file", async () => {
    await mkdir(at("folder.h5"));
    await writeFile(at("folder.h5/inside"), "kept");
    await expect(writeHdf5(at("folder.h5"), {})).rejects.toMatchObject({ code: "UNREADABLE_SOURCE" });
    expect(await readFile(at("folder.h5/inside"), "utf8")).toBe("kept");
    expect(readdirSync(dirname(at("x"))).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});

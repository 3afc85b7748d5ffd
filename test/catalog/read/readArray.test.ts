// One array by its path: from examples that were ingested, from every kind of data source, and what goes wrong.

import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { readArray } from "../../../src/catalog/index.ts";
import { makeHamiltonian } from "../../../src/ingest/example/vdp.ts";
import { writeExample } from "../../../src/ingest/index.ts";
import { countingModel, sliceModel, slices, sliceText } from "../../hdf5/arrayModel.support.ts";
import { pour } from "../../ingest/support.ts";
import { useDatabase } from "../../support/database.ts";
import { useFolder } from "../../support/files.ts";
import { container, load } from "../../support/nodes.ts";
import { fc } from "../../support/property.ts";
import { counting, numbers, sourced } from "./support.ts";

const db = useDatabase();
const folder = useFolder();
const read = (path: string, slice?: string) =>
  readArray(db.database, path, slice === undefined ? {} : { slice });

describe("an example that was ingested", () => {
  beforeAll(async () => {
    const vdp = await writeExample(folder.path("vdp"), { entities: 3, layout: "per_entity", small: true });
    const edrixs = await writeExample(folder.path("edrixs"), {
      entities: 4,
      layout: "batched",
      small: false,
    });
    await pour(db, folder, [vdp.yaml, edrixs.yaml]);
  });

  it("gives back what was written: a curve, a compressed map, a small array", async () => {
    const { children = {} } = makeHamiltonian(2, true);
    const curve = await read("VDP/H_0002/mh_powder_30T");
    expect(curve).toMatchObject({ path: "/VDP/H_0002/mh_powder_30T", shape: [200] });
    expect(curve.data).toBeInstanceOf(Float64Array);
    expect({ mh: { children: { powder_30T: { data: curve.data } } } }).toMatchObject({
      mh: { children: { powder_30T: { data: (children.mh as never as Written).children.powder_30T?.data } } },
    });
    const map = await read("/VDP/H_0002/ins_12meV/");
    expect(map.shape).toEqual([60, 40]);
    expect(map.data).toEqual((children.ins as never as Written).children.map_12meV?.data);
    expect((await read("VDP/H_0002/gs_energy")).shape).toEqual([1]);
  });

  it("takes a slice of a map", async () => {
    const whole = await read("VDP/H_0001/ins_12meV");
    const part = await read("VDP/H_0001/ins_12meV", "10:20:3, -1");
    expect(part.shape).toEqual([4]);
    expect(numbers(part)).toEqual([10, 13, 16, 19].map((row) => numbers(whole)[row * 40 + 39]));
  });

  it("gives a row of a batched file, and a slice of that row", async () => {
    const row = await read("EDRIXS/edrixs_3/rixs_spectrum");
    expect(row.shape).toEqual([151, 40]);
    expect(Math.max(...numbers(row))).toBeGreaterThan(0);
    const column = await read("EDRIXS/edrixs_3/rixs_spectrum", ":,7");
    expect(numbers(column)).toEqual(numbers(row).filter((_, index) => index % 40 === 7));
    const other = await read("EDRIXS/edrixs_2/rixs_spectrum");
    expect(numbers(other)).not.toEqual(numbers(row));
  });

  it.each([
    [
      "VDP/H_0001/mh_powder_30T",
      "200",
      "USAGE",
      "index 200 is out of bounds for axis 0, which has 200 elements",
    ],
    [
      "VDP/H_0001/mh_powder_30T",
      "0,0",
      "USAGE",
      "the slice has 2 items, but the array has 1 axes (shape [200])",
    ],
    ["VDP/H_0001/mh_powder_30T", "::-1", "USAGE", "steps backwards are not read"],
    ["VDP/H_0001/mh_powder_30T", "'; drop table nodes; --", "USAGE", "neither an index nor a range"],
    [
      "VDP/H_0001",
      "",
      "USAGE",
      "/VDP/H_0001 is a container; name an array in it. `copycat show /VDP/H_0001`",
    ],
    ["", "", "USAGE", "/ is a container"],
    ["VDP/H_0009/mh", "", "NOT_FOUND", "There is no node /VDP/H_0009/mh: /VDP has no child H_0009."],
    ["VDP/H_0001/mh_powder_30T/x", "", "NOT_FOUND", "/VDP/H_0001/mh_powder_30T has no child x."],
    ["V'DP\"/$1/%", "", "NOT_FOUND", "/ has no child V'DP\"."],
    ["VDP/\u0000", "", "NOT_FOUND", "no key holds U+0000"],
    ["VDP/\ud800", "", "NOT_FOUND", "half a surrogate pair"],
    ["x/".repeat(5000), "", "NOT_FOUND", "/ has no child x."],
  ])("refuses %j with slice %j", async (path, slice, code, message) => {
    await expect(read(path, slice)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });

  it("takes ranges beyond the end as numpy does", async () => {
    expect((await read("VDP/H_0001/mh_powder_30T", "150:999")).shape).toEqual([50]);
    const none = await read("VDP/H_0001/ins_12meV", "99:,:");
    expect(none.shape).toEqual([0, 40]);
    expect(none.data).toHaveLength(0);
  });
});

interface Written {
  children: Record<string, { data: Float64Array } | undefined>;
}

describe("every kind of value", () => {
  const names = [
    "numbers",
    "strings",
    "compounds",
    "shapes",
    "filters",
    "latest",
    "user_block",
    "attributes",
  ];
  const fixtures = new URL("../../hdf5/fixtures/", import.meta.url);

  interface Item {
    path: string;
    bytes?: string;
    value?: string;
    dataType?: { kind?: string; itemsize: number };
  }

  const goldens = (name: string): Item[] =>
    (JSON.parse(readFileSync(new URL(`${name}.json`, fixtures), "utf8")) as { items: Item[] }).items;

  beforeAll(async () => {
    folder.folder("FILES");
    for (const name of names) copyFileSync(new URL(`${name}.h5`, fixtures), folder.path(`FILES/${name}.h5`));
    await pour(db, folder, folder.path("FILES"));
  });

  it.each(names)("has the bytes that numpy has: %s", async (name) => {
    for (const { path, bytes } of goldens(name)) {
      if (bytes === undefined) continue;
      const array = await read(`FILES/${name}.h5${path}`);
      expect(`${path} ${Buffer.from(array.bytes).toString("hex")}`).toBe(`${path} ${bytes}`);
    }
  });

  it.each(["numbers", "strings", "shapes"])("has the values that numpy has: %s", async (name) => {
    let compared = 0;
    for (const { path, value, dataType } of goldens(name)) {
      const kind = dataType?.kind ?? "";
      if (value === undefined || value === "null" || !"biufSc".includes(kind)) continue;
      const { data } = await read(`FILES/${name}.h5${path}`);
      const expected = [JSON.parse(value) as unknown].flat(9);
      const found = Array.from(data as ArrayLike<unknown>, (item) =>
        typeof item === "string"
          ? item.replaceAll("\u0000", "")
          : Number.isFinite(Number(item))
            ? Number(item) + 0
            : null,
      );
      expect({ path, found }).toEqual({
        path,
        found: expected.map((item) => (kind === "S" ? item : item === null ? null : Number(item) + 0)),
      });
      compared += 1;
    }
    expect(compared).toBeGreaterThan(8);
  });

  it("keeps integers of 64 bits exact, and turns big-endian numbers round", async () => {
    expect((await read("FILES/numbers.h5/be/i8")).data).toEqual(
      BigInt64Array.of(-(2n ** 63n), 1n, 2n ** 63n - 1n),
    );
    expect((await read("FILES/numbers.h5/be/f4", "0:2")).data).toEqual(Float32Array.of(0.1, -2));
    expect((await read("FILES/numbers.h5/be/c8")).data).toEqual(Float32Array.of(1, 2, -0, -0.5));
    expect((await read("FILES/numbers.h5/bool")).data).toEqual(Uint8Array.of(1, 0, 0, 1));
    expect((await read("FILES/numbers.h5/longdouble")).data).toHaveLength(32);
  });

  it("gives compounds as objects, their gaps and arrays minded", async () => {
    expect((await read("FILES/compounds.h5/padded")).data).toEqual([
      { a: 1, b: 2.5 },
      { a: 3, b: 4.5 },
    ]);
    expect((await read("FILES/compounds.h5/padded", "1")).data).toEqual([{ a: 3, b: 4.5 }]);
    expect((await read("FILES/compounds.h5/nested")).data).toEqual([
      {
        x: 1,
        n: { p: 2, q: "ab" },
        m: [
          [1, 2],
          [3, 4],
        ],
        c: { re: 1, im: 2 },
        b: true,
      },
    ]);
  });

  it("cuts within the elements of an array type", async () => {
    const part = await read("FILES/compounds.h5/array_type", ":,1,::2");
    expect(part.shape).toEqual([2, 2]);
    expect(numbers(part)).toEqual([3, 5, 9, 11]);
  });
});

describe("data sources as Tiled writes them", () => {
  const shape = [4, 5];
  const path = "/SOURCES";

  beforeAll(async () => {
    await folder.hdf5("sources/a.h5", {
      children: {
        g: { children: { x: { data: counting(20), shape } } },
        one: { data: counting(5), shape: [1, 5, 1] },
        scalar: { data: 4.5 },
      },
    });
    for (const [name, rows] of [
      ["p0", 2],
      ["p1", 3],
      ["p2", 1],
    ] as const) {
      const first = { p0: 0, p1: 2, p2: 5 }[name] * 4;
      await folder.hdf5(`sources/${name}.h5`, {
        children: {
          x: { data: counting(24).slice(first, first + rows * 4), shape: [rows, 4] },
          s: { data: first },
          text: { data: ["a".repeat(rows), "b"] },
        },
      });
    }
    const files = [folder.path("sources/a.h5")];
    const several = ["p0", "p1", "p2"].map((name) => folder.path(`sources/${name}.h5`));
    const text = { kind: "S", itemsize: 3, endianness: "not_applicable", dt_units: null };
    await load(db.database, [
      container(path),
      sourced(`${path}/plain`, { files, shape, dataset: "g/x" }),
      sourced(`${path}/segments`, { files, shape, parameters: { dataset: ["g", "x"] } }),
      sourced(`${path}/row`, { files, shape: [5], dataset: "/g/x", parameters: { slice: "2" } }),
      sourced(`${path}/rows`, { files, shape: [2, 3], dataset: "/g/x", parameters: { slice: "1:3,0:6:2" } }),
      sourced(`${path}/all`, { files, shape, dataset: "/g/x", parameters: { slice: "..." } }),
      sourced(`${path}/empty`, {
        files,
        shape,
        dataset: "/g/x",
        parameters: { slice: "", swmr: false, libver: "latest" },
      }),
      sourced(`${path}/squeezed`, { files, shape: [5], dataset: "one", parameters: { squeeze: true } }),
      sourced(`${path}/reshaped`, { files, shape: [2, 10], dataset: "/g/x" }),
      sourced(`${path}/scalar`, { files, shape: [1], dataset: "scalar" }),
      sourced(`${path}/several`, { files: several, shape: [6, 4], dataset: "x" }),
      sourced(`${path}/several_sliced`, {
        files: several,
        shape: [3, 4],
        dataset: "x",
        parameters: { slice: "1::2" },
      }),
      sourced(`${path}/scalars`, { files: several, shape: [3], dataset: "s" }),
      sourced(`${path}/texts`, { files: several, shape: [6], dataset: "text", dataType: text }),
      sourced(`${path}/backwards`, { files, shape, dataset: "/g/x", parameters: { slice: "::-1" } }),
      sourced(`${path}/nowhere`, { files, shape, parameters: { dataset: null } }),
      sourced(`${path}/zarr`, { files, shape, mimetype: "application/x-zarr" }),
      sourced(`${path}/beyond`, { files, shape: [5], dataset: "/g/x", parameters: { slice: "7" } }),
    ]);
  });

  it.each([
    ["plain", "", shape, [...counting(20)]],
    ["segments", "1", [5], [5, 6, 7, 8, 9]],
    ["row", "", [5], [10, 11, 12, 13, 14]],
    ["row", "-1", [], [14]],
    ["row", "::2", [3], [10, 12, 14]],
    ["rows", "", [2, 3], [5, 7, 9, 10, 12, 14]],
    ["rows", "1,1:", [2], [12, 14]],
    ["all", "3,4", [], [19]],
    ["empty", "3,4", [], [19]],
    ["squeezed", "1:3", [2], [1, 2]],
    ["reshaped", "1,::5", [2], [10, 15]],
    ["scalar", "", [1], [4.5]],
    ["scalar", "0", [], [4.5]],
    ["several", "", [6, 4], [...counting(24)]],
    ["several", "1:4,0", [3], [4, 8, 12]],
    ["several", "5", [4], [20, 21, 22, 23]],
    ["several", "::5,-1", [2], [3, 23]],
    ["several", "6:", [0, 4], []],
    ["several_sliced", "", [3, 4], [4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23]],
    ["several_sliced", "1:,2", [2], [14, 22]],
    ["scalars", "", [3], [0, 8, 20]],
    ["scalars", "2", [], [20]],
  ])("%s with slice '%s'", async (name, slice, expected, values) => {
    const array = await read(`${path}/${name}`, slice);
    expect({ shape: array.shape, values: numbers(array) }).toEqual({ shape: expected, values });
  });

  it("puts texts of several widths together", async () => {
    expect((await read(`${path}/texts`)).data).toEqual(["aa", "b", "aaa", "b", "a", "b"]);
    expect((await read(`${path}/texts`, "2:5:2")).data).toEqual(["aaa", "a"]);
  });

  it("gives the slices of several files that an enumeration gives", async () => {
    const model = countingModel([6, 4]);
    await fc.assert(
      fc.asyncProperty(slices(2), async (slice) => {
        const expected = sliceModel(model, slice);
        fc.pre(expected !== null);
        const array = await read(`${path}/several`, sliceText(slice));
        expect({ shape: array.shape, values: numbers(array) }).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    [
      "backwards",
      "UNREADABLE_SOURCE",
      'has a data source whose slice is not read here. Cannot read the slice "::-1"',
    ],
    ["nowhere", "UNREADABLE_SOURCE", "has a data source that names no data set of its file"],
    ["zarr", "UNREADABLE_SOURCE", "is stored as application/x-zarr; only HDF5 is read here"],
    [
      "beyond",
      "UNREADABLE_SOURCE",
      "/g/x has shape [4,5], which its slice does not fit: index 7 is out of bounds",
    ],
  ])("says what is wrong with %s", async (name, code, message) => {
    await expect(read(`${path}/${name}`)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });

  it("says which file is missing of several, and which does not fit", async () => {
    const file = folder.path("sources/p1.h5");
    await folder.hdf5("sources/p1.h5", { children: { x: { data: counting(9), shape: [3, 3] } } });
    await expect(read(`${path}/several`)).rejects.toMatchObject({
      code: "UNREADABLE_SOURCE",
      message: expect.stringContaining(`${file}: x has shape [3,3], which does not go with [2,4] of`),
    });
    rmSync(file);
    await expect(read(`${path}/several`)).rejects.toMatchObject({
      message: expect.stringContaining(`${file}: there is no such file`),
    });
  });
});

describe("a file that is not what was registered", () => {
  const name = "/CHANGED/a/x";
  const write = (x: Float64Array | Float32Array, shape: number[]) =>
    folder.hdf5("CHANGED/a.h5", { children: { x: { data: x, shape } } });

  beforeAll(async () => {
    await write(counting(6), [3, 2]);
    await pour(db, folder, folder.path("CHANGED"));
    const node = await read("CHANGED/a.h5/x");
    expect(node.shape).toEqual([3, 2]);
    await load(db.database, [
      container("/CHANGED/a"),
      sourced(name, { files: [folder.path("CHANGED/a.h5")], shape: [3, 2], dataset: "/x" }),
    ]);
  });

  it("is refused with its name, the two shapes, and what to do", async () => {
    await write(counting(8), [4, 2]);
    const file = folder.path("CHANGED/a.h5");
    await expect(read(name)).rejects.toMatchObject({
      code: "UNREADABLE_SOURCE",
      message:
        `${file}: /x has shape [4,2], which is not the shape [3,2] that is expected. Is it still the file that ${name} ` +
        "was registered from? `copycat verify --files` lists what has changed, and an ingest with " +
        '`policy: "update"` takes what is there now.',
    });
  });

  it("is refused with its name and the two types", async () => {
    await write(new Float32Array(6), [3, 2]);
    await expect(read(name)).rejects.toMatchObject({
      code: "UNREADABLE_SOURCE",
      message: expect.stringContaining("a.h5: /x holds float32, and not float64. Is it still the file"),
    });
  });

  it("is refused when the data set is gone, when it is no HDF5, and when it is gone itself", async () => {
    const file = await folder.hdf5("CHANGED/a.h5", { children: { y: { data: 1 } } });
    await expect(read(name)).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringContaining(
        `there is no dataset /x in ${file}. Is it still the file that ${name}`,
      ),
    });
    writeFileSync(file, "text");
    await expect(read(name)).rejects.toMatchObject({
      code: "UNREADABLE_SOURCE",
      message: expect.stringContaining(`${file} is not an HDF5 file`),
    });
    rmSync(file);
    await expect(read(name)).rejects.toMatchObject({
      code: "UNREADABLE_SOURCE",
      message: expect.stringContaining(`${file}: there is no such file. Is it still the file`),
    });
  });

  it("is read again as soon as it is what it was", async () => {
    await write(counting(6), [3, 2]);
    expect(numbers(await read(name, "2"))).toEqual([4, 5]);
    // As many elements in another shape are seen in the one that is registered, as a server does it.
    await write(counting(6), [6]);
    expect(numbers(await read(name, "2"))).toEqual([4, 5]);
  });
});

// Many arrays: in the order asked for, in flat memory, and with one that is wrong among them.

import { rmSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { key, readMany, type WantedArrays } from "../../../src/catalog/index.ts";
import type { CatalogArray } from "../../../src/catalog/read/types.ts";
import { openHdf5Reader } from "../../../src/hdf5/index.ts";
import { useDatabase } from "../../support/database.ts";
import { useFolder } from "../../support/files.ts";
import { container, load } from "../../support/nodes.ts";
import { counting, numbers, sourced } from "./support.ts";

const db = useDatabase();
const folder = useFolder();
const entities = 40;
const rows = 2300;

beforeAll(async () => {
  const nodes = [container("/MANY")];
  for (let index = 0; index < entities; index++) {
    const file = await folder.hdf5(`many/${index}.h5`, {
      children: { curve: { data: Float64Array.of(index, index + 0.5) } },
    });
    nodes.push(container(`/MANY/e${index}`, { index, isOdd: index % 2 === 1 }));
    nodes.push(sourced(`/MANY/e${index}/curve`, { files: [file], shape: [2] }));
    if (index % 4 === 0)
      nodes.push(sourced(`/MANY/e${index}/rare`, { files: [file], shape: [2], dataset: "curve" }));
  }
  const batched = await folder.hdf5("many/batched.h5", {
    children: { x: { data: counting(rows * 3), shape: [rows, 3] } },
  });
  nodes.push(container("/ROWS"));
  for (let index = 0; index < rows; index++) {
    const parameters = { slice: String(index) };
    nodes.push(container(`/ROWS/r${index}`, { index }));
    nodes.push(sourced(`/ROWS/r${index}/x`, { files: [batched], shape: [3], dataset: "/x", parameters }));
  }
  nodes.push(container("/EMPTY"), container("/EMPTY/e"));
  await load(db.database, nodes);
});

async function gather(arrays: AsyncIterable<CatalogArray>): Promise<CatalogArray[]> {
  const gathered: CatalogArray[] = [];
  for await (const array of arrays) gathered.push(array);
  return gathered;
}

async function all(
  wanted: WantedArrays,
  options: Parameters<typeof readMany>[2] = {},
): Promise<CatalogArray[]> {
  return await gather(readMany(db.database, wanted, options));
}

describe("readMany", () => {
  it("gives paths in the order asked for, some of them twice", async () => {
    const wanted = Array.from({ length: 100 }, (_, index) => `MANY/e${(index * 17) % entities}/curve`);
    const arrays = await all(wanted);
    expect(arrays.map(({ path }) => path.slice(1))).toEqual(wanted);
    expect(arrays.map((array) => numbers(array)[0])).toEqual(
      wanted.map((_, index) => (index * 17) % entities),
    );
  });

  it("gives nothing for no paths, and for a dataset without the artifact", async () => {
    expect(await all([])).toEqual([]);
    expect(await all({ dataset: "EMPTY", artifact: "curve" })).toEqual([]);
    expect(await all({ dataset: "MANY", artifact: "nope" })).toEqual([]);
  });

  it("gives one artifact of all entities, in their order, leaving out those without it", async () => {
    const curves = await all({ dataset: "MANY", artifact: "curve" }, { slice: "1" });
    expect(curves.map((array) => numbers(array)[0])).toEqual(
      Array.from({ length: entities }, (_, i) => i + 0.5),
    );
    expect(curves.every(({ shape }) => shape.length === 0)).toBe(true);
    const rare = await all({ dataset: "/MANY/", artifact: "/rare" });
    expect(rare.map(({ path }) => path)).toEqual(
      Array.from({ length: 10 }, (_, i) => `/MANY/e${4 * i}/rare`),
    );
  });

  it("tells apart neighbours that share a file or a structure, or neither, or have nothing", async () => {
    const [one, two] = [
      await folder.hdf5("mixed/1.h5", { children: { x: { data: counting(2) }, y: { data: counting(3) } } }),
      await folder.hdf5("mixed/2.h5", { children: { x: { data: Float64Array.of(7, 8) } } }),
    ];
    const kinds: [name: string, files: string[], dataset: string, shape: number[], values: number[]][] = [
      ["a", [one], "x", [2], [0, 1]],
      ["b", [one], "x", [2], [0, 1]],
      ["c", [one], "y", [3], [0, 1, 2]],
      ["d", [two], "x", [2], [7, 8]],
      ["f", [one, two], "x", [4], [0, 1, 7, 8]],
      ["g", [two], "x", [2], [7, 8]],
    ];
    const nodes = [container("/MIXED"), container("/MIXED/e")];
    for (const [name, files, dataset, shape] of kinds) {
      nodes.push(container(`/MIXED/${name}`));
      nodes.push(sourced(`/MIXED/${name}/v`, { files, dataset, shape }));
      nodes.push(container(`/MIXED/${name}0`));
    }
    await load(db.database, nodes);
    const arrays = await all({ dataset: "MIXED", artifact: "v" });
    expect(arrays.map((array) => [array.path, numbers(array)])).toEqual(
      kinds.map(([name, , , , values]) => [`/MIXED/${name}/v`, values]),
    );
  });

  it("gives the artifact of those that a search finds, in its order", async () => {
    const query = {
      where: key("index").lt(9),
      sort: [{ path: ["isOdd"] }, { path: ["index"], descending: true }],
    };
    const arrays = await all({ dataset: "MANY", artifact: "curve", query });
    expect(arrays.map((array) => numbers(array)[0])).toEqual([8, 6, 4, 2, 0, 7, 5, 3, 1]);
  });

  it("reads rows of one file over several pages of the catalog, on more threads than one", async () => {
    const reader = openHdf5Reader({ workers: 2 });
    try {
      const arrays = await all({ dataset: "ROWS", artifact: "x" }, { reader, concurrency: 5 });
      expect(arrays).toHaveLength(rows);
      expect(
        arrays.every((array, index) => numbers(array).join() === [0, 1, 2].map((i) => index * 3 + i).join()),
      ).toBe(true);
      const paths = arrays.map(({ path }) => path).reverse();
      const reversed = await all(paths, { reader, slice: "2" });
      expect(reversed.map((array) => numbers(array)[0])).toEqual(paths.map((_, i) => (rows - i) * 3 - 1));
    } finally {
      await reader.close();
    }
  });

  it("reads through a pool of one connection", async () => {
    const { openDatabase } = await import("../../../src/database/index.ts");
    const database = await openDatabase({ dsn: db.dsn, poolConnections: 1 });
    try {
      const wanted = { dataset: "MANY", artifact: "curve", query: { where: key("index").ge(0) } };
      expect(await gather(readMany(database, wanted))).toHaveLength(entities);
    } finally {
      await database.close();
    }
  });

  it("reads no further ahead than it may, and stops when it is left", async () => {
    const reader = openHdf5Reader({ workers: 1 });
    let asked = 0;
    const counted = {
      ...reader,
      workers: 1,
      readParts: (parts: Parameters<typeof reader.readParts>[0]) => {
        asked += parts.length;
        return reader.readParts(parts);
      },
    } as typeof reader;
    let taken = 0;
    for await (const array of readMany(
      db.database,
      { dataset: "ROWS", artifact: "x" },
      { reader: counted, concurrency: 2 },
    )) {
      expect(array.shape).toEqual([3]);
      if (++taken === 40) break;
    }
    // Two batches of 32 under way, and the one that is being handed on.
    expect(asked).toBeLessThanOrEqual(96);
    await reader.close();
  });

  it.each([0, -1, 1.5, Number.NaN])("refuses a concurrency of %s", async (concurrency) => {
    await expect(all([], { concurrency })).rejects.toMatchObject({ code: "USAGE" });
  });
});

describe("something wrong among many", () => {
  const wanted = ["MANY/e1/curve", "MANY/e2", "MANY/e3/nope", "MANY/e5/curve", "MANY/e6/curve"];

  beforeAll(() => rmSync(folder.path("many/5.h5")));

  it("ends the reading where it stands", async () => {
    const read: string[] = [];
    const reading = async () => {
      for await (const { path } of readMany(db.database, ["MANY/e1/curve", "MANY/e5/curve", "MANY/e6/curve"]))
        read.push(path);
    };
    await expect(reading()).rejects.toMatchObject({
      code: "UNREADABLE_SOURCE",
      message: expect.stringContaining(`${folder.path("many/5.h5")}: there is no such file`),
    });
    expect(read).toEqual(["/MANY/e1/curve"]);
  });

  it("is told and passed over when somebody listens", async () => {
    const problems: string[] = [];
    const onProblem = (path: string, error: Error) =>
      problems.push(`${path}: ${(error as { code?: string }).code}`);
    const arrays = await all(wanted, { onProblem });
    expect(arrays.map(({ path }) => path)).toEqual(["/MANY/e1/curve", "/MANY/e6/curve"]);
    expect(problems).toEqual([
      "/MANY/e2: USAGE",
      "/MANY/e3/nope: NOT_FOUND",
      "/MANY/e5/curve: UNREADABLE_SOURCE",
    ]);
  });

  it("is a slice that fits some of them only", async () => {
    const problems: string[] = [];
    const arrays = await all(["ROWS/r0/x", "MANY/e1/curve"], {
      slice: "2",
      onProblem: (path, { message }) => problems.push(`${path} ${message}`),
    });
    expect(arrays.map(({ path }) => path)).toEqual(["/ROWS/r0/x"]);
    expect(problems).toEqual([
      "/MANY/e1/curve /MANY/e1/curve: index 2 is out of bounds for axis 0, which has 2 elements.",
    ]);
  });

  it("is a dataset that is none", async () => {
    await expect(all({ dataset: "NOPE", artifact: "x" })).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: "There is no node /NOPE: / has no child NOPE.",
    });
    await expect(all({ dataset: "MANY/e1/curve", artifact: "x" })).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("is of the family array; a dataset is a container"),
    });
    await expect(all({ dataset: "MANY", artifact: "//" })).rejects.toMatchObject({ code: "USAGE" });
    await expect(all({ dataset: "MANY\u0000", artifact: "x" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

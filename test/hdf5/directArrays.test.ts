// Values read directly must be those that the HDF5 library gives, or be refused.

import { readdirSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { openDirect } from "../../src/hdf5/direct/arrays.ts";
import { writeHdf5 } from "../../src/hdf5/index.ts";
import { openDataset, readArray } from "../../src/hdf5/readArray.ts";
import type { ArrayData } from "../../src/hdf5/types.ts";
import type { ArrayView } from "../../src/hdf5/view.ts";
import { Walker } from "../../src/hdf5/walk.ts";
import { fc } from "../support/property.ts";
import { countingModel, sliceModel, slices } from "./arrayModel.support.ts";
import { temporaryFolder } from "./temporary.ts";
import { withLibrary } from "./withLibrary.ts";

const at = temporaryFolder();
const fixtures = new URL("./fixtures/", import.meta.url);

function readDirect(path: string, dataset: string, view: ArrayView = {}): ArrayData | undefined {
  const file = openDirect(path);
  try {
    return file?.read(dataset, view);
  } finally {
    file?.close();
  }
}

/** Both as hexadecimal, which a failure shows. */
function comparable(data: ArrayData | undefined): object | undefined {
  return data && { ...data, bytes: Buffer.from(data.bytes).toString("hex") };
}

function datasetsIn(path: string): { path: string; shape: number[] }[] {
  return withLibrary(path, (file) => {
    const walker = new Walker(file);
    const found: { path: string; shape: number[] }[] = [];
    for (let item = walker.next(); item; item = walker.next()) {
      if (item.kind === "dataset" && item.shape !== null) found.push({ path: item.path, shape: item.shape });
    }
    return found;
  });
}

describe("the fixtures", () => {
  const files = readdirSync(fixtures).filter((name) => name.endsWith(".h5"));
  const readable = files.filter((name) => !["truncated.h5", "empty.h5", "not_hdf5.h5"].includes(name));

  it.each(readable)("gives the library's values of %s, whole and in part, or refuses", (name) => {
    const path = new URL(name, fixtures).pathname;
    for (const { path: dataset, shape } of datasetsIn(path)) {
      const views: ArrayView[] = [
        {},
        { part: shape.map(() => ({ start: 1, stop: null, step: 2 })) },
        { part: shape.map((length) => ({ start: 0, stop: Math.max(0, length - 1), step: 1 })) },
      ];
      for (const view of views) {
        const direct = readDirect(path, dataset, view);
        if (direct === undefined) continue;
        const expected = withLibrary(path, (file) => readArray(file, openDataset(file, dataset), view));
        expect({ dataset, ...comparable(direct) }).toEqual({ dataset, ...comparable(expected) });
      }
    }
  });

  it("does not refuse what is plain, in either byte order, of one piece or in chunks", () => {
    const reads = (name: string, dataset: string) =>
      readDirect(new URL(name, fixtures).pathname, dataset) !== undefined;
    for (const kind of ["i1", "i8", "u4", "f2", "f4", "f8", "enum"]) {
      expect([kind, reads("numbers.h5", `/le/${kind}`), reads("numbers.h5", `be/${kind}`)]).toEqual([
        kind,
        true,
        true,
      ]);
    }
    for (const dataset of ["/bool", "/bool_scalar", "/bool_of_int32"]) {
      expect([dataset, reads("numbers.h5", dataset)]).toEqual([dataset, true]);
    }
    for (const dataset of ["/fixed", "/fixed_utf8", "/nullterm", "/nullpad", "/spacepad"]) {
      const written = reads("strings.h5", dataset);
      expect([dataset, written]).toEqual([dataset, true]);
    }
    for (const dataset of [
      "/scalar",
      "/zero",
      "/zero_2d",
      "/zero_chunked",
      "/chunk_beyond",
      "/chunked",
      "/four_axes",
    ]) {
      expect([dataset, reads("shapes.h5", dataset)]).toEqual([dataset, true]);
    }
    expect(reads("filters.h5", "/gzip_shuffle")).toBe(true);
  });

  it("leaves to the library what it does not know, and what is not there", () => {
    const refused = (name: string, dataset: string) =>
      readDirect(new URL(name, fixtures).pathname, dataset) === undefined;
    for (const dataset of ["/fletcher32", "/scaleoffset", "/szip", "/lzf", "/blosc"]) {
      expect([dataset, refused("filters.h5", dataset)]).toEqual([dataset, true]);
    }
    expect(refused("strings.h5", "/vlen")).toBe(true);
    expect(refused("shapes.h5", "/unwritten")).toBe(true);
    expect(refused("shapes.h5", "/virtual")).toBe(true);
    expect(refused("shapes.h5", "/null")).toBe(true);
    expect(refused("shapes.h5", "/nothing/here")).toBe(true);
    expect(refused("links.h5", "/soft")).toBe(true);
    expect(refused("links.h5", "/external")).toBe(true);
    expect(refused("not_hdf5.h5", "/x")).toBe(true);
  });
});

describe("slices of what writeHdf5 wrote", () => {
  const path = at("slices.h5");
  const shape = [7, 6, 5];
  const model = countingModel(shape);
  const data = Int32Array.from(model.values);
  beforeAll(() =>
    writeHdf5(path, {
      children: {
        whole: { data, shape },
        chunked: { data, shape, chunks: [3, 4, 2], gzip: 1 },
        rows: { data, shape, chunks: [1, 6, 5], gzip: 1 },
        one: { data, shape, gzip: 9 },
      },
    }),
  );

  it.each(["whole", "chunked", "rows", "one"])("are those of an enumeration: %s", (dataset) => {
    const file = openDirect(path);
    try {
      fc.assert(
        fc.property(slices(3), (part) => {
          const expected = sliceModel(model, part);
          fc.pre(expected !== null);
          const found = file?.read(dataset, { part });
          const values = found && [...new Int32Array(found.bytes.slice().buffer)];
          expect({ shape: found?.shape, values }).toEqual(expected);
        }),
        { numRuns: 300 },
      );
    } finally {
      file?.close();
    }
  });
});

describe("an array of some megabytes", () => {
  const path = at("large.h5");
  const [rows, columns] = [1500, 700];
  const data = Float64Array.from({ length: rows * columns }, (_, index) => Math.sin(index));
  const shape = [rows, columns];
  beforeAll(() =>
    writeHdf5(path, {
      children: { whole: { data, shape }, chunked: { data, shape, chunks: [100, 300], gzip: 1 } },
    }),
  );

  it.each(["whole", "chunked"])("gives columns, rows and sparse parts: %s", (dataset) => {
    const file = openDirect(path);
    const parts: [ArrayView["part"], (row: number, column: number) => boolean][] = [
      [[{ start: null, stop: null, step: 1 }, 333], (_, column) => column === 333],
      [[1499], (row) => row === 1499],
      [
        [
          { start: 5, stop: null, step: 400 },
          { start: 1, stop: null, step: 99 },
        ],
        (row, column) => row >= 5 && (row - 5) % 400 === 0 && column >= 1 && (column - 1) % 99 === 0,
      ],
      [[{ start: 10, stop: 1490, step: 1 }], (row) => row >= 10 && row < 1490],
    ];
    for (const [part, isTaken] of parts) {
      const found = file?.read(dataset, part === undefined ? {} : { part });
      const expected = data.filter((_, index) => isTaken(Math.floor(index / columns), index % columns));
      expect(Buffer.from(found?.bytes ?? []).equals(Buffer.from(expected.buffer))).toBe(true);
    }
    file?.close();
  });
});

describe("damage", () => {
  it("in a compressed chunk is left to the library, which says what is wrong", async () => {
    const path = at("damaged.h5");
    const data = Float64Array.from({ length: 5000 }, (_, index) => Math.sqrt(index));
    await writeHdf5(path, { children: { d: { data, gzip: 1 } } });
    const bytes = await import("node:fs/promises").then((fs) => fs.readFile(path));
    // zlib's two bytes of level 1; what follows is the chunk.
    const chunk = bytes.indexOf(Buffer.from([0x78, 0x01]));
    expect(chunk).toBeGreaterThan(0);
    bytes.fill(0xff, chunk + 200, chunk + 400);
    writeFileSync(path, bytes);
    expect(readDirect(path, "d")).toBeUndefined();
    expect(() => withLibrary(path, (file) => readArray(file, openDataset(file, "d")))).toThrow(
      expect.objectContaining({
        code: "UNREADABLE_SOURCE",
        message: expect.stringContaining("/d cannot be read"),
      }),
    );
  });
});

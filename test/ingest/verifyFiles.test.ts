// `verify --files`: what lies in the files against what is registered.

import { rmSync } from "node:fs";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { verifyFiles } from "../../src/ingest/index.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";
import { pour } from "./support.ts";

const database = useDatabase();
const folder = useFolder();

const write = (m: Float64Array | Float32Array, shape?: number[]): Promise<string> =>
  folder.hdf5("DATA/a.h5", {
    children: { m: { data: m, ...(shape && { shape }) }, scalar: { data: 1 }, text: { data: ["ab", "c"] } },
  });

const writeAsRegistered = async (): Promise<void> => {
  await write(new Float64Array(6), [3, 2]);
  await folder.hdf5("DATA/b.h5", { children: { x: { data: 1 } } });
};

beforeAll(async () => {
  await writeAsRegistered();
  await pour(database, folder, folder.path("DATA"));
});

beforeEach(writeAsRegistered);

const detail = async (): Promise<string> => {
  const check = await verifyFiles(database.database);
  expect(check).toMatchObject({ name: "files", ok: false });
  return check.detail;
};

it("finds everything as registered after a load", async () => {
  expect(await verifyFiles(database.database)).toEqual({
    name: "files",
    ok: true,
    detail: "4 arrays in 2 files are as registered",
  });
});

it("finds an array of another size, another type, and one that is gone", async () => {
  const path = `${folder.path("DATA/a.h5")}:/m`;
  await write(new Float64Array(8), [4, 2]);
  expect(await detail()).toBe(`1 of 4 arrays differ: ${path} has shape [4,2], registered is [3,2]`);
  await write(new Float32Array(6), [3, 2]);
  expect(await detail()).toBe(`1 of 4 arrays differ: ${path} has another data type than registered`);
  await folder.hdf5("DATA/a.h5", { children: { scalar: { data: 1 }, text: { data: ["ab", "c"] } } });
  expect(await detail()).toContain(`1 of 4 arrays differ: ${path}`);
});

it("lets pass another shape of as many elements, as a server does", async () => {
  await write(new Float64Array(6), [6]);
  expect((await verifyFiles(database.database)).ok).toBe(true);
});

it("finds a file that is gone or is no longer HDF5, once for the file", async () => {
  rmSync(folder.path("DATA/a.h5"));
  folder.text("DATA/b.h5", "text");
  expect(await detail()).toBe(
    `2 of 4 arrays differ: ${folder.path("DATA/a.h5")}: there is no such file; ` +
      `${folder.path("DATA/b.h5")} is not an HDF5 file (no signature found)`,
  );
});

describe("records with a slice", () => {
  const record = (key: string, slice: string | undefined, shape: number[]): string =>
    JSON.stringify({
      path: `/SLICES/${key}`,
      data_source: {
        mimetype: "application/x-hdf5",
        structure_family: "array",
        structure: {
          shape,
          chunks: shape.map((length) => [length]),
          data_type: { kind: "f", itemsize: 8, endianness: "little" },
        },
        parameters: { dataset: key.startsWith("bare") ? "m" : "/m", ...(slice !== undefined && { slice }) },
        assets: [{ data_uri: folder.path("DATA/a.h5") }],
      },
    });

  it("are compared where the slice is a row, and by their type where it is more than that", async () => {
    const good = [
      record("bare", undefined, [3, 2]),
      record("row", "2", [2]),
      record("range", "0:2", [2, 2]),
      record("element", "1,1", [1]),
      record("all", "...", [3, 2]),
    ];
    await pour(
      database,
      folder,
      folder.text("slices.ndjson", ['{"path":"/SLICES"}', ...good, ""].join("\n")),
    );
    expect(await verifyFiles(database.database)).toMatchObject({ ok: true });
    await pour(database, folder, folder.text("far.ndjson", record("far", "3", [2])));
    expect(await detail()).toBe(`1 of 10 arrays differ: ${folder.path("DATA/a.h5")}:/m has no row 3`);
  });
});

// Tables of entities and artifacts once more: read again only when they, or a file that they name, have changed.

import { rm } from "node:fs/promises";
import { beforeEach, expect, it } from "vitest";
import { verifyCatalog } from "../../../src/catalog/index.ts";
import { resumeIngest } from "../../../src/ingest/index.ts";
import { useDatabase } from "../../support/database.ts";
import { useFolder } from "../../support/files.ts";
import { text, writeParquet, writeSpectra } from "../manifest.support.ts";
import { nodeAt, nodesBelow, pour } from "../support.ts";

const database = useDatabase();
const folder = useFolder();

let count = 0;
let key: string;
let yaml: string;

/** Two entities with a row of one file each, and a curve of a second one. */
beforeEach(async () => {
  key = `TABLES${++count}`;
  await writeSpectra(folder, `${key}/one.h5`);
  await writeSpectra(folder, `${key}/two.h5`);
  yaml = folder.text(`${key}.yaml`, `key: ${key}\nbase_dir: ${key}\n`);
  writeTables([1, 2]);
  const { report } = await pour(database, folder, yaml);
  expect(report.nodes).toMatchObject({ read: 6, inserted: 6 });
});

function writeTables(J: number[]): void {
  writeParquet(folder, `manifests/${key}_entities.parquet`, [
    text("uid", ["a", "b"]),
    text("key", ["A", "B"]),
    { name: "J", data: J, type: "DOUBLE" },
  ]);
  writeParquet(folder, `manifests/${key}_artifacts.parquet`, [
    text("uid", ["a", "b", "b"]),
    text("type", ["rixs", "rixs", "curve"]),
    text("file", ["one.h5", "one.h5", "two.h5"]),
    text("dataset", ["spectra", "spectra", "/curve/M"]),
    { name: "index", data: [0, 1, null], type: "DOUBLE" },
  ]);
}

const sound = async (): Promise<void> => {
  expect((await verifyCatalog(database.database)).checks.filter(({ ok }) => !ok)).toEqual([]);
};

it("is unchanged as long as all of it is", async () => {
  const { report } = await pour(database, folder, yaml);
  expect(report.nodes).toMatchObject({ read: 6, unchanged: 6, skipped: 0 });
  // Two tables and two files.
  expect(report.files).toMatchObject({ read: 0, unchanged: 4 });
});

it("is renewed when a table has changed", async () => {
  writeTables([1, 5]);
  const { report } = await pour(database, folder, yaml);
  expect(report.nodes).toMatchObject({ updated: 1, unchanged: 5 });
  expect((await nodeAt(database, `/${key}/B`)).metadata.J).toBe(5);
  expect((await pour(database, folder, yaml)).report.nodes).toMatchObject({ unchanged: 6 });
  await sound();
});

it("is read again when a file that it names has changed, or is gone", async () => {
  await folder.hdf5(`${key}/two.h5`, {
    children: { curve: { children: { M: { data: Float64Array.of(1, 2) }, H: { data: Int32Array.of(1) } } } },
  });
  const { report } = await pour(database, folder, yaml);
  expect(report.nodes).toMatchObject({ updated: 1, unchanged: 5 });
  expect((await nodeAt(database, `/${key}/B/curve`)).structure?.shape).toEqual([2]);
  await rm(folder.path(`${key}/two.h5`));
  const gone = await pour(database, folder, yaml);
  expect(gone.report).toMatchObject({ status: "completed_with_rejects", nodes: { rejected: 1 } });
  await sound();
});

it("is read again when some of its nodes were deleted", async () => {
  await database.rows(
    "delete from nodes where key = 'A' and parent = (select id from nodes where key = $1)",
    [key],
  );
  const { report } = await pour(database, folder, yaml);
  expect(report.nodes).toMatchObject({ inserted: 2 });
  expect((await nodesBelow(database, `/${key}`)).size).toBe(6);
  expect((await pour(database, folder, yaml)).report.nodes).toMatchObject({ unchanged: 6 });
});

it("goes on between two entities when it breaks off", async () => {
  writeTables([3, 4]);
  const stop = new AbortController();
  let parts = 0;
  const broken = pour(database, folder, yaml, {
    commitEvery: 2,
    signal: stop.signal,
    onProgress: ({ phase }) => {
      if (phase === "merge" && ++parts === 2) stop.abort();
    },
  });
  await expect(broken).rejects.toThrow("--resume");
  const id = await database.value<string>("select id from copycat.run order by started_at desc limit 1");
  await resumeIngest(database.database, id, { workers: 1 });
  expect([
    (await nodeAt(database, `/${key}/A`)).metadata.J,
    (await nodeAt(database, `/${key}/B`)).metadata.J,
  ]).toEqual([3, 4]);
  expect((await pour(database, folder, yaml)).report.nodes).toMatchObject({ unchanged: 6 });
  await sound();
});

// Hashes of all bytes: kept as long as they are true, and believed before a sample.

import { renameSync, rmSync } from "node:fs";
import { expect, it } from "vitest";
import { scanLibrary } from "../../../src/library/scan/index.ts";
import { useDatabase } from "../../support/database.ts";
import { useFolder } from "../../support/files.ts";
import { mp3 } from "../support/audio.ts";
import { countsOf, makeTestLibrary } from "./support.ts";

const database = useDatabase({ empty: true });
const folder = useFolder();

it("go along with a file that is moved", async () => {
  const { library, write, path } = await makeTestLibrary(database, folder);
  write("a.mp3", mp3({ title: "One" }));
  await scanLibrary(library, { fullHash: true });
  const before = await library.findFileByPath("a.mp3");
  expect(before?.fullHash).toMatch(/^[0-9a-f]{64}$/);
  renameSync(path("a.mp3"), path("b.mp3"));
  expect(countsOf(await scanLibrary(library))).toMatchObject({ moved: 1 });
  expect(await library.findFileByPath("b.mp3")).toMatchObject({ id: before?.id, fullHash: before?.fullHash });
});

it("tell two files apart of which a sample says that one was moved", async () => {
  const { library, write, path, ids } = await makeTestLibrary(database, folder);
  const bytes = Buffer.alloc(300_000, 7);
  write("a.h5", bytes);
  await scanLibrary(library, { kind: "any", fullHash: true });
  const before = await ids();
  rmSync(path("a.h5"));
  bytes[100_000] = 8;
  write("b.h5", bytes);
  expect(countsOf(await scanLibrary(library, { kind: "any", fullHash: true }))).toEqual({
    read: 1,
    inserted: 1,
    missing: 1,
  });
  expect((await ids())["b.h5"]).not.toBe(before["a.h5"]);
});

it("empty files are never one that was moved", async () => {
  const { library, write, path } = await makeTestLibrary(database, folder);
  write("a.lock", "");
  write("keep.txt", "x");
  await scanLibrary(library, { kind: "any" });
  rmSync(path("a.lock"));
  write("b/.gitkeep", "");
  expect(countsOf(await scanLibrary(library, { kind: "any" }))).toMatchObject({ inserted: 1, missing: 1 });
});

it("a scan for audio leaves files of other kinds alone", async () => {
  const { library, write, path, states } = await makeTestLibrary(database, folder);
  write("a.txt", "x");
  write("b.mp3", mp3({ title: "B" }));
  await scanLibrary(library, { kind: "any" });
  renameSync(path("a.txt"), path("../aside.txt"));
  expect(countsOf(await scanLibrary(library))).toEqual({ read: 1, unchanged: 1 });
  expect(await states()).toEqual({ "a.txt": "active", "b.mp3": "active" });
});

it("a file that is back with other content is there again, also under policy skip", async () => {
  const { library, write, path, states } = await makeTestLibrary(database, folder);
  write("a.mp3", mp3({ title: "A" }));
  write("b.mp3", mp3({ title: "B" }));
  await scanLibrary(library);
  rmSync(path("a.mp3"));
  await scanLibrary(library);
  write("a.mp3", mp3({ title: "Another" }));
  const report = await scanLibrary(library, { policy: "skip" });
  expect(report).toMatchObject({ skipped: 1, unchanged: 1, reactivated: 1 });
  expect(await states()).toEqual({ "a.mp3": "active", "b.mp3": "active" });
  expect(await library.findFileByPath("a.mp3")).toMatchObject({ title: "A" });
});

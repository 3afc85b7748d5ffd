// Whether files are where the library says.

import { mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { expect, it } from "vitest";
import { scanLibrary, verifyLibrary } from "../../../src/library/scan/index.ts";
import { useDatabase } from "../../support/database.ts";
import { useFolder } from "../../support/files.ts";
import { mp3 } from "../support/audio.ts";
import { makeTestLibrary } from "./support.ts";

const database = useDatabase({ empty: true });
const folder = useFolder();

async function makeScanned() {
  const made = await makeTestLibrary(database, folder);
  for (const [index, path] of ["a/one.mp3", "a/two.mp3", "b/three.mp3"].entries()) {
    made.write(path, mp3({ title: path }, { seed: index }));
  }
  await scanLibrary(made.library);
  return made;
}

it("tells what is missing, and marks it when asked", async () => {
  const { library, path, states, write } = await makeScanned();
  rmSync(path("a/one.mp3"));
  const found = { checked: 3, present: 2, missing: ["a/one.mp3"], back: [], unknown: [] };
  expect(await verifyLibrary(library)).toEqual({ ...found, marked: 0 });
  expect(await states()).toMatchObject({ "a/one.mp3": "active" });
  expect(await verifyLibrary(library, { mark: true })).toEqual({ ...found, marked: 1 });
  expect(await states()).toMatchObject({ "a/one.mp3": "missing", "a/two.mp3": "active" });
  expect(await verifyLibrary(library, { mark: true })).toEqual({ ...found, marked: 0 });
  write("a/one.mp3", mp3({ title: "back" }));
  expect(await verifyLibrary(library, { mark: true })).toMatchObject({ back: ["a/one.mp3"], marked: 1 });
  expect(await states()).toMatchObject({ "a/one.mp3": "active" });
});

it("looks below its folder alone, and refuses one that is gone", async () => {
  const { library, path, root, states } = await makeScanned();
  rmSync(path("b/three.mp3"));
  expect(await verifyLibrary(library, { folder: "a", mark: true })).toMatchObject({
    checked: 2,
    missing: [],
  });
  const refused = { code: "UNREADABLE_SOURCE", message: expect.stringContaining("known") };
  await expect(verifyLibrary(library, { folder: "b", mark: true })).rejects.toMatchObject(refused);
  renameSync(root, `${root}-unmounted`);
  await expect(verifyLibrary(library, { mark: true })).rejects.toMatchObject(refused);
  mkdirSync(root);
  await expect(verifyLibrary(library, { mark: true })).rejects.toMatchObject(refused);
  expect(Object.values(await states())).toEqual(["active", "active", "active"]);
  expect(await verifyLibrary(library, { mark: true, allowEmpty: true })).toMatchObject({ marked: 3 });
});

it("says what a scan says of a folder that is a link now: what is behind it is not there", async () => {
  const { library, path, root, states } = await makeScanned();
  renameSync(path("a"), `${root}-a`);
  symlinkSync(`${root}-a`, path("a"));
  const missing = ["a/one.mp3", "a/two.mp3"];
  const found = await verifyLibrary(library, { mark: true });
  expect({ ...found, missing: found.missing.sort() }).toMatchObject({ present: 1, missing, marked: 2 });
  const marked = { "a/one.mp3": "missing", "a/two.mp3": "missing", "b/three.mp3": "active" };
  expect(await states()).toEqual(marked);
  expect(await scanLibrary(library)).toMatchObject({ read: 1, unchanged: 1, missing: 0, reactivated: 0 });
  expect(await verifyLibrary(library, { mark: true })).toMatchObject({ back: [], marked: 0 });
  expect(await states()).toEqual(marked);
});

it("and neither minds that the root itself is a link", async () => {
  const { library, root } = await makeScanned();
  renameSync(root, `${root}-elsewhere`);
  symlinkSync(`${root}-elsewhere`, root);
  expect(await scanLibrary(library)).toMatchObject({ read: 3, unchanged: 3, missing: 0 });
  expect(await verifyLibrary(library)).toMatchObject({ present: 3, missing: [] });
});

it("a file that moved out of such a folder into one that is scanned alone keeps its row", async () => {
  const { library, path, root, ids, write } = await makeScanned();
  const id = (await ids())["a/one.mp3"];
  renameSync(path("a"), `${root}-a`);
  symlinkSync(`${root}-a`, path("a"));
  write("b/one.mp3", mp3({ title: "a/one.mp3" }, { seed: 0 }));
  expect(await scanLibrary(library, { folder: "b" })).toMatchObject({ moved: 1, inserted: 0 });
  expect((await ids())["b/one.mp3"]).toBe(id);
});

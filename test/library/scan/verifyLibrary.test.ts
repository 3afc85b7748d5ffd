// Whether files are where the library says.

import { mkdirSync, renameSync, rmSync } from "node:fs";
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

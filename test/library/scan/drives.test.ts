// Drives that are not mounted: nothing that was on them is taken for gone, or for moved.

import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { scanFolder } from "../../../src/library/load/scanFolder.ts";
import { scanLibrary, verifyLibrary } from "../../../src/library/scan/index.ts";
import { useDatabase } from "../../support/database.ts";
import { useFolder } from "../../support/files.ts";
import { mp3 } from "../support/audio.ts";
import { countsOf, makeTestLibrary } from "./support.ts";

const database = useDatabase({ empty: true });
const folder = useFolder();

const song = (title: string, seed: number): Buffer => mp3({ artist: "A", title }, { seed });

/** `usb` was another drive when it was scanned. */
async function makeWithDrive() {
  const made = await makeTestLibrary(database, folder);
  made.write("home/one.mp3", song("One", 1));
  made.write("usb/two.mp3", song("Two", 2));
  made.write("usb/deep/three.mp3", song("Three", 3));
  await scanLibrary(made.library);
  await database.rows(
    `update library.file set inode = '123456:' || id where library_id = ${made.library.id} and path like 'usb/%'`,
  );
  return made;
}

const all = { "home/one.mp3": "active", "usb/two.mp3": "active", "usb/deep/three.mp3": "active" };

describe("files of a drive that is away", () => {
  it.each<[string, (path: (name: string) => string) => void]>([
    ["whose folder is empty", (path) => mkdirSync(path("usb"))],
    ["whose folder is gone as well", () => undefined],
    [
      "in whose place is another file",
      (path) => {
        mkdirSync(path("usb"));
        writeFileSync(path("usb/.placeholder"), "");
      },
    ],
  ])("%s stay as they are, for a scan and for a check", async (_, leave) => {
    const { library, path, states } = await makeWithDrive();
    rmSync(path("usb"), { recursive: true });
    leave(path);
    const notices: string[] = [];
    const log = { notice: (message: string) => void notices.push(message) };
    expect(countsOf(await scanLibrary(library, { log }))).toEqual({ read: 1, unchanged: 1 });
    expect(notices).toEqual([expect.stringContaining("usb")]);
    expect(await verifyLibrary(library, { mark: true })).toMatchObject({ missing: [], marked: 0 });
    expect(await states()).toEqual(all);
    expect(countsOf(await scanLibrary(library, { allowEmpty: true }))).toMatchObject({ missing: 2 });
  });

  it("are not what a copy of one of them was before", async () => {
    const { library, path, write, states } = await makeWithDrive();
    rmSync(path("usb"), { recursive: true });
    mkdirSync(path("usb"));
    write("new/copy.mp3", song("Two", 2));
    expect(countsOf(await scanLibrary(library, { folder: "new" }))).toEqual({ read: 1, inserted: 1 });
    expect(await states()).toEqual({ ...all, "new/copy.mp3": "active" });
  });
});

it("a folder in which only other files are left is one from which all was deleted, or is not mounted: refused", async () => {
  const { library, path, states } = await makeWithDrive();
  rmSync(path("home/one.mp3"));
  writeFileSync(path("home/cover.jpg"), "");
  const refused = { code: "UNREADABLE_SOURCE" };
  await expect(scanLibrary(library, { folder: "home" })).rejects.toMatchObject(refused);
  expect(await states()).toEqual(all);
  expect(countsOf(await scanLibrary(library, { folder: "home", allowEmpty: true }))).toEqual({ missing: 1 });
});

it("a root that a refused scan was to set is the old one afterwards", async () => {
  const { library, root } = await makeWithDrive();
  const name = root.slice(root.lastIndexOf("/") + 1);
  renameSync(root, `${root}-elsewhere`);
  const empty = folder.folder(`${name}-empty`);
  const options = { library: name, setRoot: true };
  await expect(scanFolder(database.database, { folder: empty, ...options })).rejects.toMatchObject({
    code: "UNREADABLE_SOURCE",
  });
  const [row] = await database.rows(`select root from library.library where id = ${library.id}`);
  expect(row).toEqual({ root });
  const report = await scanFolder(database.database, { folder: `${root}-elsewhere`, ...options });
  expect(report).toMatchObject({ root: `${root}-elsewhere`, missing: 0, moved: 0 });
});

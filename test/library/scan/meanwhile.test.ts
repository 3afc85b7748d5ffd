// What others do to the library while a scan runs is not told as done by the scan.

import { rmSync } from "node:fs";
import { expect, it } from "vitest";
import { type ScanOptions, scanLibrary } from "../../../src/library/scan/index.ts";
import { useDatabase } from "../../support/database.ts";
import { useFolder } from "../../support/files.ts";
import { mp3 } from "../support/audio.ts";
import { countsOf, makeTestLibrary } from "./support.ts";

const database = useDatabase({ empty: true });
const folder = useFolder();

async function makeScanned() {
  const made = await makeTestLibrary(database, folder);
  for (const [index, path] of ["one.mp3", "two.mp3", "three.mp3", "four.mp3"].entries()) {
    made.write(path, mp3({ artist: "A", title: path }, { seed: index }));
  }
  await scanLibrary(made.library);
  return made;
}

/** A scan in whose middle, when the folder and the rows were looked at, something else is done. */
async function scanWhile({ library }: Awaited<ReturnType<typeof makeScanned>>, work: () => Promise<unknown>) {
  let started: Promise<unknown> | undefined;
  const options: ScanOptions = {
    workers: 1,
    onReject: async () => {
      started ??= work();
      await started;
    },
  };
  return scanLibrary(library, options);
}

it("a file that somebody else marked as gone is not missing once more", async () => {
  const made = await makeScanned();
  rmSync(made.path("one.mp3"));
  rmSync(made.path("two.mp3"));
  made.write("bad.mp3", "no audio");
  const id = (await made.ids())["one.mp3"] as number;
  const report = await scanWhile(made, () => made.library.applyScan({ missing: [id] }));
  expect(countsOf(report)).toEqual({ read: 3, unchanged: 2, rejected: 1, missing: 1 });
  expect(await made.states()).toMatchObject({ "one.mp3": "missing", "two.mp3": "missing" });
});

it("a file that somebody else made active again is unchanged, also when it was read", async () => {
  const made = await makeScanned();
  const known = await made.ids();
  await made.library.applyScan({ missing: Object.values(known) });
  made.write("bad.mp3", "no audio");
  made.write("two.mp3", mp3({ artist: "A", title: "two, again" }, { seed: 1 }));
  const others = [known["one.mp3"] as number, known["two.mp3"] as number];
  const report = await scanWhile(made, () => made.library.applyScan({ reactivate: others }));
  expect(countsOf(report)).toEqual({ read: 5, unchanged: 1, updated: 3, rejected: 1, reactivated: 2 });
  expect(new Set(Object.values(await made.states()))).toEqual(new Set(["active"]));
});

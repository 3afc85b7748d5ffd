// A folder that is to be imported, sorted.

import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { vetFolder } from "../../../src/library/duplicates/index.ts";
import { type Library, openLibrary } from "../../../src/library/index.ts";
import { useDatabase } from "../../support/database.ts";
import { flac, mp3, wav } from "../support/audio.ts";
import { song, useFolder } from "./support.ts";

const database = useDatabase({ empty: true });
const folder = useFolder();
let library: Library;

beforeAll(async () => {
  library = await openLibrary(database.database, { root: "/music" });
  await library.batchInsertFiles([
    song("known.mp3", { artist: "A", title: "Known" }),
    song("alike.mp3", { artist: "A", title: "Sunset Lover" }),
    song("untagged.mp3"),
  ]);
});

it("tells new files, duplicates and uncertain ones apart, in the library and in the folder itself", async () => {
  const write = (name: string, bytes: Buffer) => folder.write(`import/${name}`, bytes);
  await write("a/known.flac", flac({ artist: "a", title: "KNOWN" }, { seed: 1 }));
  await write("a/lovers.mp3", mp3({ artist: "A", title: "Sunset Lovers" }, { seed: 2 }));
  await write("a/sunset.mp3", mp3({ artist: "A", title: "Sunset" }, { seed: 3 }));
  await write("b/first.wav", wav({ artist: "New", title: "Song" }, { seed: 4 }));
  await write("b/second.mp3", mp3({ artist: "new", title: "song" }, { seed: 5 }));
  await write("b/third.mp3", mp3({ artist: "New", title: "Son" }, { seed: 6 }));
  await write("c/audio 1.flac", flac({ artist: "P", title: "Q" }, { seed: 7 }));
  await write("c/audio 2.flac", flac({ artist: "R", title: "S" }, { seed: 7 }));
  await write("c/untagged.mp3", mp3({}, { seed: 8 }));
  await write("c/text.mp3", Buffer.from("no audio at all"));
  await write("c/cover.jpg", Buffer.from("a picture"));
  const report = await vetFolder(library, `${join(folder.path, "import")}/`);
  expect(report).toMatchObject({
    folder: join(folder.path, "import"),
    total: 10,
    newFiles: [
      { path: "a/sunset.mp3", matchType: "none", confidence: 0, match: null },
      { path: "b/first.wav", matchType: "none" },
      { path: "c/audio 1.flac", matchType: "none" },
      {
        path: "c/untagged.mp3",
        matchType: "weak_name",
        confidence: 0.5,
        match: { inFolder: false, path: "untagged.mp3" },
      },
    ],
    duplicates: [
      { path: "a/known.flac", matchType: "exact_metadata", match: { inFolder: false, path: "known.mp3" } },
      { path: "a/lovers.mp3", matchType: "fuzzy_metadata", confidence: 0.96, match: { path: "alike.mp3" } },
      { path: "b/second.mp3", matchType: "exact_metadata", match: { inFolder: true, path: "b/first.wav" } },
      { path: "c/audio 2.flac", matchType: "exact_audio", match: { inFolder: true, path: "c/audio 1.flac" } },
    ],
    uncertain: [
      { path: "b/third.mp3", matchType: "fuzzy_metadata", match: { inFolder: true, path: "b/first.wav" } },
    ],
    rejects: [{ path: "c/text.mp3", code: expect.any(String) }],
    duplicatePercent: 40,
    newPercent: 40,
    uncertainPercent: 10,
    threshold: 0.8,
  });
  expect(await library.listVettings()).toMatchObject([
    { importFolder: report.folder, totalFiles: 10, duplicates: 4, newFiles: 4, uncertain: 1, threshold: 0.8 },
  ]);
  expect(await library.countFiles()).toBe(3);
});

it("calls nothing certain below 0.95, and lets the caller narrow what is looked for", async () => {
  await folder.write("alike/a.mp3", mp3({ artist: "A", title: "Sunset Love" }, { seed: 9 }));
  const vet = (options: object) =>
    vetFolder(library, join(folder.path, "alike"), { saveHistory: false, ...options });
  expect(await vet({})).toMatchObject({ duplicates: [{ path: "a.mp3" }] });
  await folder.write("alike/a.mp3", mp3({ artist: "A", title: "Sunset Loser X" }, { seed: 9 }));
  expect(await vet({})).toMatchObject({ uncertain: [{ path: "a.mp3" }], duplicates: [] });
  expect(await vet({ fuzzyThreshold: 0.9 })).toMatchObject({ newFiles: [{ path: "a.mp3" }] });
  expect(await vet({ useFuzzy: false })).toMatchObject({ newFiles: [{ path: "a.mp3" }] });
  expect((await library.listVettings()).length).toBe(1);
});

it("finds none of the folder's own files when it is told to look at the library alone", async () => {
  await folder.write("twice/a.mp3", mp3({ artist: "T", title: "Twice" }, { seed: 10 }));
  await folder.write("twice/b.mp3", mp3({ artist: "T", title: "Twice" }, { seed: 10 }));
  const place = join(folder.path, "twice");
  expect(await vetFolder(library, place)).toMatchObject({ newPercent: 50, duplicatePercent: 50 });
  expect(await vetFolder(library, place, { withinFolder: false })).toMatchObject({
    newPercent: 100,
    duplicates: [],
  });
});

it("does not call the files of a library new or duplicates because they are in it themselves", async () => {
  const own = await openLibrary(database.database, { library: "own", root: join(folder.path, "own") });
  await folder.write("own/in/a.mp3", mp3({ artist: "O", title: "Own" }, { seed: 11 }));
  await own.addFile(song("in/a.mp3", { artist: "O", title: "Own" }));
  expect(await vetFolder(own, join(folder.path, "own/in"))).toMatchObject({
    newFiles: [{ path: "a.mp3", match: null }],
  });
  await own.addFile(song("copy.mp3", { artist: "O", title: "Own" }));
  expect(await vetFolder(own, join(folder.path, "own/in"))).toMatchObject({
    duplicates: [{ path: "a.mp3", match: { inFolder: false, path: "copy.mp3" } }],
  });
});

it("takes names that are no UTF-8", async () => {
  const name = Buffer.concat([
    Buffer.from(`${folder.path}/bytes/`),
    Buffer.from([0x61, 0xff]),
    Buffer.from(".mp3"),
  ]);
  await folder.write("bytes/b.mp3", mp3({ artist: "U", title: "V" }, { seed: 12 }));
  await writeFile(name, mp3({ artist: "U", title: "V" }, { seed: 12 }));
  expect(await vetFolder(library, Buffer.from(`${folder.path}/bytes`))).toMatchObject({
    newFiles: [{ path: "a\\xff.mp3" }],
    duplicates: [{ path: "b.mp3", match: { inFolder: true, path: "a\\xff.mp3" } }],
    rejects: [],
  });
});

it("says what it cannot look into", async () => {
  const file = await folder.write("file.mp3", mp3({}, { seed: 13 }));
  await expect(vetFolder(library, file)).rejects.toMatchObject({ code: "UNREADABLE_SOURCE" });
  await expect(vetFolder(library, join(folder.path, "absent"))).rejects.toMatchObject({
    code: "UNREADABLE_SOURCE",
  });
  await expect(vetFolder(library, folder.path, { fuzzyThreshold: 2 })).rejects.toMatchObject({
    code: "USAGE",
  });
  await folder.write("empty/.keep", Buffer.alloc(0));
  expect(await vetFolder(library, join(folder.path, "empty"))).toMatchObject({
    total: 0,
    duplicatePercent: 0,
    newPercent: 0,
  });
  // A role that may read everything reads these, too.
  if (process.getuid?.() === 0) return;
  await folder.write("closed/in/a.mp3", mp3({}, { seed: 14 }));
  await chmod(join(folder.path, "closed/in"), 0);
  expect(await vetFolder(library, join(folder.path, "closed"))).toMatchObject({
    rejects: [{ path: "in", code: "unreadable_folder" }],
  });
  await chmod(join(folder.path, "closed/in"), 0o755);
});

it("raises what the database says, and stores no history then", async () => {
  await database.rows("alter table library.file rename column metadata_hash to hidden");
  const before = (await library.listVettings()).length;
  await expect(vetFolder(library, join(folder.path, "import"))).rejects.toMatchObject({ code: "DATABASE" });
  await database.rows("alter table library.file rename column hidden to metadata_hash");
  expect((await library.listVettings()).length).toBe(before);
});

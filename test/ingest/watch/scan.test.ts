// Which files are ready, without any database.

import {
  appendFileSync,
  linkSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
} from "node:fs";
import { relative } from "node:path";
import { File as HdfFile, ready as hdf5Ready } from "h5wasm/node";
import { beforeAll, describe, expect, it } from "vitest";
import { Mark } from "../../../src/ingest/watch/fileTable.ts";
import { type Scan, scanInput } from "../../../src/ingest/watch/scan.ts";
import { openWatchedInput, type WatchedInput } from "../../../src/ingest/watch/watchedInput.ts";
import { useFolder } from "../../support/files.ts";

const folder = useFolder();
const content = { children: { data: { data: new Float64Array(100) } } };
const settleMs = 50;

beforeAll(async () => {
  await hdf5Ready;
});

const look = (input: WatchedInput, stuckMs = 60_000): Promise<Scan> =>
  scanInput(input, { settleMs, stuckMs });

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, settleMs + 5));

/** What a look finds, with names below the input. */
function found({ input, ready, settling, incomplete }: Scan): object {
  return { ready: ready.map(({ path }) => relative(input.path, path)).sort(), settling, incomplete };
}

function finish({ input, ready }: Scan): void {
  for (const { slot } of ready) input.files.setMark(slot, Mark.done);
}

/** Looks twice, so that what was there before has settled. */
async function lookTwice(input: WatchedInput, stuckMs?: number): Promise<Scan> {
  await look(input, stuckMs);
  await settle();
  return look(input, stuckMs);
}

describe("a file", () => {
  it("is ready when it has stayed as it was, once", async () => {
    const input = await openWatchedInput(folder.folder("new"));
    expect(found(await look(input))).toEqual({ ready: [], settling: 0, incomplete: 0 });
    await folder.hdf5("new/a.h5", content);
    await folder.hdf5("new/deep/er/b.h5", content);
    folder.text("new/notes.txt", "no file of HDF5 by its name");
    expect(found(await look(input))).toEqual({ ready: [], settling: 2, incomplete: 0 });
    await settle();
    const scan = await look(input);
    expect(found(scan)).toEqual({ ready: ["a.h5", "deep/er/b.h5"], settling: 0, incomplete: 0 });
    expect(found(await look(input))).toEqual(found(scan));
    finish(scan);
    expect(found(await look(input))).toEqual({ ready: [], settling: 0, incomplete: 0 });
  });

  it("that grows is waited for, whatever it is", async () => {
    const input = await openWatchedInput(folder.folder("growing"));
    const path = await folder.hdf5("growing/a.h5", content);
    for (let turn = 0; turn < 4; turn++) {
      await look(input);
      await settle();
      appendFileSync(path, "more");
      expect(found(await look(input))).toEqual({ ready: [], settling: 1, incomplete: 0 });
    }
    await settle();
    expect(found(await look(input))).toEqual({ ready: ["a.h5"], settling: 0, incomplete: 0 });
  });

  it("that is changed later is ready again, and one that is gone is forgotten", async () => {
    const input = await openWatchedInput(folder.folder("changed"));
    const path = await folder.hdf5("changed/a.h5", content);
    finish(await lookTwice(input));
    utimesSync(path, new Date(), new Date(2020, 1));
    expect(found(await look(input))).toEqual({ ready: [], settling: 1, incomplete: 0 });
    await settle();
    const again = await look(input);
    expect(found(again)).toEqual({ ready: ["a.h5"], settling: 0, incomplete: 0 });
    finish(again);
    rmSync(path);
    await look(input);
    expect(input.files.size).toBe(0);
  });

  it("is taken at the first look when it is old, and at no later one", async () => {
    const old = new Date(Date.now() - 120_000);
    const input = await openWatchedInput(folder.folder("old"));
    utimesSync(await folder.hdf5("old/a.h5", content), old, old);
    await folder.hdf5("old/b.h5", content);
    expect(found(await look(input))).toEqual({ ready: ["a.h5"], settling: 1, incomplete: 0 });
    utimesSync(await folder.hdf5("old/c.h5", content), old, old);
    expect(found(await look(input))).toMatchObject({ ready: ["a.h5"], settling: 2 });
  });

  it("of another clock waits its time all the same", async () => {
    const input = await openWatchedInput(folder.folder("future"));
    const future = new Date(Date.now() + 3_600_000);
    utimesSync(await folder.hdf5("future/a.h5", content), future, future);
    expect(found(await look(input))).toEqual({ ready: [], settling: 1, incomplete: 0 });
    await settle();
    expect(found(await look(input))).toEqual({ ready: ["a.h5"], settling: 0, incomplete: 0 });
  });

  it("behind a link counts, and a link that leads nowhere does not", async () => {
    const input = await openWatchedInput(folder.folder("links"));
    symlinkSync(await folder.hdf5("elsewhere/a.h5", content), folder.path("links/link.h5"));
    symlinkSync(folder.path("absent"), folder.path("links/broken.h5"));
    expect(found(await lookTwice(input))).toEqual({ ready: ["link.h5"], settling: 0, incomplete: 0 });
  });
});

describe("many files", () => {
  it("are all looked at, and those that differ are told apart", async () => {
    const input = await openWatchedInput(folder.folder("many"));
    const one = await folder.hdf5("one.h5", content);
    const names = Array.from({ length: 3000 }, (_, index) => `many/${index % 7}/f${index}.h5`);
    for (const index of Array(7).keys()) folder.folder(`many/${index}`);
    for (const name of names) linkSync(one, folder.path(name));
    folder.text("many/3/short.h5", readFileSync(one).subarray(0, 200));
    const scan = await lookTwice(input);
    expect(new Set(scan.ready.map(({ path }) => path))).toEqual(
      new Set(names.map((name) => folder.path(name))),
    );
    expect(scan).toMatchObject({ settling: 0, incomplete: 1 });
    finish(scan);
    await folder.hdf5(names[1500] as string, content);
    rmSync(folder.path(names[2999] as string));
    expect(found(await look(input))).toEqual({ ready: [], settling: 1, incomplete: 1 });
    expect(input.files.size).toBe(3000);
  });
});

describe("a file that stays as it is but is not complete", () => {
  it.each([0.1, 0.5, 0.99])("is not ready when %d of it are there", async (share) => {
    const input = await openWatchedInput(folder.folder(`cut-${share}`));
    const path = await folder.hdf5(`cut-${share}/a.h5`, content);
    const bytes = readFileSync(path);
    truncateSync(path, Math.floor(bytes.length * share));
    expect(found(await lookTwice(input))).toEqual({ ready: [], settling: 0, incomplete: 1 });
    folder.text(`cut-${share}/a.h5`, bytes);
    expect(found(await look(input))).toEqual({ ready: [], settling: 1, incomplete: 0 });
    await settle();
    expect(found(await look(input))).toEqual({ ready: ["a.h5"], settling: 0, incomplete: 0 });
  });

  it.each(["w", "Sa"] as const)("is not ready while a writer (mode %s) has it open", async (mode) => {
    const input = await openWatchedInput(folder.folder(`open-${mode}`));
    const path = folder.path(`open-${mode}/a.h5`);
    new HdfFile(path, "w", { libver: ["latest", "latest"] }).close();
    const writer = new HdfFile(path, mode);
    writer.flush();
    expect(found(await lookTwice(input))).toEqual({ ready: [], settling: 0, incomplete: 1 });
    writer.close();
    expect(found(await lookTwice(input))).toEqual({ ready: ["a.h5"], settling: 0, incomplete: 0 });
  });

  it("is told once, and again when it has changed", async () => {
    const input = await openWatchedInput(folder.folder("stuck"));
    const path = folder.text("stuck/a.h5", "nothing of HDF5");
    expect((await lookTwice(input, 1000)).stuck).toEqual([]);
    const told = { path, state: "unreadable", modifiedMs: expect.any(Number) };
    expect((await look(input, settleMs)).stuck).toEqual([told]);
    expect((await look(input, settleMs)).stuck).toEqual([]);
    folder.text("stuck/a.h5", "nothing of HDF5 either");
    await look(input, settleMs);
    await settle();
    expect((await look(input, settleMs)).stuck).toEqual([told]);
  });
});

describe("a dataset", () => {
  const yaml = (pattern: string): string => `label: D
data: { directory: files, layout: per_entity, file_pattern: "${pattern}" }
parameters: { location: root_scalars }
artifacts: [{ type: a, dataset: /data }]`;

  it("has the files that its pattern names, in its directory", async () => {
    await folder.hdf5("dataset/files/run/a.h5", content);
    await folder.hdf5("dataset/files/run/b.nxs", content);
    await folder.hdf5("dataset/c.h5", content);
    const input = await openWatchedInput(folder.text("dataset/d.yaml", yaml("*.h5")));
    expect((await lookTwice(input)).ready.map(({ path }) => path)).toEqual([
      folder.path("dataset/files/run/a.h5"),
    ]);
  });

  it("is read again at the second look after a change, and the last good one holds while it is wrong", async () => {
    const path = folder.path("dataset/d.yaml");
    const input = await openWatchedInput(path);
    finish(await lookTwice(input));
    expect(await input.reload()).toBe("same");
    folder.text("dataset/d.yaml", "key: [");
    expect(await input.reload()).toBe("same");
    expect(await input.reload()).toMatchObject({ error: { code: "INVALID_INPUT" } });
    expect(await input.reload()).toBe("same");
    expect((await look(input)).ready).toEqual([]);
    folder.text("dataset/d.yaml", yaml("**/*"));
    expect([await input.reload(), await input.reload(), await input.reload()]).toEqual([
      "same",
      "changed",
      "same",
    ]);
    const { ready } = await lookTwice(input);
    expect(ready.map(({ path: file }) => relative(folder.path("dataset/files"), file)).sort()).toEqual([
      "run/a.h5",
      "run/b.nxs",
    ]);
  });

  it("may be away for a while", async () => {
    const input = await openWatchedInput(folder.path("dataset/d.yaml"));
    rmSync(folder.path("dataset/d.yaml"));
    expect(await input.reload()).toBe("same");
    expect(await input.reload()).toMatchObject({ error: { code: "UNREADABLE_SOURCE" } });
    folder.text("dataset/d.yaml", yaml("*.nxs"));
    expect([await input.reload(), await input.reload()]).toEqual(["same", "changed"]);
  });
});

describe("what cannot be watched is refused:", () => {
  it.each([
    ["a file of HDF5", "new/a.h5", "USAGE"],
    ["what is not there", "absent.yaml", "UNREADABLE_SOURCE"],
  ])("%s", async (_what, name, code) => {
    await expect(openWatchedInput(folder.path(name))).rejects.toMatchObject({ code });
  });

  it("a dataset of tables, whose files are not listed", async () => {
    folder.text("tables/t.yaml", "label: T\nkey: T\nbase_dir: files\n");
    folder.folder("tables/files");
    for (const name of ["entities", "artifacts"]) folder.text(`tables/manifests/t_${name}.csv`, "uid,key\n");
    const refused = openWatchedInput(folder.path("tables/t.yaml"));
    await expect(refused).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("from tables"),
    });
  });

  it("a folder that goes away keeps what is known of its files", async () => {
    const input = await openWatchedInput(folder.folder("away"));
    await folder.hdf5("away/a.h5", content);
    finish(await lookTwice(input));
    rmSync(folder.path("away"), { recursive: true });
    await expect(look(input)).rejects.toMatchObject({ code: "UNREADABLE_SOURCE" });
    expect(input.files.size).toBe(1);
  });
});

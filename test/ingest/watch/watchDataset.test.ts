// A watch over a folder that changes, into a real database.

import { readFileSync, truncateSync } from "node:fs";
import { File as HdfFile, ready as hdf5Ready } from "h5wasm/node";
import { beforeAll, describe, expect, it } from "vitest";
import { verifyCatalog } from "../../../src/catalog/index.ts";
import { useDatabase } from "../../support/database.ts";
import { readNdjson, useFolder } from "../../support/files.ts";
import { nodeAt, nodesBelow } from "../support.ts";
import { aFewLooks, content, useWatches, describeFiles as yaml } from "./support.ts";

const database = useDatabase();
const folder = useFolder();
const start = useWatches(database);

beforeAll(async () => {
  await hdf5Ready;
});

const entities = async (dataset: string): Promise<string[]> =>
  [...(await nodesBelow(database, `/${dataset}`)).keys()].map((path) => path.slice(dataset.length + 2));

describe("a dataset that grows", () => {
  it("gets what was there, what comes, and what changes", async () => {
    await folder.hdf5("grows/H1.h5", content(1));
    const watch = start([folder.text("grows/d.yaml", yaml("GROWS"))]);
    const [first] = await watch.sees("batch", 1);
    expect(first).toMatchObject({
      status: "completed",
      files: 1,
      nodes: { read: 3, inserted: 3, rejected: 0 },
      waiting: 0,
      rejectsFile: null,
    });
    await folder.hdf5("grows/H2.h5", content(2));
    await watch.sees("batch", 2);
    expect(await entities("GROWS")).toEqual(["", "H1", "H1/a", "H2", "H2/a"]);
    await folder.hdf5("grows/H1.h5", content(1.5, 7));
    const batches = await watch.sees("batch", 3);
    expect(batches[2]).toMatchObject({ files: 1, nodes: { inserted: 0, rejected: 0 } });
    expect((await nodeAt(database, "/GROWS/H1")).metadata).toMatchObject({ T: 1.5 });
    expect((await nodeAt(database, "/GROWS/H1/a")).structure).toMatchObject({ shape: [7] });
    expect((await nodeAt(database, "/GROWS/H2")).metadata).toMatchObject({ T: 2 });
    await aFewLooks();
    expect(await watch.stop()).toEqual({ batches: 3, files: 3, rejected: 0, waiting: 0 });
    expect(watch.events.map(({ event }) => event)).toEqual(["start", "batch", "batch", "batch", "stop"]);
    expect(watch.events.every(({ time }) => new Date(time).toISOString() === time)).toBe(true);
    expect((await verifyCatalog(database.database)).ok).toBe(true);
  });

  it("gets a file that is being written when it is closed, and takes the others meanwhile", async () => {
    const watch = start([folder.text("written/d.yaml", yaml("WRITTEN"))]);
    const writer = new HdfFile(folder.path("written/W.h5"), "w");
    writer.create_dataset({ name: "T", data: 4.5, shape: [], dtype: "<d" });
    writer.create_dataset({ name: "a", data: new Float64Array(3) });
    writer.flush();
    const whole = readFileSync(await folder.hdf5("written/cut.h5", content(5)));
    truncateSync(folder.path("written/cut.h5"), whole.length - 1);
    await folder.hdf5("written/H1.h5", content(1));
    const [batch] = await watch.sees("batch", 1);
    expect(batch).toMatchObject({ status: "completed", files: 1, waiting: 2 });
    const told = await watch.sees("waiting", 2);
    expect(Object.fromEntries(told.map(({ file, state }) => [file, state]))).toEqual({
      [folder.path("written/W.h5")]: "open",
      [folder.path("written/cut.h5")]: "truncated",
    });
    expect(watch.notices.join("\n")).toContain(`h5clear -s ${folder.path("written/W.h5")}`);
    await aFewLooks();
    expect(watch.of("waiting")).toHaveLength(2);
    expect(await entities("WRITTEN")).toEqual(["", "H1", "H1/a"]);
    writer.close();
    await watch.sees("batch", 2);
    folder.text("written/cut.h5", whole);
    await watch.sees("batch", 3);
    expect(await entities("WRITTEN")).toEqual(["", "H1", "H1/a", "W", "W/a", "cut", "cut/a"]);
    expect((await nodeAt(database, "/WRITTEN/W")).metadata).toMatchObject({ T: 4.5 });
    expect(await watch.stop()).toMatchObject({ waiting: 0, rejected: 0 });
  });

  it("is a folder without description as well, and several inputs go in side by side", async () => {
    await folder.hdf5("raw/run1/x.h5", content(1));
    await folder.hdf5("two/H1.h5", content(1));
    const watch = start([folder.path("raw"), folder.text("two/d.yaml", yaml("TWO"))]);
    await watch.sees("batch", 2);
    await folder.hdf5("raw/run2/y.h5", content(1));
    const batches = await watch.sees("batch", 3);
    const [raw0, two] = [folder.path("raw"), folder.path("two/d.yaml")];
    expect(batches.map(({ input, files }) => [input, files])).toEqual([
      [raw0, 1],
      [two, 1],
      [raw0, 1],
    ]);
    expect(await entities("TWO")).toEqual(["", "H1", "H1/a"]);
    const raw = ["", "run1", "run1/x.h5", "run1/x.h5/T", "run1/x.h5/a", "run2", "run2/y.h5"];
    expect(await entities("raw")).toEqual([...raw, "run2/y.h5/T", "run2/y.h5/a"]);
  });
});

describe("rejects", () => {
  it("are tried again when their file changes, and not before; those of all batches stay in the named file", async () => {
    const rejectsFile = folder.path("rejects.ndjson");
    await folder.hdf5("rejects/H1.h5", content(1));
    await folder.hdf5("rejects/H2.h5", { children: { T: { data: 2 } } });
    const watch = start([folder.text("rejects/d.yaml", yaml("REJECTS"))], {
      ingest: { workers: 1, rejectsFile },
    });
    const [batch] = await watch.sees("batch", 1);
    expect(batch).toMatchObject({
      status: "completed_with_rejects",
      files: 2,
      nodes: { rejected: 1 },
      rejectsFile,
    });
    await aFewLooks();
    expect(watch.of("batch")).toHaveLength(1);
    await folder.hdf5("rejects/H3.h5", { children: { T: { data: 3 } } });
    await watch.sees("batch", 2);
    await folder.hdf5("rejects/H2.h5", content(2));
    const [, , last] = await watch.sees("batch", 3);
    expect(last).toMatchObject({ status: "completed", files: 1, rejectsFile: null });
    expect(await entities("REJECTS")).toEqual(["", "H1", "H1/a", "H2", "H2/a", "H3"]);
    const sources = (await readNdjson(rejectsFile)).map(({ source }) => source);
    expect(sources).toEqual([folder.path("rejects/H2.h5"), folder.path("rejects/H3.h5")]);
    expect(await watch.stop()).toMatchObject({ rejected: 2 });
  });
});

describe("a description that is edited", () => {
  it("holds for all files from then on; a wrong one changes nothing until it is mended", async () => {
    await folder.hdf5("edited/H1.h5", content(1));
    const path = folder.text("edited/d.yaml", yaml("EDITED"));
    const watch = start([path]);
    await watch.sees("batch", 1);
    folder.text("edited/d.yaml", yaml("EDITED", "artifacts: twice"));
    const [wrong] = await watch.sees("reload", 1);
    expect(wrong).toMatchObject({ input: path, error: { code: "INVALID_INPUT" } });
    await folder.hdf5("edited/H2.h5", content(2));
    await watch.sees("batch", 2);
    expect(await entities("EDITED")).toEqual(["", "H1", "H1/a", "H2", "H2/a"]);
    folder.text(
      "edited/d.yaml",
      yaml("EDITED", "extra_metadata: [{ dataset: /T }]\nmetadata: { owner: me }"),
    );
    const [, good] = await watch.sees("reload", 2);
    expect(good).not.toHaveProperty("error");
    const batches = await watch.sees("batch", 3);
    expect(batches[2]).toMatchObject({ status: "completed", files: 2 });
    expect((await nodeAt(database, "/EDITED")).metadata).toMatchObject({ owner: "me" });
  });
});

// Rejects: the file, and how what was mended is taken again.

import { existsSync, symlinkSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { ingest } from "../../src/ingest/index.ts";
import { useDatabase } from "../support/database.ts";
import { readNdjson, useFolder } from "../support/files.ts";
import { nodeAt, nodesBelow, pour } from "./support.ts";

const database = useDatabase();
const folder = useFolder();

const good = { children: { T: { data: 1 }, m: { data: 1 }, n: { data: 2 } } };

const yaml = (key: string): string =>
  folder.text(
    `${key}.yaml`,
    `\
label: ${key}
key: ${key}
data: { directory: ${key}, layout: per_entity }
artifacts: [{ type: m, dataset: /m }, { type: n, dataset: /n }]
`,
  );

describe("the file of rejects", () => {
  it("holds one line a reject, with exactly the keys of the contract, in their order", async () => {
    await folder.hdf5("FORMAT/a.h5", good);
    const bad = folder.text("FORMAT/b.h5", "text");
    const input = yaml("FORMAT");
    const { report } = await pour(database, folder, input);
    expect(await readFile(report.rejectsFile ?? "", "utf8")).toBe(
      `{"source":"${bad}","position":"/","code":"unreadable_file","message":"${bad} is not an HDF5 file (no signature found)",` +
        `"record":{"input":"${input}","file":"${bad}"}}\n`,
    );
  });

  it("is not made when nothing is rejected", async () => {
    await folder.hdf5("CLEAN/a.h5", good);
    const rejectsFile = folder.path("clean.ndjson");
    const { report } = await pour(database, folder, yaml("CLEAN"), { rejectsFile });
    expect(report).toMatchObject({ status: "completed", rejectsFile: null });
    expect(existsSync(rejectsFile)).toBe(false);
  });

  it("stands under .copycat/rejects with the name of the run when no other is asked for", async () => {
    folder.text("DEFAULT/a.h5", "text");
    const before = process.cwd();
    process.chdir(folder.root);
    try {
      const report = await ingest(database.database, { inputs: [yaml("DEFAULT")], workers: 1 });
      expect(report.rejectsFile).toBe(folder.path(`.copycat/rejects/${report.run}.ndjson`));
      expect(await readNdjson(report.rejectsFile ?? "")).toHaveLength(1);
    } finally {
      process.chdir(before);
    }
  });

  it("may lie in a folder that is not there yet, and is not written by a dry run unless asked for", async () => {
    folder.text("DRY/a.h5", "text");
    const input = yaml("DRY");
    const rejectsFile = folder.path("new/folder/rejects.ndjson");
    const asked = await ingest(database.database, { inputs: [input], dryRun: true, rejectsFile, workers: 1 });
    expect(asked).toMatchObject({ rejectsFile, nodes: { rejected: 1 } });
    const quiet = await ingest(database.database, { inputs: [input], dryRun: true, workers: 1 });
    expect(quiet).toMatchObject({
      rejectsFile: null,
      status: "completed_with_rejects",
      nodes: { rejected: 1 },
    });
  });

  it("refuses to be written over an input", async () => {
    const input = folder.text("same.ndjson", '{"path":"/SAME/a/b"}\n');
    await expect(pour(database, folder, input, { rejectsFile: input })).rejects.toMatchObject({
      code: "USAGE",
    });
    expect(await readFile(input, "utf8")).toBe('{"path":"/SAME/a/b"}\n');
  });
});

describe("a path for rejects that would destroy something", () => {
  it("is refused before anything is read: a file of the data, an input by another name", async () => {
    const data = await folder.hdf5("KEEP/a.h5", good);
    const before = await readFile(data);
    const input = yaml("KEEP");
    await expect(pour(database, folder, input, { rejectsFile: data })).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("exists and is no rejects file"),
    });
    expect(await readFile(data)).toEqual(before);
    const alias = folder.path("alias.yaml");
    symlinkSync(input, alias);
    await expect(pour(database, folder, input, { rejectsFile: alias })).rejects.toMatchObject({
      message: expect.stringContaining("is an input"),
    });
  });

  it("ends with a sentence where no folder can be made", async () => {
    const input = folder.text("nowhere.ndjson", "no JSON\n");
    await expect(
      pour(database, folder, input, { rejectsFile: "/proc/copycat/rejects.ndjson" }),
    ).rejects.toMatchObject({ code: "UNREADABLE_SOURCE" });
  });
});

it("keeps the label of the run when a mended file is taken again", async () => {
  const bad = folder.text("LABEL/a.h5", "text");
  const first = await pour(database, folder, yaml("LABEL"), { source: "mine" });
  expect(first.rejects[0]?.record).toMatchObject({ file: bad, label: "mine" });
  await folder.hdf5("LABEL/a.h5", good);
  await pour(database, folder, first.report.rejectsFile ?? "");
  expect((await nodeAt(database, "/LABEL/a")).metadata.source).toBe("mine");
});

describe("a limit of rejects", () => {
  it("ends the run with nothing changed at the first one too many, which is in the file", async () => {
    await folder.hdf5("LIMIT/a.h5", good);
    for (const name of ["b", "c", "d"]) folder.text(`LIMIT/${name}.h5`, "text");
    const rejectsFile = folder.path("limit.ndjson");
    await expect(pour(database, folder, yaml("LIMIT"), { maxRejects: 1, rejectsFile })).rejects.toMatchObject(
      {
        code: "TOO_MANY_REJECTS",
        message: expect.stringContaining("More than 1 records were rejected (maxRejects), "),
      },
    );
    expect((await nodesBelow(database, "/LIMIT")).size).toBe(0);
    expect(await readNdjson(rejectsFile)).toHaveLength(2);
  });

  it("lets pass exactly so many", async () => {
    for (const name of ["b", "c"]) folder.text(`PASS/${name}.h5`, "text");
    const { report } = await pour(database, folder, yaml("PASS"), { maxRejects: 2 });
    expect(report.status).toBe("completed_with_rejects");
  });

  it("counts those that only the server can see", async () => {
    const input = folder.text("orphans.ndjson", '{"path":"/ORPHANS/a/b"}\n{"path":"/ORPHANS/a/c"}\n');
    await expect(pour(database, folder, input, { maxRejects: 1 })).rejects.toMatchObject({
      code: "TOO_MANY_REJECTS",
    });
  });
});

describe("rejects taken again", () => {
  it("reads a mended file once, with the layout of its dataset, however many rejects it has", async () => {
    await folder.hdf5("MENDED/a.h5", good);
    await folder.hdf5("MENDED/b.h5", { children: { T: { data: 2 } } });
    folder.text("MENDED/c.h5", "text");
    const first = await pour(database, folder, yaml("MENDED"));
    expect(first.rejects.map(({ code }) => code)).toEqual([
      "missing_dataset",
      "missing_dataset",
      "unreadable_file",
    ]);

    await folder.hdf5("MENDED/b.h5", good);
    await folder.hdf5("MENDED/c.h5", good);
    const again = await pour(database, folder, first.report.rejectsFile ?? "");
    expect(again.report).toMatchObject({
      status: "completed",
      dataset: "MENDED",
      // Of each file: the dataset's container, the entity and two arrays. The container is as it was, and b is renewed.
      nodes: { read: 8, inserted: 5, updated: 1, unchanged: 2 },
    });
    const keys = [...(await nodesBelow(database, "/MENDED")).keys()];
    expect(keys).toHaveLength(1 + 3 * 3);
    expect((await pour(database, folder, first.report.rejectsFile ?? "")).report.nodes.inserted).toBe(0);
  });

  it("gives the same reject again when the file was not mended", async () => {
    folder.text("STILL/c.h5", "text");
    const first = await pour(database, folder, yaml("STILL"));
    const again = await pour(database, folder, first.report.rejectsFile ?? "");
    expect(again.rejects).toEqual(first.rejects);
  });

  it("reads a mended file of a folder into the place where it belongs", async () => {
    folder.text("tree/sub/a.h5", "text");
    const first = await pour(database, folder, folder.path("tree"));
    await folder.hdf5("tree/sub/a.h5", { children: { x: { data: 1 } } });
    const again = await pour(database, folder, first.report.rejectsFile ?? "");
    expect(again.report.status).toBe("completed");
    expect([...(await nodesBelow(database, "/tree")).keys()]).toEqual([
      "/tree",
      "/tree/sub",
      "/tree/sub/a.h5",
      "/tree/sub/a.h5/x",
    ]);
  });

  it("rejects a file whose input is gone or does not hold it, and takes the rest", async () => {
    const inside = await folder.hdf5("kept/a.h5", { children: {} });
    const lines = [
      { input: folder.path("gone.yaml"), file: inside },
      { input: folder.path("kept"), file: "/tmp/somewhere/else.h5" },
      { input: folder.path("kept"), file: inside },
    ];
    const input = folder.text("lost.ndjson", lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    const { report, rejects } = await pour(database, folder, input);
    expect(rejects.map(({ source, position, code, record }) => ({ source, position, code, record }))).toEqual(
      [
        { source: input, position: "line 1", code: "unreadable_input", record: lines[0] },
        { source: input, position: "line 2", code: "unreadable_input", record: lines[1] },
      ],
    );
    expect(report.nodes.inserted).toBe(2);
  });
});

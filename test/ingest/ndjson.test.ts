// Node records as NDJSON: from a file, packed, from a stream; bad lines and how they are taken again.

import { readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";
import { nodeAt, nodesBelow, pour, sumOfNodes } from "./support.ts";

const database = useDatabase();
const folder = useFolder();

const lines = (...records: (object | string)[]): string =>
  records.map((record) => `${typeof record === "string" ? record : JSON.stringify(record)}\n`).join("");

const array = (path: string) => ({
  path,
  metadata: { units: "T" },
  data_source: {
    mimetype: "application/x-hdf5",
    structure_family: "array",
    structure: {
      shape: [2, 3],
      chunks: [[2], [3]],
      data_type: { kind: "f", itemsize: 8, endianness: "little" },
    },
    parameters: { dataset: "/m" },
    assets: [{ data_uri: "/data/a.h5", size: 100 }],
  },
});

describe("records", () => {
  it("go in from a file, numbers exact to the text", async () => {
    const input = folder.text(
      "plain.ndjson",
      lines(
        { path: "/PLAIN", metadata: { source: "INS" } },
        '{"path": "/PLAIN/e1", "metadata": {"J": 1.0, "n": 9007199254740993, "big": 1e20}}',
        array("/PLAIN/e1/m"),
      ),
    );
    const { report } = await pour(database, folder, input);
    expect(report).toMatchObject({
      status: "completed",
      dataset: "PLAIN",
      nodes: { read: 3, inserted: 3 },
      dataSources: { inserted: 1 },
      structures: { inserted: 1 },
      assets: { inserted: 1 },
    });
    expect((await nodeAt(database, "/PLAIN/e1")).text).toBe(
      '{"J": 1.0, "n": 9007199254740993, "big": 100000000000000000000.0}',
    );
    expect(await nodeAt(database, "/PLAIN/e1/m")).toMatchObject({
      family: "array",
      uri: "file://localhost/data/a.h5",
      size: 100,
      parameters: { dataset: "/m" },
      structure: { shape: [2, 3], chunks: [[2], [3]] },
    });
  });

  it("go in from a gzip file, whatever its name", async () => {
    const input = folder.text("packed.bin", gzipSync(lines({ path: "/PACKED" }, { path: "/PACKED/a" })));
    expect((await pour(database, folder, input)).report.nodes.inserted).toBe(2);
  });

  it("go in from a stream, also in pieces that cut lines and characters", async () => {
    const bytes = Buffer.from(
      lines({ path: "/STREAM" }, { path: "/STREAM/Übergröße", metadata: { t: "€" } }),
    );
    const pieces = Array.from({ length: bytes.length }, (_, index) => bytes.subarray(index, index + 1));
    const { report } = await pour(database, folder, "-", { stdin: Readable.from(pieces) });
    expect(report).toMatchObject({ dataset: "STREAM", nodes: { inserted: 2 } });
    expect((await nodeAt(database, "/STREAM/Übergröße")).metadata).toEqual({ t: "€" });
  });

  it("are taken up to the limit", async () => {
    const input = folder.text("limit.ndjson", lines({ path: "/L" }, { path: "/L/a" }, { path: "/L/b" }));
    expect((await pour(database, folder, input, { limit: 2 })).report.nodes).toMatchObject({
      read: 2,
      inserted: 2,
    });
  });

  it("find parents in the catalog, and need no order among themselves", async () => {
    await pour(database, folder, folder.text("parent.ndjson", lines({ path: "/PARENT" })));
    const input = folder.text("children.ndjson", lines({ path: "/PARENT/a/b" }, { path: "/PARENT/a" }));
    expect((await pour(database, folder, input)).report.nodes).toMatchObject({ inserted: 2, rejected: 0 });
    expect([...(await nodesBelow(database, "/PARENT")).keys()]).toEqual([
      "/PARENT",
      "/PARENT/a",
      "/PARENT/a/b",
    ]);
  });

  it("fail as a whole when the file is cut off in the middle", async () => {
    const packed = gzipSync(lines({ path: "/CUT" }, { path: "/CUT/a" }));
    const input = folder.text("cut.ndjson.gz", packed.subarray(0, packed.length - 8));
    await expect(pour(database, folder, input)).rejects.toMatchObject({ code: "UNREADABLE_SOURCE" });
    expect((await nodesBelow(database, "/CUT")).size).toBe(0);
  });

  it("make nothing of an empty file", async () => {
    const { report } = await pour(database, folder, folder.text("empty.ndjson", "\n\n"));
    expect(report).toMatchObject({ status: "completed", nodes: { read: 0 }, rejectsFile: null });
  });
});

describe("bad lines", () => {
  it("become rejects with their line and record as it was written, and the rest goes in", async () => {
    const input = folder.text(
      "bad.ndjson",
      lines(
        { path: "/BAD" },
        "",
        '{"path": "/BAD/a", "metadata": {"J": NaN}}',
        "no JSON",
        '{"path": "/BAD/b", "metdata": {"J": 1.0}}',
        { path: "/BAD/c//d" },
        "[1, 2]",
        { path: "/BAD/good" },
      ),
    );
    const { report, rejects } = await pour(database, folder, input);
    expect(report.nodes).toMatchObject({ read: 7, inserted: 2, rejected: 5 });
    expect(sumOfNodes(report)).toBe(7);
    expect(rejects.every(({ source }) => source === input)).toBe(true);
    expect(rejects.map(({ position, code, record }) => [position, code, record])).toEqual([
      ["line 3", "not_a_number", '{"path": "/BAD/a", "metadata": {"J": NaN}}'],
      ["line 4", "invalid_json", "no JSON"],
      ["line 5", "unknown_field", { path: "/BAD/b", metdata: { J: 1 } }],
      ["line 6", "empty_key", { path: "/BAD/c//d" }],
      ["line 7", "not_an_object", [1, 2]],
    ]);
    expect(await readFile(report.rejectsFile ?? "", "utf8")).toContain('"metdata": {"J": 1.0}}');
  });

  it("reject the children of a parent that did not go in, with a record that can be loaded again", async () => {
    const input = folder.text(
      "orphans.ndjson",
      lines(
        { path: "/ORPHANS" },
        '{"path": "/ORPHANS/p", "oops": 1}',
        { path: "/ORPHANS/p/c" },
        array("/ORPHANS/p/c/m"),
      ),
    );
    const { rejects, report } = await pour(database, folder, input);
    expect(rejects.map(({ position, code }) => [position, code])).toEqual([
      ["line 2", "unknown_field"],
      ["line 3", "parent_missing"],
      ["line 4", "parent_missing"],
    ]);

    // Mended: the parent no longer has the field that is not known.
    const text = await readFile(report.rejectsFile ?? "", "utf8");
    const mended = folder.text("mended.ndjson", text.replace(', "oops": 1', ""));
    const again = await pour(database, folder, mended);
    expect(again.rejects).toEqual([]);
    expect(again.report.nodes).toMatchObject({ read: 3, inserted: 3 });
    expect(await nodeAt(database, "/ORPHANS/p/c/m")).toMatchObject({
      metadata: { units: "T" },
      parameters: { dataset: "/m" },
      uri: "file://localhost/data/a.h5",
      structure: { shape: [2, 3], chunks: [[2], [3]] },
    });
  });

  it("are taken again once mended, a line that was no JSON as well", async () => {
    const input = folder.text(
      "mend.ndjson",
      lines(
        { path: "/MEND" },
        '{"path": "/MEND/a", "metadata": {"J": NaN}}',
        '{"path": "/MEND/b", "metdata": {}}',
      ),
    );
    const { report } = await pour(database, folder, input);
    const text = await readFile(report.rejectsFile ?? "", "utf8");
    const mended = folder.text(
      "mend2.ndjson",
      text.replaceAll("NaN", "1.0").replaceAll("metdata", "metadata"),
    );
    const again = await pour(database, folder, mended);
    expect(again.report).toMatchObject({ status: "completed", nodes: { inserted: 2 } });
    expect((await nodeAt(database, "/MEND/a")).text).toBe('{"J": 1.0}');
  });

  it("stay the same rejects when they come again as they are", async () => {
    const input = folder.text(
      "again.ndjson",
      lines("no JSON", '{"path": "/AGAIN", "x": 1.0}', { path: "/NO/parent" }),
    );
    const first = await pour(database, folder, input);
    const again = await pour(database, folder, first.report.rejectsFile ?? "");
    expect(again.rejects.map(({ code, record }) => ({ code, record }))).toEqual(
      first.rejects.map(({ code, record }) => ({ code, record })),
    );
    expect(again.rejects.map(({ position }) => position)).toEqual(["line 1", "line 2", "line 3"]);
  });

  it("reject a node of another family than the one that is there", async () => {
    await pour(
      database,
      folder,
      folder.text("family1.ndjson", lines({ path: "/FAMILY" }, { path: "/FAMILY/x" })),
    );
    const { rejects } = await pour(
      database,
      folder,
      folder.text("family2.ndjson", lines(array("/FAMILY/x"))),
    );
    expect(rejects).toMatchObject([
      { position: "line 1", code: "family_clash", record: { path: "/FAMILY/x", structure_family: "array" } },
    ]);
  });
});

// Files into the store: reports, rejects and the way back, dry runs, limits.

import { readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import {
  countMemories,
  exportMemory,
  type LoadFileOptions,
  loadMemoryFile,
  type MemoryKind,
  readMemoryStore,
  retrieveMemory,
} from "../../src/memory/index.ts";
import { useDatabase } from "../support/database.ts";
import { readNdjson, useFolder } from "../support/files.ts";
import { expectSum } from "./support.ts";

const database = useDatabase({ empty: true });
const folder = useFolder();
let runs = 0;

const lines = (...records: unknown[]): string =>
  records.map((record) => (typeof record === "string" ? record : JSON.stringify(record))).join("\n");

async function load(name: string, content: string, options: Partial<LoadFileOptions> = {}) {
  const rejectsFile = folder.path(`rejects/${runs++}.ndjson`);
  const report = await loadMemoryFile(database.database, {
    input: folder.text(name, content),
    kind: "entries",
    dimensions: 3,
    rejectsFile,
    ...options,
  });
  return { report, rejects: report.rejectsFile === null ? [] : await readNdjson(report.rejectsFile) };
}

describe("a load", () => {
  it("makes the store, takes what is good, and lists the rest with its place and its record", async () => {
    const text = lines(
      { namespace: "a", key: "1", value: "one", embedding: [1, 2, 3] },
      "",
      { namespace: "a", key: "2", value: 5, metadata: { x: 1.5 } },
      "no JSON",
      { namespace: "a", key: "3", value: "x\0" },
      '{"namespace":"a","key":"4","value":"v","embedding":[1,2],"metadata":{"id":12345678901234567890}}',
      { namespace: "a", key: "5", value: "v", extra: 1 },
      { key: "6", value: "six" },
    );
    const { report, rejects } = await load("mixed.jsonl", text);
    expect(report).toEqual({
      kind: "entries",
      status: "completed_with_rejects",
      read: 7,
      inserted: 2,
      updated: 0,
      unchanged: 0,
      skipped: 0,
      duplicates: 0,
      rejected: 5,
      elapsedMs: expect.any(Number),
      rowsPerSecond: expect.any(Number),
      rejectsFile: expect.stringContaining("rejects/0.ndjson"),
    });
    const source = folder.path("mixed.jsonl");
    expect(rejects.map(({ position, code, message }) => [position, code, message])).toEqual([
      ["line 3", "wrong_type", 'Entry 1 ("a/2"): value must be text, but is 5'],
      ["line 4", "invalid_json", expect.stringMatching(/^The line is not valid JSON: /)],
      ["line 5", "nul_character", 'Entry 3 ("a/3"): column value (text) contains U+0000'],
      ["line 6", "wrong_dimension", "Entry 4: Expected 3-dimensional embedding, got 2"],
      ["line 7", "unknown_field", 'Entry 5 ("a/5"): extra is unknown'],
    ]);
    expect(rejects.every((reject) => reject.source === source)).toBe(true);
    expect(Object.keys(rejects[0] ?? {})).toEqual(["source", "position", "code", "message", "record"]);
    expect(rejects[1]?.record).toBe("no JSON");
    expect(readFileSync(report.rejectsFile ?? "", "utf8")).toContain(
      '"metadata":{"id":12345678901234567890}',
    );
    expect(await retrieveMemory(database.database, "default", "6")).toMatchObject({ value: "six" });
  });

  it("takes the mended rejects of an earlier one", async () => {
    const first = await load(
      "bad.jsonl",
      lines({ key: "m1", value: null }, { key: "m2", value: "v", embedding: [1] }),
    );
    expect(first.report.rejected).toBe(2);
    const mended = readFileSync(first.report.rejectsFile ?? "", "utf8")
      .replace('"value":null', '"value":"mended"')
      .replace('"embedding":[1]', '"embedding":[1,0,0]');
    const second = await load("mended.ndjson", mended);
    expect(second.report).toMatchObject({ read: 2, inserted: 2, rejected: 0, rejectsFile: null });
  });

  it("of the same file again changes nothing, under each policy but error", async () => {
    const text = lines({ key: "s1", value: "v", metadata: { x: 1.0 } }, { key: "s2", value: "v" });
    await load("same.jsonl", text);
    expect((await load("same.jsonl", text)).report).toMatchObject({ skipped: 2, inserted: 0 });
    expect((await load("same.jsonl", text, { onConflict: "update" })).report).toMatchObject({ unchanged: 2 });
    await expect(load("same.jsonl", text, { onConflict: "error" })).rejects.toMatchObject({
      code: "CONFLICT",
    });
  });

  it("reads standard input, in the namespace that is asked for", async () => {
    const report = await loadMemoryFile(database.database, {
      input: "-",
      stdin: Readable.from(['{"a":"1",', '"b":{"x":2}}']),
      kind: "entries",
      namespace: "map",
    });
    expect(report).toMatchObject({ read: 2, inserted: 2 });
    expect((await retrieveMemory(database.database, "map", "b"))?.value).toBe('{"x":2}');
  });

  it("ends at the first reject too many, with nothing changed and all of them listed", async () => {
    const before = await countMemories(database.database);
    const rejectsFile = folder.path("limit.ndjson");
    const text = lines({ key: "limit", value: "v" }, { key: "x" }, { key: "y" });
    await expect(load("limit.jsonl", text, { maxRejects: 1, rejectsFile })).rejects.toMatchObject({
      code: "TOO_MANY_REJECTS",
      message: expect.stringContaining("More than 1 records were rejected (maxRejects), "),
    });
    expect(await countMemories(database.database)).toBe(before);
    expect(await readNdjson(rejectsFile)).toHaveLength(2);
  });

  it.each([
    ["nothing.jsonl", "it does not exist"],
    ["", "it is a folder"],
  ])("of what is no file is an error: %j", async (name, message) => {
    await expect(
      loadMemoryFile(database.database, { input: folder.path(name), kind: "entries" }),
    ).rejects.toMatchObject({ code: "UNREADABLE_SOURCE", message: expect.stringContaining(message) });
  });

  it("refuses to write rejects over its input", async () => {
    const input = folder.text("precious.jsonl", '{"key":"a"}');
    await expect(
      loadMemoryFile(database.database, { input, kind: "entries", rejectsFile: input }),
    ).rejects.toMatchObject({ code: "USAGE" });
  });
});

describe("a dry run", () => {
  const text = lines(
    { key: "d1", value: "v" },
    { key: "d1", value: "w" },
    { key: "d2", value: "x\0" },
    { key: "6", value: "six" },
  );

  it("counts what a load would do, and changes nothing", async () => {
    const before = await countMemories(database.database);
    const { report } = await load("dry.jsonl", text, { dryRun: true });
    expect(report).toMatchObject({ read: 4, inserted: 1, duplicates: 1, skipped: 1, rejected: 1 });
    expect(await countMemories(database.database)).toBe(before);
  });

  it("needs no database, and makes no store where there is none", async () => {
    const input = folder.text("dry.jsonl", text);
    for (const server of [null, database.database]) {
      const report = await loadMemoryFile(server, { input, kind: "entries", dryRun: true, schema: "dry" });
      expectSum(
        (({ read, inserted, updated, unchanged, skipped, duplicates, rejected }) => ({
          read,
          inserted,
          updated,
          unchanged,
          skipped,
          duplicates,
          rejected,
        }))(report),
        4,
      );
      expect(report).toMatchObject({ inserted: 2, duplicates: 1, rejected: 1, rejectsFile: null });
    }
    expect(await readMemoryStore(database.database, "dry")).toBeNull();
    await expect(loadMemoryFile(null, { input, kind: "entries" })).rejects.toMatchObject({ code: "USAGE" });
  });

  it("writes rejects where they are asked for, with the sentences of a load", async () => {
    const rejectsFile = folder.path("dry.ndjson");
    const input = folder.text(
      "dry2.jsonl",
      lines({ key: "d", value: "x\0" }, { key: "k".repeat(256), value: "v" }),
    );
    const report = await loadMemoryFile(null, { input, kind: "entries", dryRun: true, rejectsFile });
    expect(report.rejectsFile).toBe(rejectsFile);
    expect((await readNdjson(rejectsFile)).map(({ code, message }) => [code, message])).toEqual([
      ["nul_character", 'Entry 0 ("default/d"): column value (text) contains U+0000'],
      ["too_long", expect.stringContaining("column key (varchar(255)) holds 256 characters, 255 at most")],
    ]);
  });
});

describe("an export", () => {
  const all = async (kind: MemoryKind, schema: string): Promise<string[]> => {
    const found: string[] = [];
    for await (const line of exportMemory(database.database, kind, { schema })) found.push(line);
    return found;
  };

  it("loads again as the same rows, to the last digit and microsecond", async () => {
    await load(
      "exact.jsonl",
      lines(
        '{"key":"x1","value":"tab\\t nl\\n \\\\N \\"q\\" é😀","embedding":[0.1,1e-46,-3.4028234e38],"metadata":{"id":12345678901234567890,"x":1.10},"tags":["a\\"b","a\\\\b",""],"created_at":"2026-01-31T12:00:00.123456+02:00","updated_at":"2026-02-01T00:00:00.000001Z","expires_at":"2100-01-01T00:00:00.5Z"}',
        { key: "x2", value: "" },
      ),
      { schema: "one" },
    );
    const patterns = lines(
      '{"name":"p","pattern_type":"t","confidence":0.1,"usage_count":7,"metadata":{"a":1.0},"embedding":[1,2,3]}',
    );
    await load("patterns.jsonl", patterns, { schema: "one", kind: "patterns" });
    const steps = lines(
      '{"trajectory_id":"t","step_number":1.0,"action":"a","state":[1.0,null],"reward":-0.5}',
      {
        trajectory_id: "t",
        step_number: 2,
        action: "b",
      },
    );
    await load("steps.jsonl", steps, { schema: "one", kind: "trajectories" });
    for (const kind of ["entries", "patterns", "trajectories"] as const) {
      const exported = await all(kind, "one");
      const { report } = await load(`${kind}.jsonl`, exported.join("\n"), { schema: "two", kind });
      expect(report).toMatchObject({ inserted: exported.length, rejected: 0 });
      expect((await all(kind, "two")).sort()).toEqual(exported.sort());
      const table = kind === "entries" ? "memory_entries" : kind;
      const rows = (schema: string) =>
        database.rows(
          `select to_jsonb(t) - 'id' as row, embedding::text, created_at::text, updated_at::text from ${schema}.${table} t order by 1`,
        );
      expect(await rows("two")).toEqual(await rows("one"));
    }
    const first = (await all("entries", "two")).find((line) => line.includes('"x1"'));
    expect(first).toContain('"embedding":[0.1,0,-3.4028235e+38]');
    expect(first).toContain('"metadata":{"x": 1.10, "id": 12345678901234567890}');
    expect(first).toContain('"created_at":"2026-01-31T10:00:00.123456Z"');
  });

  it("is of one namespace when asked for, which entries only have", async () => {
    const found: string[] = [];
    for await (const line of exportMemory(database.database, "entries", { namespace: "map" }))
      found.push(line);
    expect(found).toHaveLength(2);
    await expect(
      exportMemory(database.database, "patterns", { namespace: "map" }).next(),
    ).rejects.toMatchObject({
      code: "USAGE",
    });
  });
});

// The shapes of files that exist in the wild, read into records with their places.

import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { RefusedRecord } from "../../src/bulk/index.ts";
import { RawJson } from "../../src/json.ts";
import type { MemoryKind } from "../../src/memory/index.ts";
import { openMemoryInput } from "../../src/memory/input/openInput.ts";
import { recordText } from "../../src/memory/rowSource.ts";

interface Read {
  place: string;
  record: unknown;
}

/** Records of a text with their places, cut into chunks of any size. */
async function read(
  content: string | Uint8Array,
  { kind = "entries", chunk = 7 }: { kind?: MemoryKind; chunk?: number } = {},
): Promise<Read[]> {
  const bytes = Buffer.from(content);
  const chunks: Buffer[] = [];
  for (let start = 0; start < bytes.length; start += chunk) chunks.push(bytes.subarray(start, start + chunk));
  const input = openMemoryInput(Readable.from(chunks), { kind, namespace: "default" });
  const records: unknown[] = [];
  for await (const record of input.read()) records.push(withoutText(record));
  return records.map((record, index) => ({ place: input.place(index), record }));
}

/** Without the text that records carry along for rejects. */
function withoutText(record: unknown): unknown {
  if (typeof record !== "object" || record === null || recordText in record === false) return record;
  const { [recordText]: text, ...fields } = record as Record<string | symbol, unknown>;
  expect(typeof text).toBe("string");
  return fields;
}

const entry = { namespace: "default", key: "k", value: "v" };

describe("JSONL", () => {
  it("is a record a line, with the number of its line; blank lines count", async () => {
    const text = `\ufeff{"key":"a","value":"1"}\r\n\n  \n{"key":"b","value":"2","namespace":"x"}\n\n{"key":"c","value":"3"}`;
    expect(await read(text)).toEqual([
      { place: "line 1", record: { namespace: "default", key: "a", value: "1" } },
      { place: "line 4", record: { namespace: "x", key: "b", value: "2" } },
      { place: "line 6", record: { namespace: "default", key: "c", value: "3" } },
    ]);
  });

  it("may be one line only, good or bad", async () => {
    expect(await read('{"key":"k","value":"v"}')).toEqual([{ place: "line 1", record: entry }]);
    expect(await read('{"namespace":"default","key":"k"}\n')).toEqual([
      { place: "line 1", record: { namespace: "default", key: "k" } },
    ]);
    const [bad] = await read('{"key":"k","value":NaN}');
    expect(bad).toMatchObject({ place: "line 1", record: { code: "not_a_number" } });
    expect(await read("")).toEqual([]);
    expect(await read("\n \n")).toEqual([]);
  });

  it.each([
    ["first", 0],
    ["second", 1],
    ["last", 2],
  ])("with a bad line, the %s one, still has the others", async (_name, bad) => {
    const lines = ['{"key":"a","value":"1"}', '{"key":"b","value":"2"}', '{"key":"c","value":"3"}'];
    for (const garbage of ["garbage", '{"key":"cut off', '{"key":}', "\u0001"]) {
      const text = lines.map((line, index) => (index === bad ? garbage : line)).join("\n");
      const found = await read(text);
      expect(found).toHaveLength(3);
      expect(found[bad]?.record).toBeInstanceOf(RefusedRecord);
      expect(found[bad]).toMatchObject({
        place: `line ${bad + 1}`,
        record: { code: "invalid_json", record: JSON.stringify(garbage) },
      });
      expect(found.filter(({ record }) => record instanceof RefusedRecord)).toHaveLength(1);
    }
  });

  it("of patterns and trajectories are records, whatever their fields", async () => {
    const text = '{"name":"a","pattern_type":"t","metadata":{}}';
    expect(await read(text, { kind: "patterns" })).toMatchObject([
      { place: "line 1", record: { name: "a" } },
    ]);
  });

  it("may be packed, and holds lines that are no UTF-8 or no records", async () => {
    const packed = gzipSync('{"key":"a","value":"1"}\n{"key":"b","value":"2"}\n');
    expect(await read(packed, { chunk: 3 })).toHaveLength(2);
    const bytes = Buffer.concat([
      Buffer.from('{"key":"a","value":"1"}\n"'),
      Buffer.from([0xff]),
      Buffer.from('"\n5\n[1]'),
    ]);
    expect(await read(bytes)).toMatchObject([
      { record: { key: "a" } },
      { place: "line 2", record: { code: "invalid_utf8" } },
      { place: "line 3", record: 5 },
      { place: "line 4", record: [1] },
    ]);
  });

  it("of rejects is unwrapped, also records that were no JSON", async () => {
    const line = (record: unknown): string =>
      JSON.stringify({ source: "a.jsonl", position: "line 3", code: "x", message: "m", record });
    const text = [
      line({ key: "a", value: "1", metadata: { x: 1 } }),
      line('{"key":"b","value":"2"}'),
      line("still no JSON"),
      line(null),
    ].join("\n");
    expect(await read(text)).toMatchObject([
      { record: { key: "a", metadata: new RawJson('{"x":1}') } },
      { record: { key: "b" } },
      { place: "line 3", record: { code: "invalid_json" } },
      { record: { code: "nothing_to_take" } },
    ]);
    expect(await read(line({ key: "k", value: "v" }))).toEqual([{ place: "line 1", record: entry }]);
  });
});

describe("one JSON document", () => {
  it.each([undefined, 2])("is a list, or has one as entries or results (indent %s)", async (indent) => {
    const list = [
      { key: "k", value: "v" },
      { key: "l", value: "w", namespace: "x" },
    ];
    for (const [document, name] of [
      [list, "entries"],
      [{ version: 1, entries: list }, "entries"],
      [{ results: list, total: 2 }, "results"],
    ] as const) {
      expect(await read(JSON.stringify(document, null, indent))).toEqual([
        { place: `${name}[0]`, record: entry },
        { place: `${name}[1]`, record: { namespace: "x", key: "l", value: "w" } },
      ]);
    }
  });

  it("is what claude-flow exports: lists by namespace, with the time in milliseconds", async () => {
    const document = {
      default: [{ key: "k", value: "v", namespace: "default", timestamp: 1739350000000 }],
      empty: [],
      other: [{ key: "l", value: "w" }],
    };
    expect(await read(JSON.stringify(document))).toEqual([
      { place: "default[0]", record: { ...entry, created_at: new Date("2025-02-12T08:46:40Z") } },
      { place: "other[0]", record: { namespace: "other", key: "l", value: "w" } },
    ]);
  });

  it.each([undefined, 2])(
    "is a map of keys and values; objects are kept as JSON text (indent %s)",
    async (indent) => {
      const text = JSON.stringify({ a: "text", b: { x: 1 }, c: 5, d: [1] }, null, indent).replace(
        '"x": 1',
        '"x": 1.0',
      );
      const records = await read(text);
      expect(records.map(({ place }) => place)).toEqual(['"a"', '"b"', '"c"', '"d"']);
      expect(records.map(({ record }) => (record as { value: unknown }).value)).toEqual([
        "text",
        indent === undefined ? '{"x":1}' : '{\n    "x": 1.0\n  }',
        5,
        indent === undefined ? "[1]" : "[\n    1\n  ]",
      ]);
    },
  );

  it("is one record, indented", async () => {
    expect(await read(JSON.stringify({ key: "k", value: "v" }, null, 2))).toEqual([
      { place: "entries[0]", record: entry },
    ]);
  });

  it("is claude-flow's list of pairs of id and entry", async () => {
    const document = [["entry_1", { id: "entry_1", key: "k", namespace: "default", content: "v" }]];
    expect(await read(JSON.stringify(document))).toEqual([
      { place: "entries[0]", record: { id: "entry_1", ...entry } },
    ]);
  });

  it("of patterns or trajectories has them by their name", async () => {
    const patterns = [{ name: "a", pattern_type: "t" }];
    for (const document of [patterns, { patterns }, { entries: patterns }]) {
      expect(await read(JSON.stringify(document), { kind: "patterns" })).toMatchObject([
        { record: patterns[0] },
      ]);
    }
    const [step] = await read(
      '{"trajectories":[{"trajectory_id":"t","step_number":1.0,"state":{"x":1.0}}]}',
      {
        kind: "trajectories",
      },
    );
    expect(step).toMatchObject({ place: "trajectories[0]", record: { state: new RawJson('{"x":1.0}') } });
  });

  it.each([
    ['[\n{"key":"a"},\n{"key" "b"}\n]', /is not valid JSON: .* \(line 3, column 8\)/],
    ['{"entries": [{"key":"a"}', /is not valid JSON: /],
  ])("that is no JSON is an error with line and column: %j", async (text, message) => {
    await expect(read(text)).rejects.toMatchObject({
      code: "INVALID_INPUT",
      message: expect.stringMatching(message),
    });
  });

  it("that is broken on its first line is not mistaken for records", async () => {
    const lines = ['{"entries": [', '{"key":"a","value":"1"},', '{"key":"b","value":"2"}', "]"].join("\n");
    await expect(read(lines)).rejects.toMatchObject({ code: "INVALID_INPUT" });
    expect(await read(`${lines}}`)).toHaveLength(2);
  });

  it("that is not UTF-8 is an error", async () => {
    await expect(read(Buffer.from([0x5b, 0x0a, 0xff, 0x0a, 0x5d]))).rejects.toMatchObject({
      code: "INVALID_INPUT",
      message: expect.stringContaining("not valid UTF-8"),
    });
  });
});

describe("what files call differently", () => {
  const one = async (record: object): Promise<Record<string, unknown>> => {
    const [found] = await read(`${JSON.stringify({ key: "k", ...record })}\n{}`);
    return found?.record as Record<string, unknown>;
  };

  it("content is value, and an object as value is JSON text", async () => {
    expect(await one({ content: "v" })).toEqual(entry);
    expect(await one({ content: { a: [1, 2] } })).toEqual({ ...entry, value: '{"a":[1,2]}' });
    expect(await one({ value: null })).toEqual({ ...entry, value: null });
  });

  it("SQLite has lists, embeddings and metadata as JSON within text", async () => {
    const found = await one({ value: "v", tags: '["a"]', embedding: "[1,2.5]", metadata: '{"x":1.0}' });
    expect(found).toEqual({ ...entry, tags: ["a"], embedding: [1, 2.5], metadata: new RawJson('{"x":1.0}') });
    const odd = { value: "v", tags: "[a", embedding: "1,2", metadata: "{no" };
    expect(await one(odd)).toEqual({ ...entry, ...odd });
  });

  it("moments are milliseconds or seconds", async () => {
    const found = await one({
      value: "v",
      created_at: 1739350000,
      updatedAt: 1739350000000,
      expires_at: "2026-01-01",
    });
    expect(found).toEqual({
      ...entry,
      created_at: new Date("2025-02-12T08:46:40Z"),
      updatedAt: new Date("2025-02-12T08:46:40Z"),
      expires_at: "2026-01-01",
    });
  });

  it("numbers in metadata keep their digits, others need no text", async () => {
    const [found] = await read(
      '{"key":"k","value":"v","metadata":{"id":12345678901234567890,"x":[1.0]}}\n{}',
    );
    expect(found?.record).toMatchObject({ metadata: new RawJson('{"id":12345678901234567890,"x":[1.0]}') });
    expect(await one({ value: "v", metadata: { a: "b", c: [true, null] } })).toEqual({
      ...entry,
      metadata: { a: "b", c: [true, null] },
    });
  });
});

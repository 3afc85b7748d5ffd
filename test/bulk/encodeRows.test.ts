// Records become rows, or problems; never exceptions.

import { describe, expect, test } from "vitest";
import { BinaryBuffer } from "../../src/bulk/binaryBuffer.ts";
import { type EncoderOptions, makeEncoder } from "../../src/bulk/encodeRows.ts";
import { rowOffsets } from "../../src/bulk/rowOffsets.ts";
import type { BulkRecord, Column, RowProblem } from "../../src/bulk/types.ts";
import { fc } from "../support/property.ts";
import { codecOf, hazardousText } from "./codecs/bothFormats.support.ts";

function encoderFor(columns: readonly Column[], options: Partial<EncoderOptions> = {}) {
  return makeEncoder(
    columns.map((column) => ({ ...column, codec: codecOf(column.type, column.json) })),
    { format: "text", extraFields: "reject", ...options },
  );
}

/** The bytes of a row as text or hex, or the problem. */
function encode(columns: readonly Column[], record: unknown, options: Partial<EncoderOptions> = {}): unknown {
  const out = new BinaryBuffer();
  const problem = encoderFor(columns, options).encode(record as BulkRecord, out);
  if (problem !== null) {
    expect(out.position).toBe(0);
    return problem;
  }
  return out.take().toString(options.format === "binary" ? "hex" : "utf8");
}

const columns: Column[] = [
  { name: "key", type: "text", required: true },
  { name: "count", type: "int4", default: 7 },
  { name: "note", type: "text" },
];

describe("records", () => {
  test.each<[string, unknown, string]>([
    ["an object, in any order", { note: "n", key: "k", count: 1 }, "k\t1\tn\n"],
    ["an array, in the order of the columns", ["k", 1, "n"], "k\t1\tn\n"],
    ["a short array", ["k"], "k\t7\t\\N\n"],
    ["undefined takes the default, null is NULL", { key: "k", count: null }, "k\t\\N\t\\N\n"],
    ["without a prototype", Object.assign(Object.create(null), { key: "k" }), "k\t7\t\\N\n"],
    [
      "an instance with getters",
      new (class {
        get key() {
          return "k";
        }
      })(),
      "k\t7\t\\N\n",
    ],
    ["a proxy of an object", new Proxy({ key: "k" }, {}), "k\t7\t\\N\n"],
    ["an unknown field that is undefined", { key: "k", other: undefined }, "k\t7\t\\N\n"],
  ])("%s", (_name, record, line) => {
    expect(encode(columns, record)).toBe(line);
  });

  test.each<[string, unknown, Partial<RowProblem>]>([
    [
      "null",
      null,
      { code: "wrong_type", message: expect.stringContaining("the record is null, not an object") },
    ],
    ["a number", 5, { code: "wrong_type", message: expect.stringContaining("is a number") }],
    ["a string", "key", { code: "wrong_type", message: expect.stringContaining("is a string") }],
    ["a function", () => 1, { code: "wrong_type", message: expect.stringContaining("is a function") }],
    ["a Map", new Map([["key", "k"]]), { code: "wrong_type", message: expect.stringContaining("is a Map") }],
    [
      "a required column without a value",
      {},
      { code: "missing_value", message: "column key (text) has no value" },
    ],
    ["null in a required column", { key: null }, { code: "missing_value", column: "key" }],
    [
      "an unknown field",
      { key: "k", cuont: 1 },
      { code: "unknown_field", column: "cuont", message: "field cuont is no column" },
    ],
    [
      "too many values",
      ["k", 1, "n", 2],
      { code: "unknown_field", message: "the record has 4 values for 3 columns" },
    ],
    [
      "a getter that throws",
      {
        get key() {
          throw new Error("gone");
        },
      },
      { code: "wrong_type", message: "the record cannot be read: gone" },
    ],
    ["a revoked proxy", revoked(), { code: "wrong_type" }],
    [
      "an array whose item throws",
      new Proxy(["k", 1, "n"], { get: (_target, name) => (name === "1" ? fail() : "k") }),
      { code: "wrong_type" },
    ],
    [
      "something thrown that has no text",
      {
        get key() {
          throw Object.create(null);
        },
      },
      { code: "wrong_type" },
    ],
  ])("%s is a problem", (_name, record, problem) => {
    for (const format of ["text", "binary"] as const) {
      expect(encode(columns, record, { format })).toMatchObject(problem);
    }
  });

  test("fields that are no columns are left out where asked for", () => {
    expect(encode(columns, { key: "k", other: 1 }, { extraFields: "ignore" })).toBe("k\t7\t\\N\n");
    expect(encode(columns, ["k", 1, "n", 2], { extraFields: "ignore" })).toBe("k\t1\tn\n");
  });

  test("columns called as what every object inherits", () => {
    const odd: Column[] = [
      { name: "constructor", type: "text" },
      { name: "__proto__", type: "text" },
    ];
    expect(encode(odd, {})).toBe("\\N\t\\N\n");
    expect(encode(odd, JSON.parse('{"constructor":"c","__proto__":"p"}'))).toBe("c\tp\n");
  });

  test("a value that throws while it is read names its column", () => {
    const json: Column[] = [
      { name: "a", type: "text" },
      { name: "meta", type: "jsonb" },
    ];
    const record = {
      a: "x",
      meta: {
        deep: {
          get value() {
            throw new Error("gone");
          },
        },
      },
    };
    for (const format of ["text", "binary"] as const) {
      expect(encode(json, record, { format })).toEqual({
        code: "wrong_type",
        column: "meta",
        message: "column meta (jsonb) cannot be read: gone",
      });
    }
  });
});

function fail(): never {
  throw new Error("no");
}

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

describe("defaults", () => {
  test("stand for null in a required column", () => {
    const required: Column[] = [{ name: "tags", type: "text[]", required: true, default: [] }];
    expect(encode(required, { tags: null })).toBe("{}\n");
    expect(encode(required, {})).toBe("{}\n");
    expect(encode(required, { tags: null }, { format: "binary" })).toBe(
      ["0001", "0000000c", "00000000", "00000000", "00000019"].join(""),
    );
  });

  test("are escaped like any value", () => {
    expect(encode([{ name: "path", type: "text", default: "C:\\new" }], {})).toBe("C:\\\\new\n");
  });

  test("null is none", () => {
    expect(encode([{ name: "a", type: "text", required: true, default: null }], {})).toMatchObject({
      code: "missing_value",
    });
  });

  test.each(["text", "binary"] as const)("that do not fit are an error in use, %s", (format) => {
    expect(() => encoderFor([{ name: "n", type: "int2", default: 70_000 }], { format })).toThrow(
      "The default of column n (int2) cannot hold 70000.",
    );
  });
});

test("a binary row is its count of fields, and each field after its length", () => {
  const binary: Column[] = [
    { name: "a", type: "int2" },
    { name: "b", type: "text" },
    { name: "c", type: "bool" },
    { name: "d", type: "jsonb" },
    { name: "e", type: "timestamptz" },
  ];
  const record = [-2, "é", null, [1], new Date("2000-01-01T00:00:01Z")];
  expect(encode(binary, record, { format: "binary" })).toBe(
    [
      "0005",
      "00000002",
      "fffe",
      "00000002",
      "c3a9",
      "ffffffff",
      "00000004",
      "015b315d",
      "00000008",
      "00000000000f4240",
    ].join(""),
  );
});

test("a binary array has its dimensions, whether it has NULLs, and the type of its elements", () => {
  const array: Column[] = [{ name: "a", type: "int2[]" }];
  const sizes = ["00000001", "00000001", "00000002", "00000001"];
  const one = ["00000002", "0001"];
  expect(encode(array, [[[1, null]]], { format: "binary" })).toBe(
    ["0001", "00000026", "00000002", "00000001", "00000015", ...sizes, ...one, "ffffffff"].join(""),
  );
  expect(encode(array, [[[1, 1]]], { format: "binary" })).toBe(
    ["0001", "00000028", "00000002", "00000000", "00000015", ...sizes, ...one, ...one].join(""),
  );
});

describe("a problem leaves the buffer as it was", () => {
  test.each(["text", "binary"] as const)("%s", (format) => {
    const encoder = encoderFor(columns, { format });
    const out = new BinaryBuffer(16);
    expect(encoder.encode(["first", 1, "n"], out)).toBeNull();
    const before = Buffer.from(out.view());
    expect(encoder.encode(["long ".repeat(100), 1, "\u0000"], out)).toMatchObject({ code: "nul_character" });
    expect(out.view().equals(before)).toBe(true);
    expect(encoder.encode(["second", 2, "n"], out)).toBeNull();
    expect([...rowOffsets(out.view(), format)]).toEqual([0, before.length, out.position]);
  });
});

test("no value whatever makes an encoder throw", () => {
  const wide: Column[] = [
    ...["text", "int4", "float8", "jsonb", "timestamptz", "text[]", "bytea", "numeric"].map(
      (type, index) => ({
        name: `c${index}`,
        type,
      }),
    ),
  ];
  const encoders = (["text", "binary"] as const).map((format) => encoderFor(wide, { format }));
  const out = new BinaryBuffer();
  const key = fc.oneof(fc.constantFrom(...wide.map(({ name }) => name)), hazardousText);
  const record = fc.oneof(
    fc.anything({ withProxy: true } as object),
    fc.dictionary(key, fc.anything()),
    fc.array(fc.anything()),
  );
  fc.assert(
    fc.property(record, (value) => {
      const problems = encoders.map((encoder) => encoder.encode(value as BulkRecord, out));
      expect(problems[0]).toEqual(problems[1]);
    }),
    { numRuns: 2000 },
  );
});

// Tables cell by cell: what each kind of file says, to the digit.

import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { CopycatError } from "../../src/errors.ts";
import { openTable, TableRow } from "../../src/manifest/index.ts";
import { text, writeParquet } from "../ingest/manifest.support.ts";
import { useFolder } from "../support/files.ts";

const folder = useFolder();

async function rowsOf(path: string, columns?: readonly string[]): Promise<TableRow[]> {
  const rows: TableRow[] = [];
  for await (const block of (await openTable(path, ["uid"])).blocks(columns)) {
    for (let index = 0; index < block.length; index++) rows.push(new TableRow(block, index));
  }
  return rows;
}

const cellsOf = async (path: string): Promise<Record<string, string>[]> =>
  (await rowsOf(path)).map((row) => Object.fromEntries(row.cells()));

async function failureOf(path: string): Promise<CopycatError> {
  const error = await rowsOf(path).then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof CopycatError)) throw new Error(`${path} was read without a failure: ${error}`);
  return error;
}

describe("Parquet", () => {
  it("keeps types: integers exact, floats floats, times ISO text, lists lists", async () => {
    const path = writeParquet(folder, "types.parquet", [
      text("uid", ["a", 'ü\n"', null]),
      { name: "big", data: [9007199254740993n, -1n, null], type: "INT64" },
      { name: "small", data: [1, -2, null], type: "INT32" },
      { name: "float", data: [1, 0.1, Number.NaN], type: "DOUBLE" },
      { name: "flag", data: [true, false, null], type: "BOOLEAN" },
      { name: "time", data: [new Date("2026-01-15T10:00:00Z"), new Date(1), null], type: "TIMESTAMP" },
      { name: "json", data: [{ a: [1, 2] }, [], null], type: "JSON" },
    ]);
    expect(await cellsOf(path)).toEqual([
      {
        uid: '"a"',
        big: "9007199254740993",
        small: "1",
        float: "1.0",
        flag: "true",
        time: '"2026-01-15T10:00:00Z"',
        json: '{"a":[1,2]}',
      },
      {
        uid: '"ü\\n\\""',
        big: "-1",
        small: "-2",
        float: "0.1",
        flag: "false",
        time: '"1970-01-01T00:00:00.001Z"',
        json: "[]",
      },
      {},
    ]);
  });

  it("reads only the columns asked for, across row groups, with the number of each row", async () => {
    const names = Array.from({ length: 25 }, (_, index) => `e${index}`);
    const columns = [
      text("uid", names),
      { name: "n", data: names.map((_, index) => index), type: "INT32" as const },
    ];
    const path = writeParquet(folder, "groups.parquet", columns, { rowGroupSize: 10 });
    const rows = await rowsOf(path, ["n"]);
    expect(rows.map(({ position }) => position)).toEqual(names.map((_, index) => `row ${index}`));
    expect(rows.map((row) => [...row.cells()])).toEqual(names.map((_, index) => [["n", String(index)]]));
  });

  it.each(["UNCOMPRESSED", "GZIP"] as const)("reads %s", async (codec) => {
    const compressors = { GZIP: (input: Uint8Array) => new Uint8Array(gzipSync(input)) };
    const columns = [text("uid", ["a", "b", "b"])];
    const path = writeParquet(folder, `${codec}.parquet`, columns, { codec, compressors });
    expect(await cellsOf(path)).toEqual([{ uid: '"a"' }, { uid: '"b"' }, { uid: '"b"' }]);
  });

  it("makes a row with U+0000 a problem and reads on", async () => {
    const path = writeParquet(folder, "nul.parquet", [text("uid", ["a\0b", "c"])]);
    const [first, second] = await rowsOf(path);
    expect(first?.problem?.code).toBe("nul_character");
    expect([second?.problem, second?.position]).toEqual([null, "row 1"]);
  });

  it("says in one sentence which file is no Parquet or truncated", async () => {
    const whole = new Uint8Array(gzipSync("no Parquet at all"));
    const none = await failureOf(folder.text("none.parquet", whole));
    expect(none.code).toBe("UNREADABLE_SOURCE");
    expect(none.message).toContain("none.parquet cannot be read at its end, the footer: ");
    expect((await failureOf(folder.text("empty.parquet", ""))).message).toContain(
      "empty.parquet cannot be read",
    );
  });
});

describe.each([
  ["csv", ","],
  ["tsv", "\t"],
])("%s", (ending, comma) => {
  const write = (name: string, lines: readonly (readonly string[])[]): string =>
    folder.text(`${name}.${ending}`, `\ufeff${lines.map((line) => line.join(comma)).join("\r\n")}\r\n`);

  it("types what is not in quotes by what it looks like", async () => {
    const path = write("typed", [
      ["uid", "n", "float", "flag", "text", "quoted", ""],
      ["12e4", "9007199254740993", "1.0", "True", "007", '"1"', "0"],
      ["007", "-3", "1e3", "false", "nan", '"two\nlines, ""so"""', "1"],
      ["", "", "", "", "", '""', "2"],
    ]);
    expect(await cellsOf(path)).toEqual([
      { uid: '"12e4"', n: "9007199254740993", float: "1.0", flag: "true", text: '"007"', quoted: '"1"' },
      {
        uid: '"007"',
        n: "-3",
        float: "1000.0",
        flag: "false",
        text: '"nan"',
        quoted: '"two\\nlines, \\"so\\""',
      },
      {},
    ]);
    expect((await rowsOf(path)).map(({ position }) => position)).toEqual(["line 2", "line 4", "line 5"]);
  });

  it("takes separators in quotes for text, a million of them too, and a quote within a cell as it is", async () => {
    const many = comma.repeat(1_000_000);
    const path = write("quotes", [
      ["uid", "a", "b"],
      [`"x${comma}""y""${comma}"`, `"${many}"`, 'about 5"'],
      ["z", `""""`, `"${comma}" `],
    ]);
    const [first, second] = await cellsOf(path);
    expect(JSON.parse(first?.uid ?? "")).toBe(`x${comma}"y"${comma}`);
    expect(JSON.parse(first?.a ?? "")).toBe(many);
    expect(first?.b).toBe('"about 5\\""');
    expect(second).toEqual({ uid: '"z"', a: '"\\""', b: JSON.stringify(comma) });
  });

  it("makes lines with too many or too few cells problems and reads on", async () => {
    const path = write("ragged", [["uid", "n"], ["a"], ["b", "1", "2"], ["c", "3"]]);
    expect((await rowsOf(path)).map(({ problem }) => problem?.code)).toEqual([
      "missing_field",
      "unknown_field",
      undefined,
    ]);
  });

  it("says what is wrong with the file", async () => {
    expect(
      (
        await failureOf(
          write("twice", [
            ["uid", "uid"],
            ["a", "b"],
          ]),
        )
      ).message,
    ).toContain('its header has the column "uid" twice');
    expect((await failureOf(folder.text(`empty.${ending}`, ""))).message).toContain("it is empty");
    expect((await failureOf(write("open", [["uid"], ['"a']]))).message).toMatch(
      /open\.\wsv cannot be read: .*[Qq]uote/,
    );
  });
});

describe("NDJSON", () => {
  it("passes values on byte for byte, packed or not", async () => {
    const lines =
      '{"uid": "a", "n": 1.10, "big": 12345678901234567890, "list": [1, 2.0], "none": null}\n\n{"uid": 7}\n';
    const expected = [{ uid: '"a"', n: "1.10", big: "12345678901234567890", list: "[1, 2.0]" }, { uid: "7" }];
    expect(await cellsOf(folder.text("plain.ndjson", lines))).toEqual(expected);
    expect(await cellsOf(folder.text("packed.jsonl.gz", gzipSync(lines)))).toEqual(expected);
  });

  it("makes a bad line a problem with its number and reads on", async () => {
    const path = folder.text("bad.ndjson", '{"uid": "a"}\n{"uid": \n[1]\n{"uid": "b"}\n');
    expect((await rowsOf(path)).map(({ position, problem }) => [position, problem?.code])).toEqual([
      ["line 1", undefined],
      ["line 2", "invalid_json"],
      ["line 3", "not_an_object"],
      ["line 4", undefined],
    ]);
  });
});

it("refuses other names", async () => {
  await expect(openTable(folder.text("table.xlsx", ""), [])).rejects.toMatchObject({ code: "INVALID_INPUT" });
});

// Parquet as pyarrow writes it, cell by cell. `parquet/make.py` makes the files and says what is in them.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { memberTexts } from "../../src/files/index.ts";
import { openTable, type Table, TableRow } from "../../src/manifest/index.ts";

const fixture = (name: string): string => new URL(`parquet/${name}`, import.meta.url).pathname;

const expected = readFileSync(fixture("expected.ndjson"), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => Object.fromEntries(memberTexts(line)));

/** Rows with the cells asked for, block by block. */
async function readRows(table: Table, columns?: readonly string[]): Promise<Record<string, string>[]> {
  const rows: Record<string, string>[] = [];
  for await (const block of table.blocks(columns)) {
    for (let row = 0; row < block.length; row++) {
      expect(block.position(row)).toBe(`row ${rows.length}`);
      expect(block.problem(row)).toBeNull();
      rows.push(Object.fromEntries(new TableRow(block, row).cells()));
    }
  }
  return rows;
}

describe.each([
  ["dictionary.parquet", "snappy, with dictionaries that overflow"],
  ["plain.parquet", "neither packed nor with dictionaries"],
  ["second.parquet", "pages of the second version, zstd"],
  ["delta.parquet", "other encodings"],
])("%s: %s", (name) => {
  it("gives every cell to the digit", async () => {
    expect(await readRows(await openTable(fixture(name), []))).toEqual(expected);
  });

  it("gives any column alone as it is with the others", async () => {
    const table = await openTable(fixture(name), []);
    for (const column of table.columns) {
      const alone = expected.map(({ [column]: cell }) => (cell === undefined ? {} : { [column]: cell }));
      expect(await readRows(table, [column]), column).toEqual(alone);
    }
  });

  it("gives texts as they are", async () => {
    const table = await openTable(fixture(name), []);
    const texts: (string | null)[] = [];
    for await (const { length, columns } of table.blocks(["text", "kind"])) {
      for (let row = 0; row < length; row++) {
        texts.push(columns.get("text")?.text(row) ?? null, columns.get("kind")?.text(row) ?? null);
      }
    }
    const parse = (cell: string | undefined): unknown => (cell === undefined ? null : JSON.parse(cell));
    expect(texts).toEqual(expected.flatMap(({ text, kind }) => [parse(text), parse(kind)]));
  });
});

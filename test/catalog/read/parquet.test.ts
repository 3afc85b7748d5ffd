// Locators as Parquet, read back by another library.

import { parquetReadObjects } from "hyparquet";
import { describe, expect, it } from "vitest";
import type { ListedLocator } from "../../../src/catalog/index.ts";
import { locatorsParquet } from "../../../src/catalog/read/parquet.ts";

const locator: ListedLocator = {
  entity: "größe, 日本",
  artifact: "deep/er/x",
  file: "/data/a b.h5",
  num: 0,
  dataset: "/x",
  slice: "42",
  index: 42,
  shape: [151, 40],
  dtype: "float64",
};

async function* make(count: number): AsyncGenerator<ListedLocator> {
  for (let index = 0; index < count; index++) {
    yield index % 2 === 0
      ? { ...locator, index, slice: String(index) }
      : {
          ...locator,
          entity: null,
          num: null,
          dataset: null,
          slice: null,
          index: null,
          shape: null,
          dtype: null,
        };
  }
}

async function written(count: number): Promise<{ pieces: number; rows: Record<string, unknown>[] }> {
  const pieces: Uint8Array[] = [];
  for await (const piece of locatorsParquet(make(count))) pieces.push(piece);
  const file = new Uint8Array(Buffer.concat(pieces)).buffer;
  const rows = await parquetReadObjects({ file });
  return { pieces: pieces.length, rows: rows.map((row) => ({ ...row })) };
}

describe("locatorsParquet", () => {
  it("keeps every value, and what is not there as null", async () => {
    const { rows } = await written(2);
    expect(rows).toEqual([
      { ...locator, num: 0n, slice: "0", index: 0n, shape: "[151,40]" },
      {
        entity: null,
        artifact: "deep/er/x",
        file: "/data/a b.h5",
        num: null,
        dataset: null,
        slice: null,
        index: null,
        shape: null,
        dtype: null,
      },
    ]);
  });

  it("is a file with its columns when there is nothing to write", async () => {
    expect((await written(0)).rows).toEqual([]);
  });

  it("comes in pieces, a group of rows each", async () => {
    const { pieces, rows } = await written(120_001);
    expect(pieces).toBe(3);
    expect(rows).toHaveLength(120_001);
    expect(rows[120_000]).toMatchObject({ index: 120_000n, slice: "120000" });
    expect(rows[50_001]).toMatchObject({ index: null });
  });
});

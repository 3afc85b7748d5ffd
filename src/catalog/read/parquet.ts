// Locators as Parquet, row group by row group, so that memory stays flat.

import type { ListedLocator } from "./listLocators.ts";

const rowsPerGroup = 50_000;

/** The columns of the file. Strings are UTF-8; a shape is its JSON, "[151,40]". */
const schema = [
  { name: "root", num_children: 9 },
  ...(["entity", "artifact", "file"] as const).map(textColumn),
  numberColumn("num"),
  ...(["dataset", "slice"] as const).map(textColumn),
  numberColumn("index"),
  ...(["shape", "dtype"] as const).map(textColumn),
];

function textColumn(name: string) {
  return { name, type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" } as const;
}

/** Numbers of rows and of files. */
function numberColumn(name: string) {
  return { name, type: "INT64", repetition_type: "OPTIONAL" } as const;
}

/** The bytes of the file, in pieces. */
export async function* locatorsParquet(locators: AsyncIterable<ListedLocator>): AsyncGenerator<Uint8Array> {
  // Loaded when it is needed, which is seldom.
  const { ByteWriter, ParquetWriter } = await import("hyparquet-writer");
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({ writer, schema });
  /** What was written since the last time; the writer counts on from where it was. */
  const take = (): Uint8Array => {
    const bytes = writer.getBytes().slice();
    writer.index = 0;
    return bytes;
  };
  let rows: ListedLocator[] = [];
  for await (const locator of locators) {
    rows.push(locator);
    if (rows.length < rowsPerGroup) continue;
    await parquet.write({ columnData: columnsOf(rows), rowGroupSize: rowsPerGroup });
    rows = [];
    yield take();
  }
  if (rows.length > 0) await parquet.write({ columnData: columnsOf(rows), rowGroupSize: rowsPerGroup });
  await parquet.finish();
  yield take();
}

function columnsOf(rows: readonly ListedLocator[]): { name: string; data: unknown[] }[] {
  const numbers = (name: "num" | "index") => ({
    name,
    data: rows.map((row) => (row[name] === null ? null : BigInt(row[name]))),
  });
  const texts = (name: "entity" | "artifact" | "file" | "dataset" | "slice" | "dtype") => ({
    name,
    data: rows.map((row) => row[name]),
  });
  return [
    texts("entity"),
    texts("artifact"),
    texts("file"),
    numbers("num"),
    texts("dataset"),
    texts("slice"),
    numbers("index"),
    { name: "shape", data: rows.map(({ shape }) => (shape === null ? null : JSON.stringify(shape))) },
    texts("dtype"),
  ];
}

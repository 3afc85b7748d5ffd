// Parquet, in windows of rows: writers put a million rows into one row group, too many to hold as values.

import { type FileHandle, open, stat } from "node:fs/promises";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { decompress } from "fzstd";
import {
  type AsyncBuffer,
  type Compressors,
  type DecodedArray,
  type FileMetaData,
  type ParquetScan,
  parquetMetadataAsync,
  parquetScan,
  parquetSchema,
  type SchemaTree,
} from "hyparquet";
import { CopycatError, errorMessage } from "../../errors.ts";
import { jsonNull } from "../../json.ts";
import { makeRow } from "./cells.ts";
import { parquetCell, textParsers } from "./parquetValues.ts";
import type { Table, TableRow } from "./types.ts";

/**
 * Rows decoded at once. A page of many rows is unpacked for each window that it reaches into, so that small windows cost
 * much; 65,536 rows of six columns take 20 MB.
 */
const windowRows = 65_536;

/** Rows made at once of what was decoded: they are gone before the garbage collector has to move them. */
const listRows = 1000;

/** What hyparquet does not have itself; snappy and plain it has. */
const compressors: Compressors = {
  GZIP: (input) => gunzipSync(input),
  BROTLI: (input) => brotliDecompressSync(input),
  ZSTD: (input) => decompress(input),
};

interface ParquetFile {
  path: string;
  file: AsyncBuffer;
  metadata: FileMetaData;
  fields: Map<string, SchemaTree>;
}

/** @throws CopycatError UNREADABLE_SOURCE */
export async function openParquet(path: string): Promise<Table> {
  const { file, metadata } = await explained(path, "its end, the footer", async () => {
    const buffer = await fileBuffer(path);
    return { file: buffer, metadata: await parquetMetadataAsync(buffer) };
  });
  const fields = new Map(parquetSchema(metadata).children.map((field) => [field.element.name, field]));
  const opened = { path, file, metadata, fields };
  return {
    path,
    columns: [...fields.keys()],
    rows: (columns) => readRows(opened, columns ?? [...fields.keys()]),
  };
}

async function* readRows(
  { path, file, metadata, fields }: ParquetFile,
  names: readonly string[],
): AsyncGenerator<readonly TableRow[]> {
  const columns = names.filter((name) => fields.has(name));
  const options = { file, metadata, columns, compressors, parsers: textParsers, geoparquet: false };
  const scan = await explained(path, "its end, the footer", () => parquetScan(options));
  for (const [rowStart, rowEnd] of windows(metadata)) {
    const read = explained(path, `rows ${rowStart} to ${rowEnd - 1}`, () =>
      Promise.all(columns.map((column) => readColumn(scan, { column, rowStart, rowEnd }))),
    );
    const decoded = (await read).map((values, index) => {
      const name = columns[index] ?? "";
      return { name, values, field: fields.get(name) as SchemaTree };
    });
    for (let start = rowStart; start < rowEnd; start += listRows) {
      const count = Math.min(listRows, rowEnd - start);
      yield Array.from({ length: count }, (_, index) => makeTableRow(decoded, rowStart, start + index));
    }
  }
}

interface DecodedColumn {
  name: string;
  field: SchemaTree;
  values: DecodedArray;
}

function makeTableRow(columns: readonly DecodedColumn[], rowStart: number, row: number): TableRow {
  return makeRow(`row ${row}`, (cells) => {
    for (const { name, field, values } of columns) {
      const cell = parquetCell(values[row - rowStart], field);
      // Also NaN, which JSON lacks.
      if (cell !== jsonNull) cells.set(name, cell);
    }
  });
}

async function readColumn(
  scan: ParquetScan,
  range: { column: string; rowStart: number; rowEnd: number },
): Promise<DecodedArray> {
  const values = await scan.readColumn(range);
  if (values.length === range.rowEnd - range.rowStart) return values;
  throw new Error(`the column ${range.column} has fewer rows than it says`);
}

/** Half-open ranges of rows, none across two row groups. */
function* windows({ row_groups: groups }: FileMetaData): Generator<[number, number]> {
  let start = 0;
  for (const group of groups) {
    const end = start + Number(group.num_rows);
    for (; start < end; start = Math.min(end, start + windowRows)) {
      yield [start, Math.min(end, start + windowRows)];
    }
  }
}

/** Opened for each piece, so that there is nothing to close when a reader leaves early. */
async function fileBuffer(path: string): Promise<AsyncBuffer> {
  const { size } = await stat(path);
  return {
    byteLength: size,
    slice: async (start, end = size) => {
      const handle = await open(path);
      try {
        return await readSlice(handle, start, end);
      } finally {
        await handle.close();
      }
    },
  };
}

async function readSlice(handle: FileHandle, start: number, end: number): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(end - start);
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await handle.read(bytes, done, bytes.length - done, start + done);
    if (bytesRead === 0) throw new Error("the file is shorter than it says");
    done += bytesRead;
  }
  return bytes.buffer;
}

/** Whatever goes wrong inside a Parquet file is told with the file and the place. */
async function explained<T>(path: string, place: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof CopycatError) throw error;
    const reason = errorMessage(error).replace(/\.$/, "");
    throw new CopycatError("UNREADABLE_SOURCE", `${path} cannot be read at ${place}: ${reason}.`, {
      cause: error,
    });
  }
}

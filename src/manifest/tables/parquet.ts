// Parquet, in windows of rows: writers put a million rows into one row group, too many to hold as values.

import { type FileHandle, open } from "node:fs/promises";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { decompress } from "fzstd";
import {
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
  type SchemaTree,
} from "hyparquet";
import { CopycatError, errorMessage } from "../../errors.ts";
import { jsonNull } from "../../json.ts";
import { makeRow } from "./cells.ts";
import { parquetCell, textParsers } from "./parquetValues.ts";
import type { Table, TableRow } from "./types.ts";

/** The pages before a window are passed over without being unpacked; larger ones gain nothing and take more memory. */
const windowRows = 16_384;

/** What hyparquet does not have itself; snappy and plain it has. */
const compressors: Compressors = {
  GZIP: (input) => gunzipSync(input),
  BROTLI: (input) => brotliDecompressSync(input),
  ZSTD: (input) => decompress(input),
};

interface ParquetFile {
  path: string;
  metadata: FileMetaData;
  fields: Map<string, SchemaTree>;
}

/** @throws CopycatError UNREADABLE_SOURCE */
export async function openParquet(path: string): Promise<Table> {
  const metadata = await withBuffer(path, (buffer) =>
    explained(path, "its end, the footer", () => parquetMetadataAsync(buffer)),
  );
  const fields = new Map(parquetSchema(metadata).children.map((field) => [field.element.name, field]));
  const file = { path, metadata, fields };
  return {
    path,
    columns: [...fields.keys()],
    rows: (columns) => readRows(file, columns ?? [...fields.keys()]),
  };
}

async function* readRows(
  { path, metadata, fields }: ParquetFile,
  columns: readonly string[],
): AsyncGenerator<readonly TableRow[]> {
  const named = columns.filter((column) => fields.has(column));
  const schemas = named.map((name) => ({ name, field: fields.get(name) as SchemaTree }));
  for (const [rowStart, rowEnd] of windows(metadata)) {
    const values = await withBuffer(path, (file) =>
      explained(path, `rows ${rowStart} to ${rowEnd - 1}`, () =>
        readWindow({ file, metadata, columns: named, rowStart, rowEnd }),
      ),
    );
    yield values.map((row, index) =>
      makeRow(`row ${rowStart + index}`, (cells) => {
        for (const [place, { name, field }] of schemas.entries()) {
          const cell = parquetCell(row[place], field);
          // Also NaN, which JSON lacks.
          if (cell !== jsonNull) cells.set(name, cell);
        }
      }),
    );
  }
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

interface Window {
  file: AsyncBuffer;
  metadata: FileMetaData;
  columns: string[];
  rowStart: number;
  rowEnd: number;
}

async function readWindow(window: Window): Promise<unknown[][]> {
  let rows: unknown[][] = [];
  await parquetRead({
    ...window,
    compressors,
    parsers: textParsers,
    geoparquet: false,
    useOffsetIndex: true,
    onComplete: (read) => {
      rows = read;
    },
  });
  if (rows.length !== window.rowEnd - window.rowStart) throw new Error("there are fewer rows than it says");
  return rows;
}

async function withBuffer<T>(path: string, use: (buffer: AsyncBuffer) => Promise<T>): Promise<T> {
  const handle = await explained(path, "it", () => open(path));
  try {
    const { size } = await handle.stat();
    return await use({ byteLength: size, slice: (start, end = size) => readSlice(handle, start, end) });
  } finally {
    await handle.close();
  }
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

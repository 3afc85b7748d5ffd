// Tables of entities and artifacts, written as users' programs would.

import { type BasicType, parquetWriteBuffer } from "hyparquet-writer";
import type { TestFolder } from "../support/files.ts";

export interface Column {
  name: string;
  data: unknown[];
  type?: BasicType;
}

/** Writes a Parquet file; nulls are allowed in every column. */
export function writeParquet(
  folder: TestFolder,
  name: string,
  columns: readonly Column[],
  options: {
    rowGroupSize?: number;
    codec?: "UNCOMPRESSED" | "GZIP";
    compressors?: Record<string, (input: Uint8Array) => Uint8Array>;
  } = {},
): string {
  const columnData = columns.map((column) => ({ nullable: true, ...column }));
  return folder.text(name, new Uint8Array(parquetWriteBuffer({ columnData, ...options })));
}

export function text(name: string, data: (string | null)[]): Column {
  return { name, data, type: "STRING" };
}

/** A file with ten spectra of two times three numbers, and one curve. */
export async function writeSpectra(folder: TestFolder, name: string): Promise<string> {
  return folder.hdf5(name, {
    attributes: { owner: "someone" },
    children: {
      spectra: { data: new Float32Array(60), shape: [10, 2, 3], chunks: [1, 2, 3], gzip: 1 },
      curve: { children: { M: { data: Float64Array.of(1, 2, 3, 4) }, H: { data: Int32Array.of(1, 2) } } },
    },
  });
}

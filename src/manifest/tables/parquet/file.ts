// A Parquet file: its bytes, its footer, and how its failures are told.

import { type FileHandle, open, stat } from "node:fs/promises";
import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetSchema,
  type SchemaTree,
} from "hyparquet";
import { CopycatError, errorMessage } from "../../../errors.ts";

export interface ParquetFile {
  path: string;
  file: AsyncBuffer;
  metadata: FileMetaData;
  /** Top-level columns by name. */
  fields: Map<string, SchemaTree>;
}

/** @throws CopycatError UNREADABLE_SOURCE */
export async function openFile(path: string): Promise<ParquetFile> {
  return explained(path, "its end, the footer", async () => {
    const file = await fileBuffer(path);
    const metadata = await parquetMetadataAsync(file, { geoparquet: false });
    const fields = new Map(parquetSchema(metadata).children.map((field) => [field.element.name, field]));
    return { path, file, metadata, fields };
  });
}

/** Whatever goes wrong inside a Parquet file is told with the file and the place. */
export async function explained<T>(path: string, place: string, read: () => Promise<T>): Promise<T> {
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

// A Parquet file: its bytes, its footer, and how its failures are told.

import { open, stat } from "node:fs/promises";
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
  metadata: FileMetaData;
  /** Top-level columns by name. */
  fields: Map<string, SchemaTree>;
}

/** @throws CopycatError UNREADABLE_SOURCE */
export async function openFile(path: string): Promise<ParquetFile> {
  return explained(path, "its end, the footer", async () => {
    const metadata = await parquetMetadataAsync(await fileBuffer(path), { geoparquet: false });
    const fields = new Map(parquetSchema(metadata).children.map((field) => [field.element.name, field]));
    return { path, metadata, fields };
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

async function fileBuffer(path: string): Promise<AsyncBuffer> {
  const { size } = await stat(path);
  return {
    byteLength: size,
    slice: async (start, end = size) => {
      const bytes = new Uint8Array(end - start);
      await readAt(path, bytes, start);
      return bytes.buffer;
    },
  };
}

/** Fills `bytes`. Opens the file for it, so that there is nothing to close when a reader leaves early. */
export async function readAt(path: string, bytes: Uint8Array, position: number): Promise<void> {
  const handle = await open(path);
  try {
    for (let done = 0; done < bytes.length; ) {
      const { bytesRead } = await handle.read(bytes, done, bytes.length - done, position + done);
      if (bytesRead === 0) throw new Error("the file is shorter than it says");
      done += bytesRead;
    }
  } finally {
    await handle.close();
  }
}

// A small writer for examples and tests, on h5wasm. One thread, values in memory, no updates.

import { randomUUID } from "node:crypto";
import { rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Dataset, File, Group } from "h5wasm/node";
import { CopycatError, errorMessage } from "../errors.ts";
import type { NumberArray } from "./arrayValues.ts";
import { checkWritten, loadWriterLibrary } from "./writeFailures.ts";

/** A number is a float64 and a bigint an int64; strings are stored with the length of the longest, in UTF-8. */
export type WriteValue = number | bigint | string | NumberArray | readonly string[];

export interface WriteDataset {
  data: WriteValue;
  /** Default: [] for a single value, [length] for arrays. */
  shape?: readonly number[];
  /** Only with `gzip`; default: one chunk. */
  chunks?: readonly number[];
  /** Level 1 (fast) to 9 (small). Without it data is stored as it is. */
  gzip?: number;
  attributes?: Record<string, WriteValue>;
}

export interface WriteGroup {
  /** By name; what has `data` is a dataset, everything else a group. */
  children?: Record<string, WriteGroup | WriteDataset>;
  attributes?: Record<string, WriteValue>;
}

/**
 * Writes an HDF5 file in one go; a file of that name is replaced only when the new one is complete.
 *
 * @example
 * await writeHdf5("a.h5", { children: { T: { data: 4.2 }, map: { data, shape: [600, 400], gzip: 4 } } });
 *
 * @throws CopycatError USAGE when a shape does not fit its data; UNREADABLE_SOURCE when the file cannot be written
 */
export async function writeHdf5(file: string, content: WriteGroup): Promise<void> {
  checkShapes(content);
  const h5wasm = await loadWriterLibrary();
  const temporary = join(dirname(file), `.${randomUUID()}.h5.tmp`);
  try {
    const opened = new h5wasm.File(temporary, "w", { libver: ["earliest", "latest"] });
    try {
      writeGroup(opened, content);
    } finally {
      opened.close();
    }
    checkWritten(temporary);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new CopycatError("UNREADABLE_SOURCE", `Cannot write ${file}: ${errorMessage(error)}`, {
      cause: error,
    });
  }
}

function writeGroup(group: File | Group, { children = {}, attributes }: WriteGroup): void {
  writeAttributes(group, attributes);
  for (const [name, child] of Object.entries(children)) {
    if (isDataset(child)) writeDataset(group, name, child);
    else writeGroup(group.create_group(name), child);
  }
}

function isDataset(child: WriteGroup | WriteDataset): child is WriteDataset {
  return "data" in child;
}

export function writeDataset(group: File | Group, name: string, dataset: WriteDataset): void {
  const { data, dtype, shape } = encode(dataset);
  const isCompressed = dataset.gzip !== undefined && !shape.includes(0) && shape.length > 0;
  const created = group.create_dataset({
    name,
    data,
    dtype,
    shape,
    ...(isCompressed ? { chunks: [...(dataset.chunks ?? shape)], compression: dataset.gzip as number } : {}),
  });
  writeAttributes(created, dataset.attributes);
}

export function writeAttributes(
  target: File | Group | Dataset,
  attributes: Record<string, WriteValue> | undefined,
): void {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    const { data, dtype, shape } = encode({ data: value });
    target.create_attribute(name, data, shape, dtype);
  }
}

type H5Data = Parameters<Group["create_dataset"]>[0]["data"];

/** h5wasm's names of types, which are those of Python's struct; "S12" is twelve bytes of text in UTF-8. */
const numberTypes = {
  Int8Array: "<b",
  Uint8Array: "<B",
  Int16Array: "<h",
  Uint16Array: "<H",
  Int32Array: "<i",
  Uint32Array: "<I",
  BigInt64Array: "<q",
  BigUint64Array: "<Q",
  Float32Array: "<f",
  Float64Array: "<d",
} as const;

export function encode({ data, shape }: WriteDataset): { data: H5Data; dtype: string; shape: number[] } {
  if (typeof data === "number") return { data: Float64Array.of(data), dtype: "<d", shape: [] };
  if (typeof data === "bigint") return { data: BigInt64Array.of(data), dtype: "<q", shape: [] };
  if (typeof data === "string") return { data: [data], dtype: `S${textBytes([data])}`, shape: [] };
  const extent = [...(shape ?? [data.length])];
  if (ArrayBuffer.isView(data)) return { data, dtype: numberType(data), shape: extent };
  return { data: [...data], dtype: `S${textBytes(data)}`, shape: extent };
}

function numberType(data: NumberArray): string {
  // A Buffer is a Uint8Array, too.
  return Buffer.isBuffer(data) ? "<B" : numberTypes[data.constructor.name as keyof typeof numberTypes];
}

/** Of the longest; HDF5 has no texts of no bytes. */
export function textBytes(texts: readonly string[]): number {
  return texts.reduce((longest, text) => Math.max(longest, Buffer.byteLength(text)), 1);
}

function checkShapes({ children = {} }: WriteGroup): void {
  for (const [name, child] of Object.entries(children)) {
    if (!isDataset(child)) {
      checkShapes(child);
      continue;
    }
    const { data, shape } = encode(child);
    const elements = shape.reduce((product, length) => product * length, 1);
    const given = (data as { length: number }).length;
    if (elements !== given) {
      throw new CopycatError(
        "USAGE",
        `'${name}' has ${given} elements, which shape [${shape}] does not hold.`,
      );
    }
  }
}

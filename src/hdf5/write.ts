// A small writer for examples and tests. It writes the format itself: h5wasm can set only one filter a
// dataset and compresses in wasm, which is several times slower than Node's own zlib.

import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CopycatError, errorMessage } from "../errors.ts";
import { chunkIndex, compressChunks } from "./chunks.ts";
import {
  attributeMessage,
  chunkedLayout,
  contiguousLayout,
  datasetMessages,
  type ElementKind,
  groupMessages,
  gzipFilters,
  objectHeader,
  superblock,
  superblockBytes,
  undefinedAddress,
} from "./encode.ts";

/** A number is a float64 and a bigint an int64; strings are stored with the length of the longest, in UTF-8. */
export type WriteValue =
  | number
  | bigint
  | string
  | Float64Array
  | Float32Array
  | BigInt64Array
  | Int32Array
  | readonly string[];

export interface WriteDataset {
  data: WriteValue;
  /** Default: [] for a single value, [length] for arrays. */
  shape?: readonly number[];
  /** Only with `gzip`; default: one chunk. */
  chunks?: readonly number[];
  /** Level 1 (fast) to 9 (small); bytes are shuffled first. Without it data is stored as it is. */
  gzip?: number;
  attributes?: Record<string, WriteValue>;
}

export interface WriteGroup {
  /** By name; what has `data` is a dataset, everything else a group. */
  children?: Record<string, WriteGroup | WriteDataset>;
  attributes?: Record<string, WriteValue>;
}

interface Elements {
  kind: ElementKind;
  elementBytes: number;
  shape: readonly number[];
  bytes: Uint8Array;
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
  const parts = await new FilePlan().build(content);
  const temporary = join(dirname(file), `.${randomUUID()}.h5.tmp`);
  try {
    const handle = await open(temporary, "wx");
    try {
      await handle.writev(parts);
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new CopycatError("UNREADABLE_SOURCE", `${file} cannot be written: ${errorMessage(error)}`, {
      cause: error,
    });
  }
}

/** What will be in the file, in order, each part at a multiple of 8 bytes. */
class FilePlan {
  private readonly parts: Uint8Array[] = [];
  private end = superblockBytes;

  async build(content: WriteGroup): Promise<Uint8Array[]> {
    const root = await this.group(content);
    return [superblock(this.end, root), ...this.parts];
  }

  private place(bytes: Uint8Array): number {
    const address = this.end;
    const padding = (8 - (bytes.length % 8)) % 8;
    this.parts.push(bytes);
    if (padding > 0) this.parts.push(new Uint8Array(padding));
    this.end += bytes.length + padding;
    return address;
  }

  private async group({ children = {}, attributes }: WriteGroup): Promise<number> {
    const links: { name: string; address: number }[] = [];
    for (const [name, child] of Object.entries(children)) {
      const address = await ("data" in child ? this.dataset(name, child) : this.group(child));
      links.push({ name, address });
    }
    return this.place(objectHeader([...groupMessages(links), ...attributeMessages(attributes)]));
  }

  private async dataset(name: string, dataset: WriteDataset): Promise<number> {
    const elements = elementsOf(dataset.data, dataset.shape, name);
    const compressed = dataset.gzip !== undefined && elements.shape.length > 0 && elements.bytes.length > 0;
    const { kind, shape } = elements;
    const messages = datasetMessages(
      compressed
        ? { kind, shape, ...(await this.chunked(elements, dataset)) }
        : { kind, shape, layout: this.contiguous(elements.bytes) },
    );
    return this.place(objectHeader([...messages, ...attributeMessages(dataset.attributes)]));
  }

  private contiguous(bytes: Uint8Array): Uint8Array {
    return contiguousLayout(bytes.length > 0 ? this.place(bytes) : undefinedAddress, bytes.length);
  }

  private async chunked(
    elements: Elements,
    { chunks = elements.shape, gzip = 4 }: WriteDataset,
  ): Promise<{ layout: Uint8Array; filters: Uint8Array }> {
    const { bytes, elementBytes, shape } = elements;
    const compressed = await compressChunks({ bytes, elementBytes, shape, chunks }, gzip);
    const stored = compressed.map((chunk) => ({
      offset: chunk.offset,
      bytes: chunk.bytes.length,
      address: this.place(chunk.bytes),
    }));
    const index = chunkIndex(stored, { shape, chunks }, (node) => this.place(node));
    return { layout: chunkedLayout(index, chunks, elementBytes), filters: gzipFilters(gzip, elementBytes) };
  }
}

function attributeMessages(attributes: Record<string, WriteValue> = {}): Uint8Array[] {
  return Object.entries(attributes).map(([name, value]) =>
    attributeMessage(name, elementsOf(value, undefined, name)),
  );
}

function elementsOf(value: WriteValue, asked: readonly number[] | undefined, name: string): Elements {
  const single = typeof value !== "object";
  const array = single ? [value] : value;
  const shape = asked ?? (single ? [] : [array.length]);
  if (shape.reduce((product, length) => product * length, 1) !== array.length) {
    throw new CopycatError(
      "USAGE",
      `'${name}' has ${array.length} elements, which shape [${shape}] does not hold`,
    );
  }
  if (typeof value === "number") return numbers("float64", Float64Array.of(value), shape);
  if (typeof value === "bigint") return numbers("int64", BigInt64Array.of(value), shape);
  if (value instanceof Float64Array) return numbers("float64", value, shape);
  if (value instanceof Float32Array) return numbers("float32", value, shape);
  if (value instanceof BigInt64Array) return numbers("int64", value, shape);
  if (value instanceof Int32Array) return numbers("int32", value, shape);
  return strings(typeof value === "string" ? [value] : value, shape);
}

function numbers(
  kind: ElementKind,
  array: Float64Array | Float32Array | BigInt64Array | Int32Array,
  shape: readonly number[],
): Elements {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return { kind, elementBytes: array.BYTES_PER_ELEMENT, shape, bytes };
}

function strings(values: readonly string[], shape: readonly number[]): Elements {
  const encoded = values.map((value) => Buffer.from(value));
  const stringBytes = Math.max(1, ...encoded.map((bytes) => bytes.length));
  const bytes = new Uint8Array(stringBytes * encoded.length);
  for (const [index, text] of encoded.entries()) bytes.set(text, index * stringBytes);
  return { kind: { stringBytes }, elementBytes: stringBytes, shape, bytes };
}

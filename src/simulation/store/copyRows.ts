// Rows of the stores' tables in the binary format of COPY.

import { endianness } from "node:os";
import { crc32 } from "node:zlib";
import type { PoolClient } from "pg";
import {
  BinaryBuffer,
  binaryHeader,
  binaryTrailer,
  type CopyChunk,
  copyChunks,
  copyStatement,
} from "../../bulk/index.ts";
import { leastPackedBytes } from "../arrays/index.ts";
import type { NumberArray, SimulationArray } from "../types.ts";
import type { ArrayFacts } from "./arrayFacts.ts";
import { arrayColumns, type StoredArray, storeArray } from "./storedArray.ts";

/**
 * Each chunk is encoded while the server works on the one before it. 64 KiB kept the server waiting for half of its time.
 */
const chunkBytes = 256 * 1024;

export interface CopyOptions {
  schema: string;
  /** Kept from the COPY before. */
  rowBuffer?: RowBuffer;
  /** A statement that goes with the COPY, which spares a round trip; ends with a semicolon. */
  before?: string;
  /** Called when all rows are on their way, and the server has work for a while. */
  onSent?: (() => void) | undefined;
}

interface CopyTarget extends Pick<CopyOptions, "before" | "onSent"> {
  table: readonly string[];
  columns: readonly string[];
}

/**
 * The memory that rows are written into, kept from one COPY to the next: new memory for each chunk makes V8 collect garbage
 * (0.7 s for 20,000 updates of three arrays and ids, 0.5 s with it kept).
 */
export class RowBuffer {
  readonly #buffer = new BinaryBuffer(chunkBytes * 2);

  /**
   * @param write puts one row into the buffer, its count of columns first
   * @returns bytes sent
   */
  async copy<Item>(
    client: PoolClient,
    { table, columns, before = "", onSent }: CopyTarget,
    items: Iterable<Item>,
    write: (buffer: BinaryBuffer, item: Item) => void,
  ): Promise<number> {
    const taken: Buffer[] = [];
    const chunks = this.#encode(items, write, taken, onSent);
    const { bytes } = await copyChunks(client, before + copyStatement(table, columns, "binary"), chunks);
    // Only now is it sure that all of them were sent.
    for (const chunk of taken) this.#buffer.giveBack(chunk);
    return bytes;
  }

  *#encode<Item>(
    items: Iterable<Item>,
    write: (buffer: BinaryBuffer, item: Item) => void,
    taken: Buffer[],
    onSent: (() => void) | undefined,
  ): Generator<CopyChunk> {
    const buffer = this.#buffer;
    buffer.truncate(0);
    buffer.writeBytes(binaryHeader);
    let rows = 0;
    const take = (): CopyChunk => {
      const chunk = { bytes: buffer.take(), rows };
      taken.push(chunk.bytes);
      rows = 0;
      return chunk;
    };
    for (const item of items) {
      write(buffer, item);
      rows += 1;
      if (buffer.position >= chunkBytes) yield take();
    }
    buffer.writeBytes(binaryTrailer);
    yield take();
    // After the last chunks have gone to the socket.
    if (onSent !== undefined) setImmediate(onSent);
  }
}

export interface UpdateRow {
  id: number;
  datasetId: number;
  timestamp: number;
  iteration: number;
  origin: string | null;
  /** Ids; null for none. */
  sharedArrays: readonly number[] | null;
}

export function copyUpdates(
  client: PoolClient,
  { schema, rowBuffer = new RowBuffer(), ...options }: CopyOptions,
  rows: Iterable<UpdateRow>,
): Promise<number> {
  const columns = ["id", "dataset_id", "timestamp", "iteration", "origin", "shared_arrays"];
  return rowBuffer.copy(client, { table: [schema, "update"], columns, ...options }, rows, (buffer, row) => {
    buffer.writeInt16(columns.length);
    buffer.writeInt32(8);
    buffer.writeSafeInt64(row.id);
    writeInt32Field(buffer, row.datasetId);
    buffer.writeInt32(8);
    buffer.writeSafeInt64(row.timestamp);
    writeInt32Field(buffer, row.iteration);
    writeText(buffer, row.origin);
    writeInt64s(buffer, row.sharedArrays);
  });
}

export interface ArrayRow {
  /** The update, the snapshot or the dataset that has the array; its own number when it is shared. */
  owner: number;
  attributeId: number;
  /** As it is to be stored; or as it is, with what is known of it. */
  array: StoredArray | { plain: SimulationArray; facts: ArrayFacts };
}

export type ArrayTable = "update_array" | "shared_array" | "snapshot_array" | "initial_array";

const owners: Record<ArrayTable, { column: string; bytes: 4 | 8 }> = {
  update_array: { column: "update_id", bytes: 8 },
  shared_array: { column: "id", bytes: 8 },
  snapshot_array: { column: "snapshot_id", bytes: 8 },
  initial_array: { column: "dataset_id", bytes: 4 },
};

/** @returns bytes sent */
export function copyArrays(
  client: PoolClient,
  { schema, table, rowBuffer = new RowBuffer(), ...options }: CopyOptions & { table: ArrayTable },
  rows: Iterable<ArrayRow>,
): Promise<number> {
  const owner = owners[table];
  const columns = [owner.column, "attribute_id", ...arrayColumns];
  const write = (buffer: BinaryBuffer, row: ArrayRow): void => {
    buffer.writeInt16(columns.length);
    if (owner.bytes === 8) {
      buffer.writeInt32(8);
      buffer.writeSafeInt64(row.owner);
    } else writeInt32Field(buffer, row.owner);
    writeInt32Field(buffer, row.attributeId);
    if (!("plain" in row.array)) writeArray(buffer, row.array);
    else if (isShortNumbers(row.array.plain)) writePlain(buffer, row.array.plain, row.array.facts);
    else writeArray(buffer, storeArray(row.array.plain, row.array.facts));
  };
  return rowBuffer.copy(client, { table: [schema, table], columns, ...options }, rows, write);
}

const isLittleEndianMachine = endianness() === "LE";

/** What most arrays are: nothing to compress, nothing to turn round. */
function isShortNumbers({ data, rowPtr }: SimulationArray): boolean {
  return (
    rowPtr === undefined &&
    ArrayBuffer.isView(data) &&
    data.byteLength < leastPackedBytes &&
    isLittleEndianMachine
  );
}

/** As `writeArray` of `storeArray`, without an object for each array, which took 0.6 s of 80,000. */
function writePlain(
  buffer: BinaryBuffer,
  { dtype, shape, data }: SimulationArray,
  { min, max }: ArrayFacts,
): void {
  const { buffer: memory, byteOffset, byteLength } = data as NumberArray;
  const bytes = new Uint8Array(memory, byteOffset, byteLength);
  buffer.writeTextField(dtype);
  writeShape(buffer, shape);
  buffer.writeInt32(byteLength);
  buffer.writeBytes(bytes);
  // compression, row_ptr_dtype, row_ptr, row_ptr_compression
  for (let column = 0; column < 4; column++) buffer.writeInt32(-1);
  writeFloat64(buffer, min);
  writeFloat64(buffer, max);
  buffer.writeInt32(8);
  buffer.writeSafeInt64(crc32(bytes));
}

function writeArray(buffer: BinaryBuffer, array: StoredArray): void {
  buffer.writeTextField(array.dtype);
  writeShape(buffer, array.shape);
  writeBytes(buffer, array.data);
  writeText(buffer, array.compression);
  writeText(buffer, array.rowPtrDtype);
  writeBytes(buffer, array.rowPtr);
  writeText(buffer, array.rowPtrCompression);
  writeFloat64(buffer, array.min);
  writeFloat64(buffer, array.max);
  buffer.writeInt32(8);
  buffer.writeSafeInt64(array.checksum);
}

const int4Oid = 23;
const int8Oid = 20;

/** `bigint[]`, as `writeShape` does it. */
function writeInt64s(buffer: BinaryBuffer, values: readonly number[] | null): void {
  if (values === null) {
    buffer.writeInt32(-1);
    return;
  }
  buffer.writeInt32(20 + 12 * values.length);
  buffer.writeInt32(1);
  buffer.writeInt32(0);
  buffer.writeInt32(int8Oid);
  buffer.writeInt32(values.length);
  buffer.writeInt32(1);
  for (const value of values) {
    buffer.writeInt32(8);
    buffer.writeSafeInt64(value);
  }
}

/** `integer[]`: dimensions, whether there are NULLs, type; length and lower bound; each element with its length. */
function writeShape(buffer: BinaryBuffer, shape: readonly number[]): void {
  buffer.writeInt32(shape.length === 0 ? 12 : 20 + 8 * shape.length);
  buffer.writeInt32(shape.length === 0 ? 0 : 1);
  buffer.writeInt32(0);
  buffer.writeInt32(int4Oid);
  if (shape.length === 0) return;
  buffer.writeInt32(shape.length);
  buffer.writeInt32(1);
  for (const axis of shape) writeInt32Field(buffer, axis);
}

function writeInt32Field(buffer: BinaryBuffer, value: number): void {
  buffer.writeInt32(4);
  buffer.writeInt32(value);
}

function writeFloat64(buffer: BinaryBuffer, value: number | null): void {
  if (value === null) {
    buffer.writeInt32(-1);
    return;
  }
  buffer.writeInt32(8);
  buffer.writeFloat64(value);
}

function writeText(buffer: BinaryBuffer, text: string | null): void {
  if (text === null) buffer.writeInt32(-1);
  else buffer.writeTextField(text);
}

function writeBytes(buffer: BinaryBuffer, bytes: Buffer | null): void {
  if (bytes === null) {
    buffer.writeInt32(-1);
    return;
  }
  buffer.writeInt32(bytes.length);
  buffer.writeBytes(bytes);
}

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
  copyTogether,
} from "../../bulk/index.ts";
import { leastPackedBytes } from "../arrays/index.ts";
import type { NumberArray, SimulationArray } from "../types.ts";
import type { ArrayFacts } from "./arrayFacts.ts";
import {
  writeBytes,
  writeFloat64,
  writeInt32Field,
  writeInt64s,
  writeShape,
  writeText,
} from "./copyFields.ts";
import { arrayColumns, type StoredArray, storeArray } from "./storedArray.ts";
import type { Tables } from "./tables.ts";

/**
 * Each chunk is encoded while the server works on the one before it. 64 KiB kept the server waiting for half of its time.
 */
const chunkBytes = 256 * 1024;

export interface CopyOptions {
  tables: Tables;
  /** Kept from the COPY before. */
  rowBuffer?: RowBuffer;
}

/** Rows, and how one is written into the buffer, its count of columns first. */
interface RowSource<Item> {
  statement: string;
  items: Iterable<Item>;
  write: (buffer: BinaryBuffer, item: Item) => void;
}

/**
 * The memory that rows are written into, kept from one COPY to the next: new memory for each chunk makes V8 collect garbage
 * (0.7 s for 20,000 updates of three arrays and ids, 0.5 s with it kept).
 */
export class RowBuffer {
  readonly #buffer = new BinaryBuffer(chunkBytes * 2);
  #taken: Buffer[] = [];

  /** Chunks of one COPY, inside `lend`. Only one of these is read at a time. */
  *encode<Item>({ items, write }: RowSource<Item>): Generator<CopyChunk> {
    const buffer = this.#buffer;
    buffer.truncate(0);
    buffer.writeBytes(binaryHeader);
    let rows = 0;
    const take = (): CopyChunk => {
      const chunk = { bytes: buffer.take(), rows };
      this.#taken.push(chunk.bytes);
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
  }

  /**
   * @param work sends what `encode` makes; the memory of it is used again after that. After an error it is not: the socket may
   * still hold what was not sent
   */
  async lend<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#taken = [];
    const result = await work();
    for (const chunk of this.#taken) this.#buffer.giveBack(chunk);
    this.#taken = [];
    return result;
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

function sourceOfUpdates({ schema, shard }: Tables, items: Iterable<UpdateRow>): RowSource<UpdateRow> {
  const columns = [
    "id",
    "dataset_id",
    "timestamp",
    "iteration",
    "origin",
    "shared_arrays",
    ...shardColumns(shard),
  ];
  const write = (buffer: BinaryBuffer, row: UpdateRow): void => {
    buffer.writeInt16(columns.length);
    buffer.writeInt32(8);
    buffer.writeSafeInt64(row.id);
    writeInt32Field(buffer, row.datasetId);
    buffer.writeInt32(8);
    buffer.writeSafeInt64(row.timestamp);
    writeInt32Field(buffer, row.iteration);
    writeText(buffer, row.origin);
    writeInt64s(buffer, row.sharedArrays);
    if (shard !== null) writeInt32Field(buffer, shard);
  };
  return { statement: copyStatement([schema, "update"], columns, "binary"), items, write };
}

function shardColumns(shard: number | null): string[] {
  return shard === null ? [] : ["scenario_id"];
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
export async function copyArrays(
  client: PoolClient,
  { tables, table, rowBuffer = new RowBuffer() }: CopyOptions & { table: ArrayTable },
  rows: Iterable<ArrayRow>,
): Promise<number> {
  const source = sourceOfArrays(tables, table, rows);
  const send = () => copyChunks(client, source.statement, rowBuffer.encode(source));
  return (await rowBuffer.lend(send)).bytes;
}

interface UpdatesWithArrays {
  updates: Iterable<UpdateRow>;
  /** Read after `updates`. */
  arrays: Iterable<ArrayRow>;
}

/**
 * Arrays are encoded and sent while the server stores their updates, which spared a fifth of the time. Updates stand behind the savepoint
 * `copycat_updates`, which is released before the arrays.
 *
 * @param onSent called when all rows are on their way, and the server has work for a while
 * @returns bytes sent for the arrays
 */
export async function copyUpdates(
  client: PoolClient,
  { tables, rowBuffer = new RowBuffer() }: CopyOptions,
  { updates, arrays }: UpdatesWithArrays,
  onSent?: () => void,
): Promise<number> {
  const heads = sourceOfUpdates(tables, updates);
  const bodies = sourceOfArrays(tables, "update_array", arrays);
  const parts = [
    {
      before: "savepoint copycat_updates; ",
      statement: heads.statement,
      chunks: rowBuffer.encode(heads),
    },
    {
      before: "release savepoint copycat_updates; ",
      statement: bodies.statement,
      chunks: rowBuffer.encode(bodies),
    },
  ];
  const [, sent] = await rowBuffer.lend(() => copyTogether(client, parts, onSent));
  return sent?.bytes ?? 0;
}

function sourceOfArrays(
  { schema, shard }: Tables,
  table: ArrayTable,
  items: Iterable<ArrayRow>,
): RowSource<ArrayRow> {
  const owner = owners[table];
  const columns = [owner.column, "attribute_id", ...arrayColumns, ...shardColumns(shard)];
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
    if (shard !== null) writeInt32Field(buffer, shard);
  };
  return { statement: copyStatement([schema, table], columns, "binary"), items, write };
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

// Arrays as the columns of a row, and back.

import { crc32 } from "node:zlib";
import { CopycatError } from "../../errors.ts";
import { decodeArray, dtypeOf, encodeArray, pack, parseDtype, unpack } from "../arrays/index.ts";
import type { NumberArray, SimulationArray } from "../types.ts";
import { type ArrayFacts, arrayFacts } from "./arrayFacts.ts";

/** In the order of the tables' columns. */
export const arrayColumns = [
  "dtype",
  "shape",
  "data",
  "compression",
  "row_ptr_dtype",
  "row_ptr",
  "row_ptr_compression",
  "min_val",
  "max_val",
  "checksum",
] as const;

export interface StoredArray {
  dtype: string;
  shape: readonly number[];
  data: Buffer;
  compression: string | null;
  rowPtrDtype: string | null;
  rowPtr: Buffer | null;
  rowPtrCompression: string | null;
  min: number | null;
  max: number | null;
  /** CRC-32 of the plain bytes: those of the data, then of the row pointers. */
  checksum: number;
}

export function storeArray(
  array: SimulationArray,
  { min, max }: Pick<ArrayFacts, "min" | "max"> = arrayFacts(array),
): StoredArray {
  const plain = encodeArray(array);
  const { bytes, compression } = pack(plain, itemBytesOf(array.dtype));
  const { dtype, shape, rowPtr } = array;
  const stored: StoredArray = {
    dtype,
    shape,
    data: bytes,
    compression,
    rowPtrDtype: null,
    rowPtr: null,
    rowPtrCompression: null,
    min,
    max,
    checksum: crc32(plain),
  };
  if (rowPtr === undefined) return stored;
  const offsetType = dtypeOf(rowPtr);
  const offsets = encodeArray({ dtype: offsetType, data: rowPtr });
  const packed = pack(offsets, itemBytesOf(offsetType));
  stored.rowPtrDtype = offsetType;
  stored.rowPtr = packed.bytes;
  stored.rowPtrCompression = packed.compression;
  stored.checksum = crc32(offsets, stored.checksum);
  return stored;
}

/**
 * @param place for the message: dataset, group, attribute and moment
 * @throws CopycatError INVALID_INPUT when the bytes are not those that were stored
 */
export function restoreArray(stored: StoredArray, place: () => string): SimulationArray {
  try {
    const plain = unpack(stored.data, stored.compression, itemBytesOf(stored.dtype));
    const { dtype, data } = decodeArray(stored.dtype, stored.shape, plain);
    const array = { dtype, shape: stored.shape, data };
    let checksum = crc32(plain);
    let rowPtr: NumberArray | undefined;
    if (stored.rowPtr !== null && stored.rowPtrDtype !== null) {
      const offsets = unpack(stored.rowPtr, stored.rowPtrCompression, itemBytesOf(stored.rowPtrDtype));
      checksum = crc32(offsets, checksum);
      const count = offsets.length / itemBytesOf(stored.rowPtrDtype);
      rowPtr = decodeArray(stored.rowPtrDtype, [count], offsets).data as NumberArray;
    }
    if (checksum !== stored.checksum) {
      throw new CopycatError("INVALID_INPUT", "Its checksum is another one: the bytes were changed.");
    }
    return rowPtr === undefined ? array : { ...array, rowPtr };
  } catch (error) {
    if (!(error instanceof CopycatError)) throw error;
    throw new CopycatError("INVALID_INPUT", `The array of ${place()} cannot be read. ${error.message}`, {
      cause: error,
    });
  }
}

const itemBytes = new Map<string, number>();

/** Bytes of the atoms that compression puts apart: of a text its characters. */
function itemBytesOf(dtype: string): number {
  let bytes = itemBytes.get(dtype);
  if (bytes === undefined) {
    const parsed = parseDtype(dtype);
    bytes = parsed.kind === "U" ? 4 : parsed.itemBytes;
    itemBytes.set(dtype, bytes);
  }
  return bytes;
}

/** Bytes that an array takes as it is, for bounding batches. */
export function plainBytes({ dtype, data, rowPtr }: SimulationArray): number {
  const own = ArrayBuffer.isView(data) ? data.byteLength : data.length * parseDtype(dtype).itemBytes;
  return own + (rowPtr?.byteLength ?? 0);
}

// Values of one dataset as bytes, in the order and width in which they are described.

import { CopycatError } from "../errors.ts";
import { inMemory, restorerFor } from "./byteOrder.ts";
import { isBoolean, isObject } from "./dataType.ts";
import { stringAt } from "./decode.ts";
import { describeDataset } from "./describe.ts";
import type { HdfFile } from "./file.ts";
import type { NativeArray, NativeType } from "./native.ts";
import { normalizePath } from "./path.ts";
import { elementCount, type Slab } from "./slabs.ts";
import type { ArrayData, DatasetItem, Slices } from "./types.ts";
import { readSlabs, UnreadableValues } from "./values.ts";

/**
 * Reads a dataset or a part of it.
 *
 * @throws CopycatError NOT_FOUND without such a dataset; UNREADABLE_SOURCE when it cannot be decoded;
 * USAGE for slices that do not fit
 */
export function readArray(file: HdfFile, path: string, slices?: Slices): ArrayData {
  const normal = normalizePath(path);
  const type = file.dataset(normal);
  const item = describeDataset(file, normal, type ? { type } : {});
  if (!type || item.kind === "problem") {
    const missing = item.kind === "problem" && item.code === "missing_dataset";
    throw new CopycatError(
      missing ? "NOT_FOUND" : "UNREADABLE_SOURCE",
      item.kind === "problem" ? `${file.path}: ${item.message}` : `${file.path}: ${normal} cannot be read`,
    );
  }
  const shape = type.shape ?? [];
  const slab = slabOf(shape, slices, `${file.path}: ${normal}`);
  const innerShape = item.shape?.slice(shape.length) ?? [];
  const read = { path: normal, type, slab };
  try {
    const bytes = type.shape === null ? new Uint8Array(0) : elementBytes(file, read, item);
    return { shape: [...slab.count, ...innerShape], dataType: item.dataType, bytes };
  } catch (error) {
    if (!(error instanceof UnreadableValues)) throw error;
    const filters = item.missingFilters.join(", ");
    const reason = filters ? `the filter ${filters} is not built in` : error.message;
    throw new CopycatError("UNREADABLE_SOURCE", `${file.path}: ${normal} cannot be read: ${reason}`);
  }
}

function elementBytes(
  file: HdfFile,
  read: { path: string; type: NativeArray; slab: Slab },
  item: DatasetItem,
): Uint8Array {
  const { type } = read;
  const inner = elementCount(item.shape?.slice(type.shape?.length) ?? []);
  const width = item.dataType.itemsize * inner;
  const result = new Uint8Array(width * elementCount(read.slab.count));
  // Tiled's placeholder for values that are Python objects in h5py: empty strings, one byte wide.
  if (isObject(type) && !type.vlen) return result;
  const encode = encoderFor(file, type, width);
  let position = 0;
  readSlabs(file, read, (bytes) => {
    const length = (bytes.length / type.size) * width;
    encode(bytes, result.subarray(position, position + length));
    position += length;
  });
  return result;
}

/** Elements as they lie in memory -> elements as described, into a target of their size. */
type Encoder = (bytes: Uint8Array, target: Uint8Array) => void;

function encoderFor(file: HdfFile, type: NativeType, width: number): Encoder {
  if (type.vlen) {
    return (bytes, target) => {
      const heap = file.library.native.HEAPU8;
      const pointers = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
      for (const [index, pointer] of pointers.entries()) target.set(stringAt(heap, pointer), index * width);
    };
  }
  if (isBoolean(type)) {
    return (bytes, target) => {
      for (let index = 0; index < target.length; index++) {
        const element = bytes.subarray(index * type.size, (index + 1) * type.size);
        target[index] = element.some((byte) => byte !== 0) ? 1 : 0;
      }
    };
  }
  const restore = restorerFor(type, inMemory(type));
  return (bytes, target) => {
    for (let offset = 0; restore && offset < bytes.length; offset += width) {
      restore(bytes.subarray(offset, offset + width));
    }
    target.set(bytes);
  };
}

function slabOf(shape: number[], slices: Slices | undefined, what: string): Slab {
  if (slices !== undefined && slices.length > shape.length) {
    throw new CopycatError(
      "USAGE",
      `${what} has ${shape.length} axes, but ${slices.length} slices are given`,
    );
  }
  const slab: Slab = { offset: [], count: [], step: [] };
  for (const [axis, length] of shape.entries()) {
    const { start, stop, step = 1 } = slices?.[axis] ?? { start: 0, stop: length };
    if (![start, stop, step].every(Number.isInteger) || step < 1 || start < 0) {
      throw new CopycatError("USAGE", `${what}: slice ${start}:${stop}:${step} of axis ${axis} is not valid`);
    }
    const first = Math.min(start, length);
    slab.offset.push(first);
    slab.count.push(Math.max(0, Math.ceil((Math.min(stop, length) - first) / step)));
    slab.step.push(step);
  }
  return slab;
}

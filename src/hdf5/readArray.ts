// Values of one dataset as bytes, in the order and width in which they are described, through the HDF5 library.

import { CopycatError } from "../errors.ts";
import { inMemory } from "./byteOrder.ts";
import { fieldOffsets, isObject } from "./dataType.ts";
import { stringAt } from "./decode.ts";
import { describeDataset } from "./describe.ts";
import { type Encoder, fixedEncoder } from "./encode.ts";
import type { HdfFile } from "./file.ts";
import type { NativeArray, NativeType } from "./native.ts";
import { normalizePath } from "./path.ts";
import { checkReadSize } from "./readLimit.ts";
import { elementCount, type Slab } from "./slabs.ts";
import type { AxisRange } from "./slice.ts";
import type { ArrayData, DatasetItem } from "./types.ts";
import { readSlabs, UnreadableValues } from "./values.ts";
import { type ArrayView, applyCuts, planView } from "./view.ts";

/** A dataset as the library described it once; good for any number of reads. */
export interface ReadableDataset {
  path: string;
  type: NativeArray;
  item: DatasetItem;
}

/**
 * Describes a dataset that is to be read.
 *
 * @throws CopycatError NOT_FOUND without such a dataset; UNREADABLE_SOURCE when it has no numpy type
 */
export function openDataset(file: HdfFile, path: string): ReadableDataset {
  const normal = normalizePath(path);
  const type = file.dataset(normal);
  const item = describeDataset(file, normal, type ? { type, withoutAttributes: true } : {});
  if (!type || item.kind === "problem") {
    const missing = item.kind === "problem" && item.code === "missing_dataset";
    throw new CopycatError(
      missing ? "NOT_FOUND" : "UNREADABLE_SOURCE",
      item.kind === "problem" ? `${file.path}: ${item.message}` : `${file.path}: ${normal} cannot be read`,
    );
  }
  return { path: normal, type, item };
}

/**
 * Reads a dataset or a part of it.
 *
 * @throws CopycatError UNREADABLE_SOURCE when it cannot be decoded or has another shape than the view expects;
 * USAGE when the part that is asked for does not fit
 */
export function readArray(file: HdfFile, dataset: ReadableDataset, view?: ArrayView): ArrayData {
  const { path, type, item } = dataset;
  const { dataType } = item;
  const offsets = fieldOffsets(type);
  const fields = offsets === null ? {} : { offsets };
  if (type.shape === null) return { shape: [], dataType, bytes: new Uint8Array(0), ...fields };
  const shape = item.shape ?? [];
  const name = `${file.path}: ${path}`;
  const plan = planView({ name, shape, fileAxes: type.shape.length }, view);
  const inner = elementCount(shape.slice(plan.ranges.length));
  checkReadSize(name, elementCount(plan.ranges.map(({ count }) => count)) * inner, dataType.itemsize);
  try {
    const bytes = elementBytes(file, dataset, plan.ranges);
    return { shape: plan.shape, dataType, bytes: applyCuts(bytes, plan.cuts, dataType.itemsize), ...fields };
  } catch (error) {
    if (!(error instanceof UnreadableValues)) throw error;
    const filters = item.missingFilters.join(", ");
    const reason = filters ? `the filter ${filters} is not built in` : error.message;
    throw new CopycatError("UNREADABLE_SOURCE", `${name} cannot be read: ${reason}`);
  }
}

function elementBytes(
  file: HdfFile,
  { path, type, item }: ReadableDataset,
  ranges: readonly AxisRange[],
): Uint8Array {
  const slab: Slab = {
    offset: ranges.map(({ start }) => start),
    count: ranges.map(({ count }) => count),
    step: ranges.map(({ step }) => step),
  };
  const inner = elementCount(item.shape?.slice(ranges.length) ?? []);
  const width = item.dataType.itemsize * inner;
  const result = new Uint8Array(width * elementCount(slab.count));
  // Tiled's placeholder for values that are Python objects in h5py: empty strings, one byte wide.
  if (isObject(type) && !type.vlen) return result;
  const encode = encoderFor(file, type, width);
  let position = 0;
  readSlabs(file, { path, type, slab }, (bytes) => {
    const length = (bytes.length / type.size) * width;
    encode(bytes, result.subarray(position, position + length));
    position += length;
  });
  return result;
}

/** Elements as they lie in memory -> elements as described, `width` bytes each. */
function encoderFor(file: HdfFile, type: NativeType, width: number): Encoder {
  if (!type.vlen) return fixedEncoder(type, inMemory(type)) ?? ((bytes, target) => target.set(bytes));
  return (bytes, target) => {
    const heap = file.library.native.HEAPU8;
    const pointers = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    for (const [index, pointer] of pointers.entries()) target.set(stringAt(heap, pointer), index * width);
  };
}

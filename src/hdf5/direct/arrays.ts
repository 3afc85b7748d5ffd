// Values of arrays, read from the file's bytes without the HDF5 library: contiguous, compact, and chunked with the
// filters that nearly all files have. As in pick.ts, whatever is not plain is refused and left to the library.

import { elementTypeOf } from "../dataType.ts";
import { type Encoder, fixedEncoder } from "../encode.ts";
import { normalizePath } from "../path.ts";
import { checkReadSize } from "../readLimit.ts";
import { elementCount } from "../slabs.ts";
import type { AxisRange } from "../slice.ts";
import { copyElements, rangeWithin, rowStrides } from "../strided.ts";
import type { ArrayData, DataType } from "../types.ts";
import { type ArrayView, applyCuts, planView } from "../view.ts";
import { FileBytes, refuse } from "./bytes.ts";
import { findChunks, isDecodable, readChunk } from "./chunks.ts";
import { readContiguous } from "./contiguous.ts";
import { type Effort, estimateMs } from "./effort.ts";
import { MessageType } from "./header.ts";
import { type Filter, readFilters } from "./messages.ts";
import { type DirectDataset, DirectObjects, findMessage } from "./objects.ts";

/** Unpacked chunks that stay for the next read, which often wants the next row of the same one. */
const maxKeptBytes = 16_777_216;
const maxChunkBytes = 2 ** 30;

interface DirectArray {
  name: string;
  shape: number[];
  dataset: DirectDataset;
  dataType: DataType;
  filters: Filter[];
  /** Undefined when the bytes are in the file as they are described. */
  encode: Encoder | undefined;
}

/** A file that stays open for many reads. */
export class DirectFile {
  private readonly path: string;
  private readonly file: FileBytes;
  private objects: DirectObjects | undefined;
  /** Null: refused once, and so for as long as the file stays as it is. */
  private readonly arrays = new Map<string, DirectArray | null>();
  private readonly chunks = new Map<number, Uint8Array>();
  private keptBytes = 0;

  constructor(path: string) {
    this.path = path;
    this.file = new FileBytes(path);
  }

  close(): void {
    this.file.close();
  }

  /**
   * The same as the library's `readArray`, or undefined when the library must be asked, or when it would take longer
   * than so many milliseconds.
   *
   * @throws CopycatError when the view does not fit the data set, as `planView` does
   */
  read(dataset: string, view: ArrayView = {}, maxMs = Number.POSITIVE_INFINITY): ArrayData | undefined {
    const array = this.array(dataset);
    if (array === null) return undefined;
    const { name, shape, dataType } = array;
    const plan = planView({ name, shape, fileAxes: shape.length }, view);
    checkReadSize(name, elementCount(plan.ranges.map(({ count }) => count)), dataType.itemsize);
    if (estimateMs(effortOf(array, plan.ranges)) > maxMs) return undefined;
    try {
      const bytes = this.bytesOf(array, plan.ranges);
      const own = { ...dataType };
      return { shape: plan.shape, dataType: own, bytes: applyCuts(bytes, plan.cuts, own.itemsize) };
    } catch {
      // Damaged, never written, changed meanwhile: the library says which, and says it properly.
      this.arrays.set(dataset, null);
      return undefined;
    }
  }

  private array(dataset: string): DirectArray | null {
    let array = this.arrays.get(dataset);
    if (array === undefined) {
      array = this.open(dataset);
      this.arrays.set(dataset, array);
    }
    return array;
  }

  private open(path: string): DirectArray | null {
    try {
      this.objects ??= new DirectObjects(this.file);
      const dataset = this.objects.dataset(path) ?? refuse("not a dataset");
      const { type, shape, header } = dataset;
      const element = elementTypeOf(type);
      if (type.vlen || shape === null || "unsupported" in element) return null;
      if (findMessage(header, MessageType.externalFiles)) return null;
      const filterView = findMessage(header, MessageType.filters);
      const filters = filterView ? readFilters(filterView) : [];
      if (!isDecodable(filters)) return null;
      const { dataType } = element;
      const name = `${this.path}: ${normalizePath(path)}`;
      return { name, shape, dataset, dataType, filters, encode: fixedEncoder(type, type) };
    } catch {
      return null;
    }
  }

  private bytesOf(array: DirectArray, ranges: readonly AxisRange[]): Uint8Array {
    const { dataset, dataType, encode } = array;
    const elements = elementCount(ranges.map(({ count }) => count));
    if (elements === 0) return new Uint8Array(0);
    const stored = new Uint8Array(elements * dataset.type.size);
    if (dataset.layout.chunks) this.fillFromChunks(array, ranges, stored);
    else this.fillFromOnePiece(array, ranges, stored);
    if (encode === undefined) return stored;
    const encoded = new Uint8Array(elements * dataType.itemsize);
    encode(stored, encoded);
    return encoded;
  }

  private fillFromOnePiece(
    { dataset, shape }: DirectArray,
    ranges: readonly AxisRange[],
    target: Uint8Array,
  ): void {
    const { layout, layoutView, type } = dataset;
    const source = { shape, ranges, elementBytes: type.size };
    if (layout.at !== undefined) {
      const start = layout.at;
      readContiguous((into, offset) => this.file.fill(into, start + offset), source, target);
      return;
    }
    const { inline } = layout;
    if (inline?.bytes !== elementCount(shape) * type.size) refuse("data never written");
    const values = new Uint8Array(layoutView.buffer, layoutView.byteOffset + inline.offset, inline.bytes);
    readContiguous((into, offset) => into.set(values.subarray(offset, offset + into.length)), source, target);
  }

  private fillFromChunks(array: DirectArray, ranges: readonly AxisRange[], target: Uint8Array): void {
    const { dataset, filters } = array;
    const { layout, type } = dataset;
    const chunkShape = layout.chunks ?? [];
    const chunkBytes = elementCount(chunkShape) * type.size;
    if (layout.tree === undefined || chunkBytes > maxChunkBytes)
      refuse("chunks without a tree, or too large");
    const toStrides = rowStrides(
      ranges.map(({ count }) => count),
      type.size,
    );
    const fromStrides = rowStrides(chunkShape, type.size);
    for (const chunk of findChunks(this.file, layout.tree, { chunkShape, ranges })) {
      const kept = this.chunks.get(chunk.at);
      const bytes = kept ?? readChunk(this.file, chunk, { filters, chunkBytes });
      const parts = ranges.map((range, axis) =>
        rangeWithin(range, chunk.offset[axis] ?? 0, chunkShape[axis] ?? 1),
      );
      const from = {
        offset: 0,
        strides: fromStrides.map((stride, axis) => stride * (ranges[axis]?.step ?? 1)),
      };
      const to = { offset: 0, strides: toStrides };
      for (const [axis, { start, step }] of ranges.entries()) {
        const first = parts[axis]?.first ?? 0;
        from.offset += (start + first * step - (chunk.offset[axis] ?? 0)) * (fromStrides[axis] ?? 0);
        to.offset += first * (toStrides[axis] ?? 0);
      }
      const counts = parts.map(({ count }) => count);
      copyElements(bytes, target, { counts, from, to, elementBytes: type.size });
      // What was used up is not wanted again soon.
      const isUsedUp = counts.every((count, axis) => count === chunkShape[axis]);
      if (kept === undefined && !isUsedUp) this.keep(chunk.at, bytes);
    }
  }

  private keep(at: number, bytes: Uint8Array): void {
    if (bytes.length > maxKeptBytes) return;
    if (this.keptBytes + bytes.length > maxKeptBytes) {
      this.chunks.clear();
      this.keptBytes = 0;
    }
    this.chunks.set(at, bytes);
    this.keptBytes += bytes.length;
  }
}

function effortOf({ dataset, shape, filters, encode }: DirectArray, ranges: readonly AxisRange[]): Effort {
  const { layout, type } = dataset;
  const isEncoded = encode !== undefined;
  return { shape, ranges, elementBytes: type.size, chunkShape: layout.chunks, filters, isEncoded };
}

/** A file to read directly, or undefined when it cannot be opened, which the library explains. */
export function openDirect(path: string): DirectFile | undefined {
  try {
    return new DirectFile(path);
  } catch {
    return undefined;
  }
}

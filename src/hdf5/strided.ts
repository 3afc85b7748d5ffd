// Rectangular copies between blocks of bytes: what slicing is when the values are in memory.

import { elementCount } from "./slabs.ts";
import { type AxisRange, isWhole } from "./slice.ts";

/** How many elements an axis, and on either side where the first one lies and how far apart they are, in bytes. */
export interface Copy {
  counts: readonly number[];
  from: { offset: number; strides: readonly number[] };
  to: { offset: number; strides: readonly number[] };
  elementBytes: number;
}

/** Bytes from one element to the next along each axis of an array that lies in row-major order. */
export function rowStrides(shape: readonly number[], elementBytes: number): number[] {
  const strides: number[] = [];
  let stride = elementBytes;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis] ?? 1;
  }
  return strides;
}

export function copyElements(source: Uint8Array, target: Uint8Array, copy: Copy): void {
  const { counts, from, to, elementBytes } = copy;
  if (counts.includes(0)) return;
  // Trailing axes that lie without gaps on both sides are one run.
  let axes = counts.length;
  let runBytes = elementBytes;
  for (; axes > 0; axes--) {
    const count = counts[axes - 1] ?? 1;
    if (count > 1 && (from.strides[axes - 1] !== runBytes || to.strides[axes - 1] !== runBytes)) break;
    runBytes *= count;
  }
  const copyAxis = (axis: number, fromAt: number, toAt: number): void => {
    if (axis === axes) {
      copyRun(source, fromAt, target, toAt, runBytes);
      return;
    }
    const [fromStride, toStride] = [from.strides[axis] ?? 0, to.strides[axis] ?? 0];
    for (let index = 0; index < (counts[axis] ?? 1); index++) {
      copyAxis(axis + 1, fromAt + index * fromStride, toAt + index * toStride);
    }
  };
  copyAxis(0, from.offset, to.offset);
}

/** A view costs more than moving a few bytes one by one. */
const fewBytes = 32;

function copyRun(source: Uint8Array, fromAt: number, target: Uint8Array, toAt: number, bytes: number): void {
  if (bytes > fewBytes) {
    target.set(source.subarray(fromAt, fromAt + bytes), toAt);
    return;
  }
  for (let index = 0; index < bytes; index++) target[toAt + index] = source[fromAt + index] as number;
}

/** The part of an array in memory that ranges take; the array itself when they take all of it. */
export function cutBytes(
  bytes: Uint8Array,
  array: { shape: readonly number[]; elementBytes: number },
  ranges: readonly AxisRange[],
): Uint8Array {
  const { shape, elementBytes } = array;
  if (isWhole(ranges, shape)) return bytes;
  const counts = ranges.map(({ count }) => count);
  const target = new Uint8Array(elementBytes * elementCount(counts));
  const strides = rowStrides(shape, elementBytes);
  copyElements(bytes, target, {
    counts,
    from: {
      offset: ranges.reduce((sum, { start }, axis) => sum + start * (strides[axis] ?? 0), 0),
      strides: ranges.map(({ step }, axis) => step * (strides[axis] ?? 0)),
    },
    to: { offset: 0, strides: rowStrides(counts, elementBytes) },
    elementBytes,
  });
  return target;
}

/** Which of a range's elements lie in [offset, offset + length) of its axis: the first and how many. */
export function rangeWithin(
  range: AxisRange,
  offset: number,
  length: number,
): { first: number; count: number } {
  const { start, count, step } = range;
  const first = Math.max(0, Math.ceil((offset - start) / step));
  const last = Math.min(count - 1, Math.floor((offset + length - 1 - start) / step));
  return { first, count: Math.max(0, last - first + 1) };
}

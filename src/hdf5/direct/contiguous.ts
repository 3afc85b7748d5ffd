// A part of an array that lies in one piece: few reads, and little that is not wanted.

import { elementCount } from "../slabs.ts";
import type { AxisRange } from "../slice.ts";
import { copyElements, rowStrides } from "../strided.ts";

/** Reading so much at once costs about what reading a little does. */
const cheapBytes = 65_536;
const maxScratchBytes = 67_108_864;

/** Brings bytes into a buffer of theirs, from an offset after the first element. */
export type Fill = (into: Uint8Array, offset: number) => void;

export interface ContiguousSource {
  shape: readonly number[];
  ranges: readonly AxisRange[];
  elementBytes: number;
}

/** Fills `target` with the elements that the ranges take, in row-major order. */
export function readContiguous(fill: Fill, source: ContiguousSource, target: Uint8Array): void {
  const { ranges, elementBytes } = source;
  const strides = rowStrides(source.shape, elementBytes);
  const first = ranges.reduce((sum, { start }, axis) => sum + start * (strides[axis] ?? 0), 0);
  const counts = ranges.map(({ count }) => count);
  const steps = ranges.map(({ step }, axis) => step * (strides[axis] ?? 0));
  readPart(fill, { at: first, counts, steps, elementBytes }, target);
}

interface Part {
  at: number;
  counts: number[];
  /** Bytes from one wanted element to the next along each axis. */
  steps: number[];
  elementBytes: number;
}

/** All between the first and the last wanted element when that is little or mostly wanted, else one half at a time. */
function readPart(fill: Fill, part: Part, target: Uint8Array): void {
  const { at, counts, steps, elementBytes } = part;
  const wanted = elementCount(counts) * elementBytes;
  const spanned = counts.reduce((sum, count, axis) => sum + (count - 1) * (steps[axis] ?? 0), elementBytes);
  if (spanned === wanted) {
    fill(target, at);
    return;
  }
  if (spanned <= cheapBytes || (spanned <= 2 * wanted && spanned <= maxScratchBytes)) {
    const bytes = new Uint8Array(spanned);
    fill(bytes, at);
    const to = { offset: 0, strides: rowStrides(counts, elementBytes) };
    copyElements(bytes, target, { counts, from: { offset: 0, strides: steps }, to, elementBytes });
    return;
  }
  const axis = counts.findIndex((count) => count > 1);
  const count = counts[axis] ?? 1;
  const half = count >> 1;
  const split = (half * wanted) / count;
  readPart(fill, { ...part, counts: counts.with(axis, half) }, target.subarray(0, split));
  const rest = { ...part, at: at + half * (steps[axis] ?? 0), counts: counts.with(axis, count - half) };
  readPart(fill, rest, target.subarray(split));
}

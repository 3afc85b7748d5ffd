// How long a direct read will take, roughly: whoever must not wait gives it to a thread.

import { elementCount } from "../slabs.ts";
import type { AxisRange } from "../slice.ts";
import { rowStrides } from "../strided.ts";
import { chunkCount, deflate } from "./chunks.ts";
import type { Filter } from "./messages.ts";

/** Milliseconds, as measured on a shared core for noise, which is inflated the slowest. */
const perChunk = 0.02;
const perReadMegabyte = 0.3;
const perInflatedMegabyte = 4;
const perShuffledMegabyte = 2;
const perEncodedElement = 0.0001;

export interface Effort {
  shape: readonly number[];
  ranges: readonly AxisRange[];
  elementBytes: number;
  /** Null for values in one piece. */
  chunkShape: readonly number[] | null;
  filters: readonly Filter[];
  /** True when elements are not in the file as they are described. */
  isEncoded: boolean;
}

/** Milliseconds to read the ranges of an array, when the file is in the system's cache. */
export function estimateMs(effort: Effort): number {
  const { ranges, elementBytes, chunkShape, isEncoded } = effort;
  const elements = elementCount(ranges.map(({ count }) => count));
  if (elements === 0) return 0;
  const encodeMs = isEncoded ? elements * perEncodedElement : 0;
  const copyMs = megabytes(elements * elementBytes) * perReadMegabyte;
  return encodeMs + copyMs + (chunkShape === null ? onePieceMs(effort) : chunksMs(effort, chunkShape));
}

/** All between the first and the last element: no more than that is read, and mostly less. */
function onePieceMs({ shape, ranges, elementBytes }: Effort): number {
  const strides = rowStrides(shape, elementBytes);
  const spanned = ranges.reduce(
    (sum, { count, step }, axis) => sum + (count - 1) * step * (strides[axis] ?? 0),
    elementBytes,
  );
  return megabytes(spanned) * perReadMegabyte;
}

function chunksMs({ ranges, elementBytes, filters }: Effort, chunkShape: readonly number[]): number {
  const chunks = chunkCount(ranges, chunkShape);
  const filterMs = filters.reduce(
    (sum, { id }) => sum + (id === deflate ? perInflatedMegabyte : perShuffledMegabyte),
    perReadMegabyte,
  );
  return chunks * (perChunk + megabytes(elementCount(chunkShape) * elementBytes) * filterMs);
}

function megabytes(bytes: number): number {
  return bytes / 1_000_000;
}

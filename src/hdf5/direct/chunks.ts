// Chunked data: which chunks hold the wanted elements, and what is in them.
// Format specification, sections III.A.1 (trees of node type 1) and IV.A.2.l (filters).

import { inflateSync } from "node:zlib";
import type { AxisRange } from "../slice.ts";
import { rangeWithin } from "../strided.ts";
import { type FileBytes, length, refuse } from "./bytes.ts";
import type { Filter } from "./messages.ts";

export const deflate = 1;
const shuffle = 2;
const maxDepth = 32;
const maxStoredBytes = 2 ** 31;

export interface StoredChunk {
  at: number;
  /** As stored, after the filters. */
  bytes: number;
  /** Bit i is set when filter i was not applied to this chunk. */
  filterMask: number;
  /** Index of its first element, one number an axis. */
  offset: number[];
}

/** True when all filters can be undone here; checksums are left to the library, which checks them. */
export function isDecodable(filters: readonly Filter[]): boolean {
  return filters.every(({ id }) => id === deflate || id === shuffle);
}

/** The chunks that hold elements of the ranges. Refuses when one was never written: then there is a fill value. */
export function findChunks(
  file: FileBytes,
  tree: number,
  { chunkShape, ranges }: { chunkShape: readonly number[]; ranges: readonly AxisRange[] },
): StoredChunk[] {
  const found: StoredChunk[] = [];
  const [first] = ranges;
  const rows = chunkShape[0] ?? 1;
  if (first === undefined) return refuse("a scalar in chunks");
  const lastRow = first.start + (first.count - 1) * first.step;
  const keyBytes = 16 + ranges.length * 8;
  const visit = (at: number, level: number | undefined): void => {
    const head = file.copy(at, 24);
    const ownLevel = head[5] ?? 0;
    if (head.toString("latin1", 0, 4) !== "TREE" || head[4] !== 1) refuse("not a tree of chunks");
    if (ownLevel > maxDepth || (level !== undefined && ownLevel !== level)) refuse("a damaged tree");
    const used = head.readUInt16LE(6);
    const keys = file.copy(at + 24, used * (keyBytes + 8) + keyBytes);
    const view = new DataView(keys.buffer, keys.byteOffset, keys.length);
    for (let index = 0; index < used; index++) {
      const key = index * (keyBytes + 8);
      const next = key + keyBytes + 8;
      // Keys ascend, so the chunks below lie between this key's first row and the next one's.
      if (length(view, key + 8) > lastRow) break;
      if (length(view, next + 8) + rows <= first.start) continue;
      const child = length(view, key + keyBytes);
      if (ownLevel > 0) {
        visit(child, ownLevel - 1);
        continue;
      }
      const offset = ranges.map((_, axis) => length(view, key + 8 + axis * 8));
      if (!holdsAny(offset, chunkShape, ranges)) continue;
      const bytes = view.getUint32(key, true);
      if (bytes > maxStoredBytes) refuse("a chunk of gigabytes");
      found.push({ at: child, bytes, filterMask: view.getUint32(key + 4, true), offset });
    }
  };
  visit(tree, undefined);
  if (found.length !== chunkCount(ranges, chunkShape)) refuse("chunks never written");
  return found;
}

function holdsAny(
  offset: readonly number[],
  chunkShape: readonly number[],
  ranges: readonly AxisRange[],
): boolean {
  return ranges.every(
    (range, axis) => rangeWithin(range, offset[axis] ?? 0, chunkShape[axis] ?? 1).count > 0,
  );
}

/** How many chunks hold elements of the ranges. */
export function chunkCount(ranges: readonly AxisRange[], chunkShape: readonly number[]): number {
  return ranges.reduce((product, range, axis) => product * chunksAlong(range, chunkShape[axis] ?? 1), 1);
}

/** How many chunks a range touches along its axis. */
function chunksAlong({ start, count, step }: AxisRange, chunkLength: number): number {
  if (step >= chunkLength) return count;
  const last = start + (count - 1) * step;
  return Math.floor(last / chunkLength) - Math.floor(start / chunkLength) + 1;
}

/** The elements of a chunk: `chunkBytes` of them, all that its shape holds. */
export function readChunk(
  file: FileBytes,
  chunk: StoredChunk,
  { filters, chunkBytes }: { filters: readonly Filter[]; chunkBytes: number },
): Uint8Array {
  let bytes = new Uint8Array(chunk.bytes);
  file.fill(bytes, chunk.at);
  for (let index = filters.length - 1; index >= 0; index--) {
    const filter = filters[index];
    if (filter === undefined || chunk.filterMask & (1 << index)) continue;
    bytes = filter.id === deflate ? inflate(bytes, chunkBytes) : unshuffle(bytes, filter.values[0] ?? 0);
  }
  return bytes.length === chunkBytes ? bytes : refuse("a chunk of another size");
}

/** One piece of output, and not one a 16 KiB of it; a little longer, or zlib makes a second one to find the end. */
function inflate(bytes: Uint8Array, chunkBytes: number): Uint8Array<ArrayBuffer> {
  const {
    buffer,
    byteOffset,
    length: inflated,
  } = inflateSync(bytes, {
    chunkSize: chunkBytes + 64,
    maxOutputLength: chunkBytes,
  });
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, inflated);
}

/** Stored are all first bytes of the elements, then all second ones, and so on; a rest that is no element at the end. */
function unshuffle(bytes: Uint8Array, elementBytes: number): Uint8Array<ArrayBuffer> {
  if (elementBytes < 1) return refuse("a shuffle without a size");
  const count = Math.floor(bytes.length / elementBytes);
  const result = new Uint8Array(bytes.length);
  for (let byte = 0; byte < elementBytes; byte++) {
    const plane = byte * count;
    for (let element = 0, at = byte; element < count; element++, at += elementBytes) {
      result[at] = bytes[plane + element] as number;
    }
  }
  result.set(bytes.subarray(count * elementBytes), count * elementBytes);
  return result;
}

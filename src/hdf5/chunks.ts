// Chunked, compressed storage for the writer: cutting an array, shuffling, and the index of the chunks.

import { promisify } from "node:util";
import { deflate } from "node:zlib";
import { pack, undefinedAddress } from "./encode.ts";

const deflateAsync = promisify(deflate);

/** Entries of an index node; HDF5's default (K = 32) for files that do not say otherwise. */
const nodeEntries = 64;

export interface StoredChunk {
  /** First element of the chunk, an axis each. */
  offset: number[];
  bytes: number;
  address: number;
}

export interface ChunkedArray {
  bytes: Uint8Array;
  elementBytes: number;
  shape: readonly number[];
  chunks: readonly number[];
}

/** The chunks of an array, row-major, compressed. Node compresses several at once in its own threads. */
export function compressChunks(
  array: ChunkedArray,
  level: number,
): Promise<{ offset: number[]; bytes: Uint8Array }[]> {
  const offsets = gridOf(array.shape, array.chunks);
  return Promise.all(
    offsets.map(async (offset) => {
      const plain = cutChunk(array, offset);
      return { offset, bytes: await deflateAsync(shuffle(plain, array.elementBytes), { level }) };
    }),
  );
}

/** A version 1 B-tree over stored chunks. `place` puts a node into the file and gives its address. */
export function chunkIndex(
  stored: readonly StoredChunk[],
  { shape, chunks }: { shape: readonly number[]; chunks: readonly number[] },
  place: (node: Uint8Array) => number,
): number {
  // Every key must lie on the grid of chunks, the closing one behind the last chunk, too.
  const beyond = shape.map((length, axis) => {
    const step = chunks[axis] ?? length;
    return Math.ceil(length / step) * step;
  });
  let level = 0;
  let entries: readonly StoredChunk[] = stored;
  for (;;) {
    const parents: StoredChunk[] = [];
    for (let first = 0; first < entries.length; first += nodeEntries) {
      const children = entries.slice(first, first + nodeEntries);
      const end = entries[first + nodeEntries]?.offset ?? beyond;
      const address = place(indexNode(children, level, end));
      const [child] = children;
      if (child) parents.push({ ...child, address });
    }
    const [root] = parents;
    if (root && parents.length === 1) return root.address;
    entries = parents;
    level += 1;
  }
}

function indexNode(children: readonly StoredChunk[], level: number, end: readonly number[]): Uint8Array {
  const key = (bytes: number, offset: readonly number[]): Uint8Array =>
    pack([bytes, 4], [0, 4], ...offset.map((first) => [first, 8] as const), [0, 8]);
  const head = pack(
    Buffer.from("TREE"),
    [1, 1],
    [level, 1],
    [children.length, 2],
    [undefinedAddress, 8],
    [undefinedAddress, 8],
  );
  const entries = children.map(({ bytes, offset, address }) => pack(key(bytes, offset), [address, 8]));
  const used = Buffer.concat([head, ...entries, key(0, end)]);
  const keyBytes = key(0, end).length;
  const node = Buffer.alloc(head.length + nodeEntries * (keyBytes + 8) + keyBytes);
  node.set(used);
  return node;
}

/** First elements of all chunks. */
function gridOf(shape: readonly number[], chunks: readonly number[]): number[][] {
  let grid: number[][] = [[]];
  for (const [axis, length] of shape.entries()) {
    const step = chunks[axis] ?? length;
    const firsts = Array.from({ length: Math.ceil(length / step) }, (_, index) => index * step);
    grid = grid.flatMap((offset) => firsts.map((first) => [...offset, first]));
  }
  return grid;
}

/** One chunk at its full size; what lies beyond the array stays zero. */
function cutChunk(array: ChunkedArray, offset: readonly number[]): Uint8Array {
  const { bytes, elementBytes, shape, chunks } = array;
  if (shape.every((length, axis) => chunks[axis] === length)) return bytes;
  const result = new Uint8Array(chunks.reduce((product, length) => product * length, elementBytes));
  const copy = (axis: number, from: number, to: number): void => {
    const length = shape[axis] ?? 1;
    const taken = Math.min(chunks[axis] ?? 1, length - (offset[axis] ?? 0));
    const source = from * length + (offset[axis] ?? 0);
    const target = to * (chunks[axis] ?? 1);
    if (axis === shape.length - 1) {
      const part = bytes.subarray(source * elementBytes, (source + taken) * elementBytes);
      result.set(part, target * elementBytes);
      return;
    }
    for (let row = 0; row < taken; row++) copy(axis + 1, source + row, target + row);
  };
  copy(0, 0, 0);
  return result;
}

/** All first bytes of the elements, then all second ones, ...: similar bytes side by side compress better. */
function shuffle(bytes: Uint8Array, elementBytes: number): Uint8Array {
  if (elementBytes === 1) return bytes;
  const count = bytes.length / elementBytes;
  const result = new Uint8Array(bytes.length);
  for (let plane = 0; plane < elementBytes; plane++) {
    const start = plane * count;
    for (let index = 0; index < count; index++) {
      result[start + index] = bytes[index * elementBytes + plane] as number;
    }
  }
  return result;
}

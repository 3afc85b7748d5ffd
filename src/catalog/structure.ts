// Array structures and their ids, as Tiled writes them (tiled/structures/array.py, tiled/catalog/utils.py).

import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import { asJsonText, type JsonText } from "../json.ts";

/** The server refuses to answer with more (`response_bytesize_limit`), so no block may be larger. */
export const maxBlockBytes = 300_000_000;

export interface StructureRecord {
  /** md5 of the canonical JSON, 32 hex digits. */
  id: string;
  json: JsonText;
}

export interface ArrayStructureInput {
  /** Extent; a scalar has []. */
  shape: readonly number[];
  /** Tiled's data type, every field present (`dt_units` included). */
  dataType: { itemsize: number };
  /** Native chunk shape in the file, or null when contiguous. */
  chunks: readonly number[] | null;
  dims?: readonly string[] | null;
}

/**
 * The structure of an array and its id. Scalars become shape [1], as Tiled registers them.
 *
 * @example makeArrayStructure({ shape: [3, 4], dataType: float64, chunks: null }).id
 */
export function makeArrayStructure(input: ArrayStructureInput): StructureRecord {
  const isScalar = input.shape.length === 0;
  const shape = isScalar ? [1] : [...input.shape];
  const chunkShape = limitBlock(shape, isScalar ? null : input.chunks, input.dataType.itemsize);
  return hashStructure({
    data_type: input.dataType,
    chunks: shape.map((length, axis) => splitAxis(length, chunkShape[axis] ?? length)),
    shape,
    dims: input.dims ?? null,
    resizable: false,
  });
}

/** The id of any structure whose numbers are integers: md5 over sorted keys without spaces. */
export function hashStructure(structure: object): StructureRecord {
  const json = canonicalize(structure);
  if (json === undefined) throw new TypeError("A structure must be a JSON object.");
  return { id: createHash("md5").update(json).digest("hex"), json: asJsonText(json) };
}

/** Blocks of an array, which are listed one by one along each axis: a list beyond this is no description. */
export const maxBlocks = 1_000_000;

/** How many numbers the list of blocks has, summed over the axes. */
export function countBlocks({ shape, chunks, dataType }: ArrayStructureInput): number {
  const block = limitBlock(shape, chunks, dataType.itemsize);
  return shape.reduce((sum, length, axis) => sum + Math.ceil(length / (block[axis] ?? length)), 0);
}

/** Native chunks clipped to the array, then halved along the leading axes until a block is small enough. */
function limitBlock(shape: readonly number[], chunks: readonly number[] | null, itemBytes: number): number[] {
  const block = shape.map((length, axis) => Math.max(1, Math.min(length, chunks?.[axis] ?? length)));
  let blockBytes = block.reduce((product, length) => product * length, itemBytes);
  for (let axis = 0; axis < block.length && blockBytes > maxBlockBytes; axis++) {
    const length = block[axis] ?? 1;
    const rowBytes = blockBytes / length;
    const shorter = Math.max(1, Math.floor(maxBlockBytes / rowBytes));
    block[axis] = shorter;
    blockBytes = rowBytes * shorter;
  }
  return block;
}

function splitAxis(length: number, blockLength: number): number[] {
  if (length === 0) return [0];
  const blocks = new Array<number>(Math.floor(length / blockLength)).fill(blockLength);
  const rest = length % blockLength;
  if (rest > 0) blocks.push(rest);
  return blocks;
}

// Shape, chunks, names and growth of an array structure.

import { Refusal } from "../problem.ts";
import { describe, mismatch } from "./fields.ts";

/** Extent of each dimension; null where a ragged array varies. */
export type Shape = (number | null)[];

/** A list of non-negative integers; with `ragged`, null is allowed behind the first. */
export function readShape(field: string, value: unknown, ragged: boolean): Shape {
  if (!Array.isArray(value)) throw mismatch(field, "a list of integers", value, "bad_shape");
  if (ragged && value.length === 0) throw new Refusal("bad_shape", `${field} needs one dimension at least.`);
  return value.map((length: unknown, axis) => {
    if (isCount(length) || (ragged && axis > 0 && length === null)) return length;
    throw mismatch(`${field}[${axis}]`, "an integer, 0 or more", length, "bad_shape");
  });
}

/**
 * Block lengths, a list per dimension that sums to the shape: `[[600],[400]]`, not `[[600,400]]`.
 *
 * @example readChunks("chunks", [[4, 4, 2], [5]], [10, 5])
 */
export function readChunks(field: string, value: unknown, shape: Shape): (number[] | null)[] {
  if (!Array.isArray(value)) throw mismatch(field, "a list of lists of integers", value, "bad_chunks");
  if (value.length !== shape.length) {
    const counts = `${value.length} for ${shape.length} dimensions`;
    throw new Refusal(
      "bad_chunks",
      `${field} must have one list per dimension of the shape, but has ${counts}.`,
    );
  }
  return shape.map((length, axis) => {
    const blocks: unknown = value[axis];
    // Blocks along a dimension that varies are unknown as well.
    if (length === null && blocks === null) return null;
    return readBlocks(`${field}[${axis}]`, blocks, length);
  });
}

function readBlocks(field: string, value: unknown, length: number | null): number[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw mismatch(field, "a list of block lengths", value, "bad_chunks");
  }
  let sum = 0;
  const blocks = value.map((block: unknown) => {
    if (!isCount(block)) throw mismatch(field, "a list of integers, 0 or more", block, "bad_chunks");
    sum += block;
    return block;
  });
  if (length !== null && sum !== length) {
    throw new Refusal(
      "bad_chunks",
      `${field} must sum to ${length}, the extent in the shape, but sums to ${sum}.`,
    );
  }
  return blocks;
}

/** A name per dimension, or null. Tiled reads the key always, so a missing one becomes null. */
export function readDims(field: string, value: unknown, dimensions: number): string[] | null {
  if (value === undefined || value === null) return null;
  if (!Array.isArray(value)) throw mismatch(field, "null or a list of names", value);
  if (value.length !== dimensions) {
    throw new Refusal(
      "bad_shape",
      `${field} must have ${dimensions} names, one a dimension, not ${value.length}.`,
    );
  }
  return value.map((name: unknown, axis) => {
    if (typeof name !== "string") throw mismatch(`${field}[${axis}]`, "a name", name);
    return name;
  });
}

/** Whether the array may grow, at all or per dimension; false when missing. */
export function readResizable(field: string, value: unknown): boolean | boolean[] {
  if (value === undefined) return false;
  if (typeof value === "boolean") return value;
  if (Array.isArray(value) && value.every((one) => typeof one === "boolean")) return value;
  throw new Refusal("wrong_type", `${field} must be true, false or a list of these, not ${describe(value)}.`);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

// Which part of a data set is meant, and in which shape: worked out once the data set's own shape is known.

import { CopycatError, errorMessage } from "../errors.ts";
import { elementCount } from "./slabs.ts";
import { type AxisRange, composeRanges, isWhole, rangesShape, resolveSlice, type Slice } from "./slice.ts";
import { cutBytes } from "./strided.ts";

/** Steps from a data set to what is wanted of it; each is optional, and they apply in this order. */
export interface ArrayView {
  /** Takes a part of the data set. */
  slice?: Slice;
  /** Takes the axes of length 1 away. */
  squeeze?: boolean;
  /** Sees it in this shape, which must have as many elements. */
  shape?: readonly number[];
  /** Takes a part of that. */
  part?: Slice;
}

export interface PlannedView {
  /** What to read, one range an axis of the data set in the file. */
  ranges: AxisRange[];
  /** What to take of that in memory, one after the other, where ranges in the file cannot say it. */
  cuts: { shape: number[]; ranges: AxisRange[] }[];
  /** The shape of the result. */
  shape: number[];
}

/** A data set as far as a view needs it. Elements of an array type add axes behind those in the file. */
export interface ViewedDataset {
  /** The file and the path in it, for messages. */
  name: string;
  shape: readonly number[];
  fileAxes: number;
}

/**
 * Works out what to read for a view.
 *
 * @throws CopycatError UNREADABLE_SOURCE when the data set has not the shape that the view expects; USAGE when `part`
 * does not fit
 */
export function planView(dataset: ViewedDataset, view: ArrayView = {}): PlannedView {
  const { name, shape, fileAxes } = dataset;
  const sliced = resolveExpected(dataset, view.slice ?? []).map((range) =>
    view.squeeze === true && range.count === 1 ? { ...range, isDropped: true } : range,
  );
  const seen = rangesShape(sliced);
  const wanted = view.shape ?? seen;
  if (elementCount(wanted) !== elementCount(seen)) {
    const of = view.slice === undefined ? "" : ` in its slice (of [${shape}])`;
    throw new CopycatError(
      "UNREADABLE_SOURCE",
      `${name} has shape [${seen}]${of}, which is not the shape [${wanted}] that is expected`,
    );
  }
  const part = resolvePart(name, view.part ?? [], wanted);
  const isReshaped = wanted.length !== seen.length || wanted.some((length, axis) => length !== seen[axis]);
  const ranges = isReshaped ? sliced : composeRanges(sliced, part);
  const cuts: PlannedView["cuts"] = [];
  const innerShape = shape.slice(fileAxes);
  const inner = ranges.slice(fileAxes);
  if (!isWhole(inner, innerShape)) {
    const outer = ranges.slice(0, fileAxes).map(({ count }) => count);
    cuts.push({ shape: [...outer, ...innerShape], ranges: [...resolveSlice([], outer), ...inner] });
  }
  if (isReshaped && !isWhole(part, wanted)) cuts.push({ shape: [...wanted], ranges: part });
  return { ranges: ranges.slice(0, fileAxes), cuts, shape: rangesShape(part) };
}

/** Does what is left to do in memory. `elementBytes` are those of an element without its inner axes. */
export function applyCuts(bytes: Uint8Array, cuts: PlannedView["cuts"], elementBytes: number): Uint8Array {
  return cuts.reduce((left, { shape, ranges }) => cutBytes(left, { shape, elementBytes }, ranges), bytes);
}

function resolveExpected({ name, shape }: ViewedDataset, slice: Slice): AxisRange[] {
  try {
    return resolveSlice(slice, shape);
  } catch (error) {
    throw new CopycatError(
      "UNREADABLE_SOURCE",
      `${name} has shape [${shape}], which its slice does not fit: ${errorMessage(error)}`,
    );
  }
}

function resolvePart(name: string, part: Slice, shape: readonly number[]): AxisRange[] {
  try {
    return resolveSlice(part, shape);
  } catch (error) {
    throw new CopycatError("USAGE", `${name}: ${errorMessage(error)}`);
  }
}

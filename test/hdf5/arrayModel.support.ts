// Arrays as lists of numbers, sliced the slow and obvious way: what the reader is compared with.

import type { Slice, SliceItem } from "../../src/hdf5/slice.ts";
import { fc } from "../support/property.ts";

export interface Model {
  shape: number[];
  /** Row-major. */
  values: number[];
}

/** 0, 1, 2, ... in a shape. */
export function countingModel(shape: readonly number[]): Model {
  const count = shape.reduce((product, length) => product * length, 1);
  return { shape: [...shape], values: Array.from({ length: count }, (_, index) => index) };
}

/** The indices of an axis that an item takes, one by one, as Python's language reference has it. */
function indicesOf(item: Exclude<SliceItem, "...">, length: number): number[] {
  if (typeof item === "number") return [item < 0 ? item + length : item];
  const from = item.start === null ? 0 : item.start < 0 ? item.start + length : item.start;
  const to = item.stop === null ? length : item.stop < 0 ? item.stop + length : item.stop;
  const indices: number[] = [];
  const first = from < 0 ? 0 : from;
  for (let index = 0; index < length; index++) {
    if (index >= first && index < to && (index - first) % item.step === 0) indices.push(index);
  }
  return indices;
}

/** Null when numpy would refuse. */
export function sliceModel(model: Model, slice: Slice): Model | null {
  const { shape, values } = model;
  const named = slice.filter((item) => item !== "...").length;
  if (named > shape.length) return null;
  const whole: SliceItem = { start: null, stop: null, step: 1 };
  const at = slice.includes("...") ? slice.indexOf("...") : slice.length;
  const full = [
    ...slice.slice(0, at),
    ...Array.from({ length: shape.length - named }, () => whole),
    ...slice.slice(at + 1),
  ] as Exclude<SliceItem, "...">[];
  const indices = full.map((item, axis) => indicesOf(item, shape[axis] ?? 0));
  for (const [axis, item] of full.entries()) {
    const [index] = indices[axis] ?? [];
    if (typeof item === "number" && !(index !== undefined && index >= 0 && index < (shape[axis] ?? 0)))
      return null;
  }
  const taken: number[] = [];
  const visit = (axis: number, place: number): void => {
    if (axis === shape.length) {
      taken.push(values[place] ?? Number.NaN);
      return;
    }
    for (const index of indices[axis] ?? []) visit(axis + 1, place * (shape[axis] ?? 0) + index);
  };
  visit(0, 0);
  return {
    shape: indices.filter((_, axis) => typeof full[axis] !== "number").map((list) => list.length),
    values: taken,
  };
}

/** As numpy writes it. */
export function sliceText(slice: Slice): string {
  return slice
    .map((item) => {
      if (typeof item !== "object") return String(item);
      const step = item.step === 1 ? "" : `:${item.step}`;
      return `${item.start ?? ""}:${item.stop ?? ""}${step}`;
    })
    .join(",");
}

const bound = fc.option(fc.integer({ min: -9, max: 9 }));
const item: fc.Arbitrary<SliceItem> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ start: bound, stop: bound, step: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 1, arbitrary: fc.integer({ min: -7, max: 7 }) },
);

/** Slices of at most so many axes, with or without an ellipsis. */
export function slices(maxItems: number): fc.Arbitrary<Slice> {
  const items = fc.array(item, { maxLength: maxItems });
  const withDots = fc.tuple(items, items).map(([before, after]) => [...before, "..." as const, ...after]);
  return fc.oneof(
    items,
    withDots.filter((all) => all.length <= maxItems + 1),
  );
}

export const shapes = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 0, maxLength: 4 });

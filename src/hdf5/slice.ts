// numpy-style slices: parsed from text, and resolved against a shape.

import { CopycatError } from "../errors.ts";

/** One axis: an index, a range (null: from the start, to the end), or "..." for all axes that are not named. */
export type SliceItem = number | { start: number | null; stop: number | null; step: number } | "...";

/** Outermost axis first; axes that are left out are whole. */
export type Slice = readonly SliceItem[];

/** Elements start, start + step, ... of an axis. An axis from which an index picked one is not in the result. */
export interface AxisRange {
  start: number;
  count: number;
  step: number;
  isDropped: boolean;
}

const rangePattern = /^(-?\d+)? *: *(-?\d+)? *(?:: *(-?\d+)?)?$/;
const indexPattern = /^-?\d+$/;
/** A row of a file, as most slices of a catalog are; read a thousand at a time. */
const rowPattern = /^\d{1,15}$/;
const whole = { start: null, stop: null, step: 1 } as const;

/**
 * Parses "42", "0:10,:", "-1", "::2", "...,0", also in parentheses or brackets; "" is the whole array.
 *
 * @throws CopycatError USAGE that names the part that is not understood
 */
export function parseSlice(text: string): Slice {
  if (rowPattern.test(text)) return [Number(text)];
  const inner = text.trim().replace(/^\((.*)\)$|^\[(.*)\]$/s, "$1$2");
  if (inner.trim() === "") return [];
  const parts = inner.split(",").map((part) => part.trim());
  // As Python writes a tuple of one.
  if (parts.length > 1 && parts.at(-1) === "") parts.pop();
  const items = parts.map((part) => parseItem(part, text));
  if (items.filter((item) => item === "...").length > 1) throw refusal(text, "it has more than one '...'");
  return items;
}

function parseItem(part: string, text: string): SliceItem {
  if (part === "...") return part;
  if (indexPattern.test(part)) return wholeNumber(part, text) ?? 0;
  const match = rangePattern.exec(part);
  if (match === null) throw refusal(text, `'${shortened(part)}' is neither an index nor a range`);
  const step = wholeNumber(match[3], text) ?? 1;
  if (step === 0) throw refusal(text, "a step cannot be 0");
  if (step < 0)
    throw refusal(text, "steps backwards are not read; take a positive step and turn the values around");
  return { start: wholeNumber(match[1], text), stop: wholeNumber(match[2], text), step };
}

function wholeNumber(digits: string | undefined, text: string): number | null {
  if (digits === undefined) return null;
  const value = Number(digits);
  if (!Number.isSafeInteger(value)) throw refusal(text, `${shortened(digits)} is larger than any array`);
  // No -0, which is another number to some comparisons.
  return value + 0;
}

function refusal(text: string, reason: string): CopycatError {
  return new CopycatError(
    "USAGE",
    `Cannot read the slice "${shortened(text)}": ${reason}. Write one item an axis, as numpy does: '0:10,:', '-1', '::2', '...'.`,
  );
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}

/**
 * The ranges that a slice means in an array of this shape, one an axis, as numpy has them: ranges are cut at the
 * ends, negative numbers count from the end.
 *
 * @throws CopycatError USAGE for more items than axes, and for an index that is not in the array
 */
export function resolveSlice(slice: Slice, shape: readonly number[]): AxisRange[] {
  const named = slice.filter((item) => item !== "...").length;
  if (named > shape.length) {
    throw new CopycatError(
      "USAGE",
      `the slice has ${named} items, but the array has ${shape.length} axes (shape [${shape}])`,
    );
  }
  const ellipsis = slice.indexOf("...");
  const before = ellipsis < 0 ? slice : slice.slice(0, ellipsis);
  const after = ellipsis < 0 ? [] : slice.slice(ellipsis + 1);
  const between = new Array<SliceItem>(shape.length - named).fill(whole);
  return [...before, ...between, ...after].map((item, axis) => resolveItem(item, shape[axis] ?? 0, axis));
}

function resolveItem(item: SliceItem, length: number, axis: number): AxisRange {
  if (item === "...") return { start: 0, count: length, step: 1, isDropped: false };
  if (typeof item === "number") {
    const start = item < 0 ? item + length : item;
    if (!Number.isInteger(start) || start < 0 || start >= length) {
      throw new CopycatError(
        "USAGE",
        `index ${item} is out of bounds for axis ${axis}, which has ${length} elements`,
      );
    }
    return { start, count: 1, step: 1, isDropped: true };
  }
  const { step } = item;
  const start = clip(item.start ?? 0, length);
  const stop = clip(item.stop ?? length, length);
  if (!Number.isInteger(step) || step < 1 || !Number.isInteger(start) || !Number.isInteger(stop)) {
    throw new CopycatError(
      "USAGE",
      `slice ${item.start ?? ""}:${item.stop ?? ""}:${step} of axis ${axis} is not valid; steps are at least 1`,
    );
  }
  return { start, count: Math.max(0, Math.ceil((stop - start) / step)), step, isDropped: false };
}

function clip(value: number, length: number): number {
  return Math.min(length, Math.max(0, value < 0 ? value + length : value));
}

/** The shape of what ranges leave of an array. */
export function rangesShape(ranges: readonly AxisRange[]): number[] {
  return ranges.filter(({ isDropped }) => !isDropped).map(({ count }) => count);
}

/** Ranges of what other ranges left, as ranges of the array itself. */
export function composeRanges(outer: readonly AxisRange[], inner: readonly AxisRange[]): AxisRange[] {
  let axis = 0;
  return outer.map((range) => {
    const next = range.isDropped ? undefined : inner[axis++];
    if (next === undefined) return range;
    return {
      start: range.start + next.start * range.step,
      count: next.count,
      step: range.step * next.step,
      isDropped: next.isDropped,
    };
  });
}

/** True when ranges take all of an array of this shape, in its own order and with all its axes. */
export function isWhole(ranges: readonly AxisRange[], shape: readonly number[]): boolean {
  return ranges.every(
    ({ start, count, step, isDropped }, axis) =>
      start === 0 && step === 1 && !isDropped && count === shape[axis],
  );
}

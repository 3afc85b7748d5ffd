// Values of single entities out of arrays, and arrays of such values.

import { CopycatError } from "../../errors.ts";
import { commonType, textDtype, typeOf, undefinedOf, undefinedTest } from "../arrays/index.ts";
import type { AttributeType, NumberArray, SimulationArray } from "../types.ts";

type Element = number | bigint | string;
/** All elements of one entity: one, several components, or a ragged row. */
export type Elements = readonly Element[];

export interface ValueShape {
  /** Null while no value says it. */
  type: AttributeType | null;
  /** Axes of one value: [] or [k]. */
  tail: readonly number[];
  isRagged: boolean;
}

/** Null for an entity whose value is undefined. */
export function valuesOf(array: SimulationArray): (Elements | null)[] {
  const { data, shape, rowPtr } = array;
  const isUndefined = undefinedTest(array.dtype);
  const width = shape.slice(1).reduce((product, length) => product * length, 1);
  const rows = rowPtr === undefined ? (shape[0] ?? 0) : rowPtr.length - 1;
  return Array.from({ length: rows }, (_, row) => {
    const start = (rowPtr === undefined ? row : Number(rowPtr[row])) * width;
    const end = (rowPtr === undefined ? row + 1 : Number(rowPtr[row + 1])) * width;
    const elements: Element[] = [];
    for (let index = start; index < end; index++) elements.push(data[index] as Element);
    const isHole = rowPtr === undefined ? elements.every(isUndefined) : elements.some(isUndefined);
    return isHole && elements.length > 0 ? null : elements;
  });
}

/**
 * What was known, and what this array says more.
 *
 * @throws CopycatError INVALID_INPUT when no array holds both
 */
export function shapeOf(array: SimulationArray, known: ValueShape | undefined, path: string): ValueShape {
  const own = typeOf(array);
  const [tail, isRagged] = [array.shape.slice(1), array.rowPtr !== undefined];
  if (known === undefined) return { type: own, tail, isRagged };
  const type = commonType(known.type, own);
  // Rows without elements have no components either.
  const isAlike = own === null || known.type === null || String(tail) === String(known.tail);
  if (type === undefined || isRagged !== known.isRagged || !isAlike) {
    throw new CopycatError(
      "INVALID_INPUT",
      `${path} held ${describe(known)} before, and holds ${describe({ type: own, tail, isRagged })} now.`,
    );
  }
  return { type, tail: own === null ? known.tail : tail, isRagged };
}

const describe = ({ type, tail, isRagged }: ValueShape): string =>
  `${isRagged ? "rows of " : ""}${[type ?? "nothing", ...tail].join(" x ")}`;

export function arrayOf(
  values: readonly (Elements | null)[],
  { type: known, tail, isRagged }: ValueShape,
): SimulationArray {
  const type = known ?? "float";
  const width = tail.reduce((product, length) => product * length, 1);
  const none = new Array<Element>(width).fill(undefinedOf(type));
  const flat = values.flatMap((value) => value ?? none);
  const array = { ...makeArray(flat, type), shape: [flat.length / Math.max(1, width), ...tail] };
  if (!isRagged) return array;
  const rowPtr = new Uint32Array(values.length + 1);
  for (const [row, value] of values.entries()) {
    rowPtr[row + 1] = (rowPtr[row] as number) + (value ?? none).length / Math.max(1, width);
  }
  return { ...array, rowPtr };
}

function makeArray(
  elements: readonly Element[],
  type: AttributeType,
): { dtype: string; data: NumberArray | string[] } {
  if (type === "str") {
    const texts = elements.map(String);
    return { dtype: textDtype(texts), data: texts };
  }
  if (type === "float") return { dtype: "<f8", data: Float64Array.from(elements, Number) };
  if (type === "bool") return { dtype: "|i1", data: Int8Array.from(elements, Number) };
  const isLong = elements.some((element) => Number(element) > 2147483647 || Number(element) < -2147483648);
  return isLong
    ? { dtype: "<i8", data: BigInt64Array.from(elements, (element) => BigInt(element)) }
    : { dtype: "<i4", data: Int32Array.from(elements, Number) };
}

/** Floats that differ by less than 1e-8 and 1e-5 of the new value are the same, as numpy's `isclose` has it. */
export function areClose(old: Elements | undefined, value: Elements): boolean {
  if (old === undefined || old.length !== value.length) return false;
  return value.every((element, index) => {
    const other = old[index] as Element;
    if (element === other) return true;
    if (typeof element === "string" || typeof other === "string") return false;
    const [a, b] = [Number(other), Number(element)];
    if (Number.isNaN(a) && Number.isNaN(b)) return true;
    if (Number.isInteger(a) && Number.isInteger(b)) return false;
    // A part of infinity is infinity: everything would be close to it.
    if (!Number.isFinite(b)) return false;
    return Math.abs(a - b) <= 1e-8 + 1e-5 * Math.abs(b);
  });
}

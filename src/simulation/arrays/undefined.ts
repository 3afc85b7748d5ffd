// Undefined: a value of each type that stands for none.

import type { AttributeType, SimulationArray } from "../types.ts";

export const undefinedBool = -128;
export const undefinedInt = -2147483648;
export const undefinedText = "_udf_";

type Test = (value: number | bigint | string) => boolean;

const never: Test = () => false;
const isNaNValue: Test = (value) => Number.isNaN(value);
const isUndefinedInt: Test = (value) => value === undefinedInt;
const isUndefinedBigInt: Test = (value) => value === -2147483648n;
const isUndefinedBool: Test = (value) => value === undefinedBool;
const isUndefinedText: Test = (value) => value === undefinedText;

/** What tells an undefined element; types too small for it, and unsigned ones, have none. */
export function undefinedTest(dtype: string): Test {
  const kind = dtype.slice(1);
  if (kind === "f8" || kind === "f4") return isNaNValue;
  if (kind === "i4") return isUndefinedInt;
  if (kind === "i8") return isUndefinedBigInt;
  if (kind === "i1") return isUndefinedBool;
  return kind.startsWith("U") ? isUndefinedText : never;
}

/** The value that stands for none in arrays of a type. */
export function undefinedOf(type: AttributeType): number | string {
  if (type === "str") return undefinedText;
  if (type === "float") return Number.NaN;
  return type === "bool" ? undefinedBool : undefinedInt;
}

/** For each entity whether its value is undefined: all components of [n, k]; of a ragged row any element. */
export function undefinedMask(array: SimulationArray): boolean[] {
  const test = undefinedTest(array.dtype);
  const { data, rowPtr } = array;
  const width = array.shape.slice(1).reduce((product, length) => product * length, 1);
  const isUndefined = (element: number): boolean => {
    if (width === 0) return false;
    for (let k = element * width; k < (element + 1) * width; k++) {
      if (!test(data[k] as number | bigint | string)) return false;
    }
    return true;
  };
  if (rowPtr === undefined)
    return Array.from({ length: array.shape[0] ?? 0 }, (_, index) => isUndefined(index));
  return Array.from({ length: Math.max(0, rowPtr.length - 1) }, (_, row) => {
    for (let element = Number(rowPtr[row]); element < Number(rowPtr[row + 1]); element++) {
      if (isUndefined(element)) return true;
    }
    return false;
  });
}

// An array -> JSON values of one attribute, null for undefined.

import type { AttributeType, SimulationArray } from "../types.ts";
import { typeOf } from "./typeOf.ts";
import { undefinedMask } from "./undefined.ts";

/** Whole numbers beyond 2^53 are exact as bigint. */
export type Value = string | number | bigint | boolean | null;
/** One value an entity, a list of components, or a ragged row of either. */
export type EntityValue = Value | Value[] | Value[][];

/**
 * @param type of the attribute, where it is known better than from this array
 *
 * @example
 * toValues({ dtype: "|i1", shape: [3], data: Int8Array.of(1, 0, -128) }, "bool"); // [true, false, null]
 */
export function toValues(array: SimulationArray, type: AttributeType | null = typeOf(array)): EntityValue[] {
  const { shape, rowPtr } = array;
  const elements = elementsOf(array, type);
  if (rowPtr === undefined) {
    const isUndefined = undefinedMask(array);
    return Array.from({ length: shape[0] ?? 0 }, (_, index) =>
      isUndefined[index] === true ? null : (elements[index] as Value | Value[]),
    );
  }
  const isUndefined = undefinedMask(array);
  return isUndefined.map((none, row) =>
    none ? null : (elements.slice(Number(rowPtr[row]), Number(rowPtr[row + 1])) as Value[] | Value[][]),
  );
}

/** Along the first axis. */
function elementsOf(array: SimulationArray, type: AttributeType | null): (Value | Value[])[] {
  const { data, shape } = array;
  const width = shape.slice(1).reduce((product, length) => product * length, 1);
  const isUndefined = undefinedMask({ dtype: array.dtype, data, shape: [data.length] });
  const values = Array.from(data as ArrayLike<number | bigint | string>, (value, index) =>
    isUndefined[index] === true ? null : toValue(value, type),
  );
  if (shape.length === 1) return values;
  return Array.from({ length: shape[0] ?? 0 }, (_, index) =>
    values.slice(index * width, (index + 1) * width),
  );
}

function toValue(value: number | bigint | string, type: AttributeType | null): Value {
  if (type === "bool") return Number(value) !== 0;
  if (typeof value !== "bigint") return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

// The same values in the dtype of another type, so that arrays of one attribute can be put together.

import { CopycatError } from "../../errors.ts";
import type { AttributeType, NumberArray, SimulationArray } from "../types.ts";
import { textDtype } from "./bytes.ts";
import { undefinedOf, undefinedTest } from "./undefined.ts";

/**
 * `|i1` of bools, `<i4` of whole numbers or `<i8` where they need it, `<f8` of floats, `<U...` of texts. Undefined stays
 * undefined. The array itself where it is like that already.
 *
 * @throws CopycatError INVALID_INPUT when a value has no like in the type
 */
export function convertArray(array: SimulationArray, type: AttributeType): SimulationArray {
  const { dtype, data } = array;
  if (isCanonical(dtype, type)) return array;
  const isUndefined = undefinedTest(dtype);
  const none = undefinedOf(type);
  const values: (number | bigint | string)[] = [];
  for (const value of data) values.push(isUndefined(value) ? none : value);
  if (type === "str") {
    const texts = values.map((value) => (typeof value === "string" ? value : refuse(value, type)));
    return { ...array, dtype: textDtype(texts), data: texts };
  }
  const numbers = values.map((value) => (typeof value === "string" ? refuse(value, type) : value));
  return { ...array, ...fromNumbers(numbers, type) };
}

function isCanonical(dtype: string, type: AttributeType): boolean {
  if (type === "str") return dtype.startsWith("<U");
  if (type === "int") return dtype === "<i4" || dtype === "<i8";
  return dtype === (type === "bool" ? "|i1" : "<f8");
}

function fromNumbers(
  numbers: readonly (number | bigint)[],
  type: AttributeType,
): { dtype: string; data: NumberArray } {
  if (type === "float") return { dtype: "<f8", data: Float64Array.from(numbers, Number) };
  if (type === "bool") return { dtype: "|i1", data: Int8Array.from(numbers, Number) };
  const whole = numbers.map((number) => (Number.isInteger(Number(number)) ? number : refuse(number, type)));
  const isLong = whole.some((number) => number > 2147483647 || number < -2147483648);
  if (isLong) return { dtype: "<i8", data: BigInt64Array.from(whole, toInt64) };
  return { dtype: "<i4", data: Int32Array.from(whole, Number) };
}

/** Typed arrays would take the lowest 64 bits of what is larger. */
function toInt64(number: number | bigint): bigint {
  const value = BigInt(number);
  return BigInt.asIntN(64, value) === value ? value : refuse(number, "int");
}

function refuse(value: number | bigint | string, type: AttributeType): never {
  throw new CopycatError(
    "INVALID_INPUT",
    `${JSON.stringify(String(value))} is no value of the type ${type}.`,
  );
}

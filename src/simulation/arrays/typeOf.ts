// What the values of an array are.

import type { AttributeType, SimulationArray } from "../types.ts";
import { undefinedTest } from "./undefined.ts";

/** Null when the array is empty or holds nothing but undefined values: it says nothing of its attribute. */
export function typeOf({ dtype, data }: SimulationArray): AttributeType | null {
  const kind = dtype.slice(1);
  if (kind === "b1") return data.length === 0 ? null : "bool";
  const isUndefined = undefinedTest(dtype);
  const has = (test: (value: number | bigint | string) => boolean): boolean => {
    for (const value of data) if (test(value)) return true;
    return false;
  };
  if (!has((value) => !isUndefined(value))) return null;
  if (kind.startsWith("U")) return "str";
  if (kind.startsWith("f")) return "float";
  // The source of these formats keeps bools so and nothing else; a file of somebody else's may have small numbers in it.
  if (kind === "i1")
    return has((value) => value !== 0 && value !== 1 && !isUndefined(value)) ? "int" : "bool";
  return "int";
}

/** The type that holds the values of both; null where neither is known, undefined where there is none. */
export function commonType(
  a: AttributeType | null,
  b: AttributeType | null,
): AttributeType | null | undefined {
  if (a === b || b === null) return a;
  if (a === null) return b;
  const isNumber = (type: AttributeType): boolean => type === "int" || type === "float";
  return isNumber(a) && isNumber(b) ? "float" : undefined;
}

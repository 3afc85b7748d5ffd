// Results as JSON values.

import { type EntityValue, toValues, type Value } from "../arrays/index.ts";
import type { AttributeType, JsonValue, SimulationArray } from "../types.ts";

/** Values of one attribute, and what they mean. */
export interface AttributeValues {
  /** Null when all of them are undefined. */
  type: AttributeType | null;
  array: SimulationArray;
  /** Names of the values 0, 1, ...; null when the attribute has no enum. */
  enumNames: readonly string[] | null;
  /** A value that stands for something else, "no data" mostly; null when there is none. */
  special: JsonValue;
}

export interface ValuesOptions {
  /** Whole numbers of an enum as their names; default false. */
  asNames?: boolean;
}

/**
 * One value for each row, null where it is undefined; a list for components and for ragged rows.
 *
 * @example
 * const state = await dataset.getState("segments", { at: 10 });
 * valuesOf(state.attributes.get("speed")); // [50, 60, null]
 */
export function valuesOf(values: AttributeValues | undefined, options: ValuesOptions = {}): EntityValue[] {
  if (values === undefined) return [];
  const { array, type, enumNames } = values;
  const plain = toValues(array, type);
  const isNamed = options.asNames === true && enumNames !== null && type === "int";
  return isNamed ? (named(plain, enumNames) as EntityValue[]) : plain;
}

/** A number that has no name stays what it is. */
function named(value: EntityValue | EntityValue[], names: readonly string[]): EntityValue | EntityValue[] {
  if (Array.isArray(value)) return value.map((part) => named(part, names) as Value);
  return typeof value === "number" ? (names[value] ?? value) : value;
}

/** Flat data, and where rows begin in it if they are ragged. */
export interface JsonArray {
  data: JsonValue[];
  indptr?: number[];
}

/** As `valuesOf`, but ragged rows stay flat with their offsets. Whole numbers beyond 2^53, and infinity, become texts: JSON has no others. */
export function toJsonArray(values: AttributeValues, options: ValuesOptions = {}): JsonArray {
  const { rowPtr, ...flat } = values.array;
  const data = valuesOf({ ...values, array: flat }, options).map(toJson);
  return rowPtr === undefined ? { data } : { data, indptr: Array.from(rowPtr as ArrayLike<number>, Number) };
}

/** Rows as lists, for JSON. */
export function toJsonValues(values: AttributeValues, options: ValuesOptions = {}): JsonValue[] {
  return valuesOf(values, options).map(toJson);
}

function toJson(value: EntityValue): JsonValue {
  if (Array.isArray(value)) return value.map((part) => toJson(part));
  const isSayable = typeof value === "number" ? Number.isFinite(value) : typeof value !== "bigint";
  return isSayable ? (value as JsonValue) : String(value);
}

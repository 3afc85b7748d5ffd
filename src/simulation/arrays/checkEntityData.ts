// What a program hands to the store: checked before anything is sent, and named by its path where it will not do.

import { CopycatError } from "../../errors.ts";
import type { EntityData, GroupData, NumberArray, SimulationArray } from "../types.ts";
import { dtypeOf } from "./dtype.ts";
import { fromValues } from "./fromValues.ts";
import { isRowPtr } from "./rowPtr.ts";

/** `row_ptr` may be written in four ways; the others are those of other programs. */
export const rowPtrKeys: readonly string[] = ["row_ptr", "rowptr", "indptr", "ind_ptr", "rowPtr"];

/**
 * `{ group: { attribute: { data, row_ptr?, dtype?, shape? } } }`, or the same as Maps of arrays.
 *
 * `data` is a typed array, or a list of numbers, of booleans or of texts; undefined values are written as such (NaN,
 * -2147483648, -128, "_udf_"): null and objects are refused, because a list that holds them has no type. Lists of lists
 * of one length are [n, k]. Lists of one group are of one length.
 *
 * @throws CopycatError INVALID_INPUT with the path: `segments.speed.data[3] is null`
 */
export function checkEntityData(input: unknown): EntityData {
  const groups = new Map<string, GroupData>();
  for (const [group, attributes] of entriesOf(input, "The entity data")) {
    const arrays = new Map<string, SimulationArray>();
    for (const [attribute, value] of entriesOf(attributes, group)) {
      arrays.set(attribute, checkArray(value, `${group}.${attribute}`));
    }
    checkLengths(arrays, group);
    groups.set(group, arrays);
  }
  return groups;
}

function entriesOf(value: unknown, path: string): [string, unknown][] {
  if (value instanceof Map) return [...value];
  if (typeof value !== "object" || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) {
    throw refuse(`${path} must be an object with a name for each of its parts`);
  }
  return Object.entries(value);
}

function checkArray(value: unknown, path: string): SimulationArray {
  const parts = new Map(entriesOf(value, path));
  const data = parts.get("data");
  const array = ArrayBuffer.isView(data)
    ? checkTyped(data, parts, path)
    : checkList(data, parts.get("shape"), path);
  const key = rowPtrKeys.find((name) => parts.get(name) !== undefined);
  return key === undefined
    ? array
    : { ...array, rowPtr: checkRowPtr(parts.get(key), array, `${path}.${key}`) };
}

function checkTyped(data: ArrayBufferView, parts: Map<string, unknown>, path: string): SimulationArray {
  if (data instanceof DataView || data instanceof Uint8ClampedArray) {
    throw refuse(`${path}.data is a ${data.constructor.name}; use a typed array of numbers`);
  }
  const numbers = data as NumberArray;
  const wished = parts.get("dtype");
  const own = dtypeOf(numbers);
  // Bools of numpy are bytes.
  const dtype = own === "|u1" && wished === "|b1" ? "|b1" : own;
  if (wished !== undefined && wished !== dtype) {
    throw refuse(`${path}.dtype is ${String(wished)}, while its data is ${own}`);
  }
  return { dtype, shape: checkShape(parts.get("shape"), numbers.length, path), data: numbers };
}

function checkShape(shape: unknown, length: number, path: string): number[] {
  if (shape === undefined) return [length];
  const axes = Array.isArray(shape) ? shape : [];
  const product = axes.reduce((product, axis) => product * axis, 1);
  if (
    axes.length === 0 ||
    !axes.every((axis) => Number.isSafeInteger(axis) && axis >= 0) ||
    product !== length
  ) {
    throw refuse(`${path}.shape is ${JSON.stringify(shape)}, which ${length} values do not fill`);
  }
  return axes;
}

function checkList(data: unknown, shape: unknown, path: string): SimulationArray {
  if (!Array.isArray(data)) throw refuse(`${path}.data must be a list or a typed array`);
  refuseNulls(data, `${path}.data`);
  const first: unknown = data[0];
  const array = fromValues(data, {
    path: `${path}.data`,
    ...(Array.isArray(first) ? { components: first.length } : {}),
  });
  return shape === undefined || Array.isArray(first)
    ? array
    : { ...array, shape: checkShape(shape, data.length, path) };
}

function refuseNulls(values: readonly unknown[], path: string): void {
  // By index: a hole in a list is none of its entries.
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (Array.isArray(value)) refuseNulls(value, `${path}[${index}]`);
    else if (value === null || value === undefined) {
      throw refuse(
        `${path}[${index}] is ${value}; write undefined values as NaN, -2147483648, -128 or "_udf_"`,
      );
    }
  }
}

function checkRowPtr(value: unknown, { shape }: SimulationArray, path: string): NumberArray {
  const given = ArrayBuffer.isView(value) ? (value as NumberArray) : null;
  if (given === null && !Array.isArray(value)) throw refuse(`${path} must be a list of offsets`);
  const offsets = Array.from((given ?? value) as ArrayLike<number | bigint>, Number);
  const total = shape[0] ?? 0;
  if (!isRowPtr(offsets, total)) {
    throw refuse(`${path} must begin with 0, never fall and end with ${total}, the number of elements`);
  }
  return given ?? Uint32Array.from(offsets);
}

/** Entities of an array: rows where it is ragged. */
export function entityCount({ shape, rowPtr }: SimulationArray): number {
  return rowPtr === undefined ? (shape[0] ?? 0) : rowPtr.length - 1;
}

function checkLengths(arrays: GroupData, group: string): void {
  let first: { attribute: string; length: number } | null = null;
  for (const [attribute, array] of arrays) {
    const length = entityCount(array);
    first ??= { attribute, length };
    if (length !== first.length) {
      throw refuse(
        `${group}.${attribute} is of ${length} entities, while ${group}.${first.attribute} is of ${first.length}`,
      );
    }
  }
}

function refuse(what: string): CopycatError {
  return new CopycatError("INVALID_INPUT", `${what}. Nothing was stored.`);
}

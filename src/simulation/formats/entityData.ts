// `{ group: { attribute: values } }` as JSON and MessagePack say it -> arrays.

import { CopycatError } from "../../errors.ts";
import {
  decodeArray,
  dtypeOf,
  entityCount,
  fromValues,
  isRowPtr,
  RefusedValue,
  rowPtrKeys,
} from "../arrays/index.ts";
import type { EntityData, GroupData, NumberArray, SimulationArray } from "../types.ts";
import { isObject, kindOf, Mistake, step } from "./mistake.ts";

/** Marks an array of numpy in MessagePack: `{ __np_encode_version__: 1, dtype, shape, data }`. */
const arrayMark = "__np_encode_version__";

export interface EntityDataOptions {
  /** Where the data stands in its document: `/roads`. */
  path: string;
  /** Groups without `id` are refused, as initial datasets have to name their entities. */
  needsIds?: boolean;
}

/**
 * Values of an attribute are a list (null is undefined, lists in it are ragged rows), an array of numpy, or an object of
 * both kinds with `data` and `row_ptr`.
 *
 * @throws Mistake with the path of the first value that will not do
 */
export function parseEntityData(value: unknown, { path, needsIds = false }: EntityDataOptions): EntityData {
  const groups = new Map<string, GroupData>();
  for (const [name, attributes] of membersOf(value, path)) {
    const place = path + step(name);
    const group = parseGroup(attributes, place);
    if (needsIds && !group.has("id")) {
      throw new Mistake("no_ids", place, "The group has no ids; give its entities an attribute `id`.");
    }
    groups.set(name, group);
  }
  return groups;
}

function parseGroup(value: unknown, path: string): GroupData {
  const group = new Map<string, SimulationArray>();
  for (const [name, values] of membersOf(value, path)) {
    group.set(name, parseArray(values, path + step(name)));
  }
  checkLengths(group, path);
  return group;
}

function membersOf(value: unknown, path: string): [string, unknown][] {
  if (isObject(value)) return Object.entries(value);
  throw new Mistake("not_an_object", path, `Expected an object, found ${kindOf(value)}.`);
}

/** All attributes of a group are of the same entities. */
export function checkLengths(group: GroupData, path: string): void {
  const [first] = group;
  if (first === undefined) return;
  const length = entityCount(first[1]);
  for (const [name, array] of group) {
    if (entityCount(array) === length) continue;
    throw new Mistake(
      "wrong_length",
      path + step(name),
      `The attribute has ${entityCount(array)} values, while "${first[0]}" has ${length}.`,
    );
  }
}

function parseArray(value: unknown, path: string): SimulationArray {
  if (Array.isArray(value)) return fromList(value, path);
  if (isObject(value)) {
    if (arrayMark in value) return parseNumpy(value, path);
    if ("data" in value) return parseRagged(value, path);
  }
  throw new Mistake("not_a_list", path, `Expected a list of values, found ${kindOf(value)}.`);
}

function fromList(values: readonly unknown[], path: string): SimulationArray {
  try {
    return fromValues(values, { path });
  } catch (error) {
    if (!(error instanceof RefusedValue)) throw error;
    throw new Mistake("invalid_value", error.path, error.message);
  }
}

function parseRagged(value: Record<string, unknown>, path: string): SimulationArray {
  const { data } = value;
  const array = isObject(data) || Array.isArray(data) ? parseArray(data, `${path}/data`) : null;
  if (array === null || array.rowPtr !== undefined) {
    throw new Mistake("not_a_list", `${path}/data`, "Expected a list of values that are no lists.");
  }
  const key = rowPtrKeys.find((name) => value[name] !== undefined && value[name] !== null);
  if (key === undefined) return array;
  const offsets = parseArray(value[key], `${path}/${key}`);
  return { ...array, rowPtr: checkRowPtr(offsets, array, `${path}/${key}`) };
}

/** @throws Mistake when offsets are none, or not those of the array */
export function checkRowPtr(
  { data }: SimulationArray,
  { shape }: SimulationArray,
  path: string,
): NumberArray {
  const elements = shape[0] ?? 0;
  if (isOffsets(data) && isRowPtr(data, elements)) return toOffsets(data);
  throw new Mistake(
    "invalid_row_ptr",
    path,
    `The row pointers must begin with 0, never fall and end with ${elements}, the number of elements.`,
  );
}

function isOffsets(data: NumberArray | readonly string[]): data is NumberArray {
  return ArrayBuffer.isView(data);
}

/** Those of a list are Int32Array, or floats when there are none: numpy's are kept as they are. */
function toOffsets(data: NumberArray): NumberArray {
  return dtypeOf(data) === "<i4" || dtypeOf(data) === "<f8" ? Uint32Array.from(data as Int32Array) : data;
}

function parseNumpy(value: Record<string, unknown>, path: string): SimulationArray {
  const { dtype, shape, data } = value;
  const axes = Array.isArray(shape) ? shape : [shape];
  if (typeof dtype !== "string" || !(data instanceof Uint8Array) || !isShape(axes)) {
    throw new Mistake(
      "invalid_array",
      path,
      "The array must have a dtype (text), a shape (list of lengths) and data (bytes).",
    );
  }
  return decodeNumpy({ dtype, shape: axes, bytes: data }, path);
}

export function isShape(axes: readonly unknown[]): axes is number[] {
  return axes.length > 0 && axes.every((axis) => Number.isSafeInteger(axis) && Number(axis) >= 0);
}

/** @throws Mistake when dtype, shape and bytes do not agree, or the dtype has no values (`|O`: pointers of a process) */
export function decodeNumpy(
  { dtype, shape, bytes }: { dtype: string; shape: readonly number[]; bytes: Uint8Array },
  path: string,
): SimulationArray {
  if (/^\|?O/.test(dtype)) {
    throw new Mistake(
      "lost_values",
      path,
      "The array has the dtype object: numpy wrote addresses of its memory instead of values, so that they are lost.",
    );
  }
  // Strings of no characters have no bytes; numpy's `<U0` is one of them.
  if (/^[<>]U0$/.test(dtype)) {
    const length = shape.reduce((product, axis) => product * axis, 1);
    return { dtype: "<U1", shape, data: new Array<string>(length).fill("") };
  }
  try {
    return { shape, ...decodeArray(dtype, shape, bytes) };
  } catch (error) {
    if (!(error instanceof CopycatError)) throw error;
    throw new Mistake("invalid_array", path, error.message);
  }
}

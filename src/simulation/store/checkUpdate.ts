// One update as it comes: is it whole in itself?

import { CopycatError } from "../../errors.ts";
import { checkEntityData, dtypeOf, entityCount, isRowPtr, parseDtype, textWidth } from "../arrays/index.ts";
import type { EntityData, NumberArray, SimulationArray, SimulationUpdate } from "../types.ts";
import { type ArrayFacts, arrayFacts } from "./arrayFacts.ts";
import type { SharedArray } from "./sharedArrays.ts";
import { plainBytes } from "./storedArray.ts";

/** What is learnt of it on its way is written into it: copies of many small objects are what V8 spends its time on. */
export interface CheckedArray {
  group: string;
  attribute: string;
  array: SimulationArray;
  facts: ArrayFacts;
  /** 0 until it is resolved. */
  attributeId: number;
  /** What it is stored as when updates share it. */
  shared: SharedArray | null;
}

export interface CheckedUpdate {
  /** 0 until it is to go in. */
  id: number;
  /** 0 until it is resolved. */
  datasetId: number;
  /** Place in the input. */
  position: number;
  dataset: string;
  timestamp: number;
  iteration: number;
  origin: string | null;
  arrays: CheckedArray[];
  /** Of the arrays as they are. */
  bytes: number;
  /** What was given, for the message when it is refused later. */
  source: SimulationUpdate;
}

/** As a program may write it: `data` is what `checkEntityData` takes. */
export interface UpdateInput {
  dataset: string;
  timestamp: number;
  iteration?: number;
  origin?: string | null;
  data: unknown;
}

/** @throws CopycatError INVALID_INPUT */
export function checkUpdate(input: UpdateInput, position: number): CheckedUpdate {
  const { dataset, timestamp, iteration = 0 } = input;
  const origin = input.origin === "" ? null : (input.origin ?? null);
  checkName(dataset, "The name of the dataset");
  if (!Number.isSafeInteger(timestamp)) throw refuse(`The timestamp ${timestamp} is no whole number`);
  if (!Number.isSafeInteger(iteration) || Math.abs(iteration) > 2147483647) {
    throw refuse(`The iteration ${iteration} is no whole number of 32 bits`);
  }
  if (origin !== null) checkName(origin, "The origin");
  const data = isEntityData(input.data) ? input.data : checkEntityData(input.data);
  const { arrays, bytes } = checkArrays(data);
  const source = { dataset, timestamp, iteration, origin, data };
  return { id: 0, datasetId: 0, position, dataset, timestamp, iteration, origin, arrays, bytes, source };
}

/** Maps of arrays are what readers of files make: they are not made anew. */
function isEntityData(data: unknown): data is EntityData {
  if (!(data instanceof Map)) return false;
  for (const group of data.values()) {
    if (!(group instanceof Map)) return false;
    for (const array of group.values() as Iterable<unknown>) {
      if (typeof array !== "object" || array === null || !("dtype" in array) || !("shape" in array))
        return false;
    }
  }
  return true;
}

export function checkArrays(data: EntityData): { arrays: CheckedArray[]; bytes: number } {
  const arrays: CheckedArray[] = [];
  let bytes = 0;
  for (const [group, attributes] of data) {
    checkName(group, "The name of a group");
    let count = -1;
    for (const [attribute, array] of attributes) {
      checkName(attribute, `The name of an attribute of ${group}`);
      checkArray(array, `${group}.${attribute}`);
      const own = entityCount(array);
      if (count === -1) count = own;
      else if (own !== count) {
        throw refuse(
          `${group}.${attribute} is of ${own} entities, while what stands before it is of ${count}`,
        );
      }
      arrays.push({ group, attribute, array, facts: arrayFacts(array), attributeId: 0, shared: null });
      bytes += plainBytes(array);
    }
  }
  return { arrays, bytes };
}

function checkArray({ dtype, shape, data, rowPtr }: SimulationArray, path: string): void {
  let length = 1;
  for (const axis of shape) length *= axis;
  if (shape.length === 0 || length !== data.length) {
    throw refuse(`${path} has the shape [${shape.join(", ")}], which ${data.length} values do not fill`);
  }
  if (!shape.every((axis) => Number.isSafeInteger(axis) && axis >= 0)) {
    throw refuse(`${path} has the shape [${shape.join(", ")}]`);
  }
  if (!isOfType(dtype, data)) throw refuse(`${path} is no array of the type ${dtype}`);
  if (data instanceof BigUint64Array && data.some((value) => value > 9223372036854775807n)) {
    throw refuse(`${path} has a whole number that does not fit in int64`);
  }
  if (rowPtr === undefined) return;
  if (!isRowPtr(rowPtr, shape[0] as number)) {
    throw refuse(`${path} has row pointers that do not begin with 0, never fall and end with ${shape[0]}`);
  }
}

/** In the order of this machine, as typed arrays are. */
function isOfType(dtype: string, data: SimulationArray["data"]): boolean {
  const { kind, itemBytes } = parseDtype(dtype);
  if (!ArrayBuffer.isView(data))
    return kind === "U" && dtype.startsWith("<") && textWidth(data) * 4 <= itemBytes;
  return dtype === "|b1" ? data instanceof Uint8Array : dtype === dtypeOf(data as NumberArray);
}

/** Names stand in indexes, whose rows hold 2.7 kB. */
const mostNameBytes = 1000;

/** Names that were found good: every update brings the same few again. */
const goodNames = new Set<unknown>();
const mostGoodNames = 10_000;

export function checkName(name: unknown, what: string): void {
  if (goodNames.has(name)) return;
  if (typeof name !== "string" || name === "") throw refuse(`${what} must be a text that is not empty`);
  if (Buffer.byteLength(name) > mostNameBytes) {
    throw refuse(
      `${what}, ${JSON.stringify(`${name.slice(0, 40)}...`)}, is longer than ${mostNameBytes} bytes`,
    );
  }
  // PostgreSQL's texts hold neither NUL nor half of a surrogate pair.
  if (/\0|\p{Surrogate}/u.test(name)) {
    throw refuse(`${what}, ${JSON.stringify(name)}, has a character that cannot be stored`);
  }
  if (goodNames.size < mostGoodNames) goodNames.add(name);
}

function refuse(what: string): CopycatError {
  return new CopycatError("INVALID_INPUT", `${what}. Nothing of this update was stored.`);
}

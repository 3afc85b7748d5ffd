// JSON values of one attribute -> an array. Null stands for undefined, lists within the list for ragged rows.

import { CopycatError } from "../../errors.ts";
import type { AttributeType, NumberArray, SimulationArray } from "../types.ts";
import { textDtype } from "./bytes.ts";
import { commonType } from "./typeOf.ts";
import { undefinedOf } from "./undefined.ts";

export interface FromValuesOptions {
  /** What the attribute is known to be; values that do not fit are refused, whole numbers become floats. */
  type?: AttributeType | null;
  /** Rows have so many components each, and are not ragged. */
  components?: number;
  /** Where the values stand, for messages: `segments.speed`. */
  path?: string;
}

/**
 * The type is that of all values, not of the first: whole numbers among floats are floats. A column of nulls alone, or
 * an empty one, becomes floats unless the type is known.
 *
 * @returns [n], [n, components], or ragged with elements [m] or [m, k]
 * @throws RefusedValue, a CopycatError INVALID_INPUT with the path of the value: `segments.speed[3]`
 *
 * @example
 * fromValues([1, null]); // { dtype: "<i4", shape: [2], data: Int32Array [1, -2147483648] }
 * fromValues([[1], [2, 2], null]); // { dtype: "<i4", shape: [4], data: [1, 2, 2, -2147483648], rowPtr: [0, 1, 3, 4] }
 */
export function fromValues(
  values: readonly unknown[],
  { type = null, components, path = "data" }: FromValuesOptions = {},
): SimulationArray {
  const isRagged = components === undefined && values.some(Array.isArray);
  if (isRagged) return fromRows(values, { type, path });
  if (components === undefined)
    return { ...makeArray(values, type, (index) => `${path}[${index}]`), shape: [values.length] };
  const flat = values.flatMap((row, index) => rowOf(row, components, `${path}[${index}]`));
  const place = (index: number): string =>
    `${path}[${Math.floor(index / components)}][${index % components}]`;
  return { ...makeArray(flat, type, place), shape: [values.length, components] };
}

function fromRows(
  rows: readonly unknown[],
  { type, path }: { type: AttributeType | null; path: string },
): SimulationArray {
  const elements: unknown[] = [];
  const places: string[] = [];
  const rowPtr = new Uint32Array(rows.length + 1);
  for (const [index, row] of rows.entries()) {
    if (row !== null && !Array.isArray(row)) {
      throw refuse(`${path}[${index}]`, "is no list, while other rows are");
    }
    for (const [place, element] of (row ?? [null]).entries()) {
      elements.push(element);
      places.push(`${path}[${index}][${place}]`);
    }
    rowPtr[index + 1] = elements.length;
  }
  const first = elements.find(Array.isArray) as unknown[] | undefined;
  if (first === undefined) {
    return {
      ...makeArray(elements, type, (index) => places[index] ?? path),
      shape: [elements.length],
      rowPtr,
    };
  }
  const width = first.length;
  const flat = elements.flatMap((element, index) => rowOf(element, width, places[index] ?? path));
  const place = (index: number): string => `${places[Math.floor(index / width)]}[${index % width}]`;
  return { ...makeArray(flat, type, place), shape: [elements.length, width], rowPtr };
}

/** An entity with components of which one is missing has none. */
function rowOf(row: unknown, components: number, path: string): readonly unknown[] {
  if (row === null) return new Array<null>(components).fill(null);
  if (!Array.isArray(row) || row.length !== components) {
    const what = Array.isArray(row) ? `has ${row.length} components` : "is no list";
    throw refuse(path, `${what}; a list of ${components} was expected: the data is not of the right shape`);
  }
  return row.includes(null) ? new Array<null>(components).fill(null) : row;
}

function makeArray(
  values: readonly unknown[],
  known: AttributeType | null,
  place: (index: number) => string,
): { dtype: string; data: NumberArray | string[] } {
  const { type, isLong } = learnType(values, known, place);
  const none = undefinedOf(type);
  if (type === "str") {
    const data = values.map((value) => (value === null ? (none as string) : (value as string)));
    return { dtype: textDtype(data), data };
  }
  if (type === "int" && isLong) {
    return {
      dtype: "<i8",
      data: BigInt64Array.from(values, (value) => BigInt((value ?? none) as number | bigint)),
    };
  }
  const { length } = values;
  if (type === "bool") return { dtype: "|i1", data: fill(new Int8Array(length), values, none as number) };
  if (type === "int") return { dtype: "<i4", data: fill(new Int32Array(length), values, none as number) };
  return { dtype: "<f8", data: fill(new Float64Array(length), values, none as number) };
}

/** A third of the time of `from` with a function. */
function fill<Data extends Int8Array | Int32Array | Float64Array>(
  data: Data,
  values: readonly unknown[],
  none: number,
): Data {
  for (let index = 0; index < data.length; index++) {
    const value = values[index];
    data[index] = value === null ? none : Number(value);
  }
  return data;
}

function learnType(
  values: readonly unknown[],
  known: AttributeType | null,
  place: (index: number) => string,
): { type: AttributeType; isLong: boolean } {
  let type = known;
  let isLong = false;
  // By index, and places only of mistakes: this is where the time of reading goes.
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (value === null) continue;
    const own = valueType(value);
    if (own === null) throw refuse(place(index), whyNone(value));
    if (own !== type) {
      const common = commonType(type, own);
      if (common === undefined || (known !== null && common !== known)) {
        throw refuse(place(index), `is ${describe(value)}, while the attribute holds ${names[type ?? own]}`);
      }
      type = common;
    }
    if (own === "int" && ((value as number) > 2147483647 || (value as number) < -2147483648)) {
      isLong = true;
      if (typeof value === "bigint" && BigInt.asIntN(64, value) !== value) {
        throw refuse(place(index), `is ${value}, which does not fit in int64`);
      }
    }
  }
  return { type: type ?? "float", isLong };
}

const names: Record<AttributeType, string> = {
  bool: "true and false",
  int: "whole numbers",
  float: "numbers",
  str: "texts",
};

/** Null for what no array can hold. */
function valueType(value: unknown): AttributeType | null {
  if (typeof value === "boolean") return "bool";
  // A whole number that is not exact any more is a float, as 1e300 is.
  if (typeof value === "number") return Number.isSafeInteger(value) ? "int" : "float";
  // From readers that keep what a number would blur.
  if (typeof value === "bigint") return "int";
  return typeof value === "string" && value.isWellFormed() && !value.endsWith("\0") ? "str" : null;
}

function whyNone(value: unknown): string {
  if (typeof value !== "string") return `is ${describe(value)}, which no array can hold`;
  if (!value.isWellFormed()) return "has half of a surrogate pair, which is no character";
  // The padding of numpy's texts is NUL, so that one at the end would be lost.
  return "ends in a NUL character, which numpy's texts cannot hold";
}

function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return `"${value.length > 40 ? `${value.slice(0, 40)}...` : value}"`;
  return typeof value === "object" ? "an object" : String(value);
}

/** INVALID_INPUT, with the place of the value for who puts it into words of his own. */
export class RefusedValue extends CopycatError {
  /** `segments.speed[3]` */
  readonly path: string;

  constructor(path: string, what: string) {
    super("INVALID_INPUT", `${path} ${what}.`);
    this.path = path;
  }
}

function refuse(path: string, what: string): RefusedValue {
  return new RefusedValue(path, what);
}

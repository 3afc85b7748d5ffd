// numpy's names of data types (numpy.org/doc/stable/reference/arrays.interface.html).

import { CopycatError } from "../../errors.ts";
import type { NumberArray } from "../types.ts";

export interface Dtype {
  /** bool, signed, unsigned, float, Unicode. */
  kind: "b" | "i" | "u" | "f" | "U";
  /** Of one element; of strings four for each character. */
  itemBytes: number;
  isBigEndian: boolean;
}

type NumberArrayType = {
  new (buffer: ArrayBuffer, byteOffset: number, length: number): NumberArray;
  readonly BYTES_PER_ELEMENT: number;
};

const numberTypes: Readonly<Record<string, NumberArrayType>> = {
  b1: Uint8Array,
  i1: Int8Array,
  u1: Uint8Array,
  i2: Int16Array,
  u2: Uint16Array,
  i4: Int32Array,
  u4: Uint32Array,
  i8: BigInt64Array,
  u8: BigUint64Array,
  f4: Float32Array,
  f8: Float64Array,
};

const parsed = new Map<string, Dtype>();
/** Texts have a type for each width, and a file may have any. */
const mostParsed = 1000;

/** @throws CopycatError INVALID_INPUT for a type that has no values here (objects, dates, complex numbers, half floats) */
export function parseDtype(text: string): Dtype {
  let dtype = parsed.get(text);
  if (dtype !== undefined) return dtype;
  dtype = parse(text);
  // It is asked for each array.
  if (parsed.size < mostParsed) parsed.set(text, dtype);
  return dtype;
}

function parse(text: string): Dtype {
  const [, order, kind, digits] = /^([<>|=])([biufU])(\d+)$/.exec(text) ?? [];
  const size = Number(digits);
  const isKnown = kind === "U" ? size > 0 : Object.hasOwn(numberTypes, `${kind}${digits}`);
  if (order === undefined || !isKnown) {
    throw new CopycatError(
      "INVALID_INPUT",
      `The data type "${text}" is none of bool, int8 to int64, uint8 to uint64, float32, float64 and Unicode text.`,
    );
  }
  return {
    kind: kind as Dtype["kind"],
    itemBytes: kind === "U" ? size * 4 : size,
    isBigEndian: order === ">",
  };
}

/** The array type of a numeric dtype, without its byte order: `f8`. */
export function numberType(dtype: string): NumberArrayType {
  const type = numberTypes[dtype.slice(1)];
  if (type === undefined) throw new CopycatError("INTERNAL", `${dtype} has no numbers.`);
  return type;
}

/** `<i4` of an Int32Array; a Uint8Array is `|u1`, never `|b1`. */
export function dtypeOf(data: NumberArray): string {
  if (data instanceof Int8Array) return "|i1";
  if (data instanceof Uint8Array) return "|u1";
  if (data instanceof Int16Array) return "<i2";
  if (data instanceof Uint16Array) return "<u2";
  if (data instanceof Int32Array) return "<i4";
  if (data instanceof Uint32Array) return "<u4";
  if (data instanceof BigInt64Array) return "<i8";
  if (data instanceof BigUint64Array) return "<u8";
  return data instanceof Float32Array ? "<f4" : "<f8";
}

// Arrays as reading gives them, made in memory.

import type { CatalogArray } from "../../../src/catalog/read/types.ts";
import {
  arrayValues,
  type DataType,
  type FieldOffsets,
  type ScalarDataType,
} from "../../../src/hdf5/index.ts";

type Kind = ScalarDataType["kind"];

/** "<f8", ">i4", "|S5". */
export function scalarType(code: string): ScalarDataType {
  const [order = "|", kind = "f", ...size] = code;
  const endianness = { "<": "little", ">": "big", "|": "not_applicable" }[
    order
  ] as ScalarDataType["endianness"];
  return { kind: kind as Kind, itemsize: Number(size.join("")), endianness, dt_units: null };
}

/** Fields one after the other, or at `offsets`. */
export function compoundType(
  fields: [name: string, type: DataType, shape?: number[]][],
  itemsize?: number,
): DataType {
  const sum = fields.reduce(
    (bytes, [, type, shape = []]) => shape.reduce((a, b) => a * b, type.itemsize) + bytes,
    0,
  );
  return {
    itemsize: itemsize ?? sum,
    fields: fields.map(([name, dtype, shape]) => ({ name, dtype, shape: shape ?? null })),
  };
}

export interface MadeArray {
  dataType: DataType;
  shape: number[];
  bytes?: Uint8Array;
  offsets?: FieldOffsets;
  path?: string;
}

export function makeArray({ dataType, shape, bytes, offsets, path = "/D/e/a" }: MadeArray): CatalogArray {
  const count = shape.reduce((product, length) => product * length, 1);
  const all = bytes ?? new Uint8Array(Math.min(count, 1000) * dataType.itemsize);
  const data = { dataType, bytes: all, ...(offsets === undefined ? {} : { offsets }) };
  return { path, shape, ...data, data: arrayValues(data) };
}

/** Numbers as little-endian float64. */
export function doubles(shape: number[], values: readonly number[]): CatalogArray {
  return makeArray({
    dataType: scalarType("<f8"),
    shape,
    bytes: new Uint8Array(Float64Array.from(values).buffer),
  });
}

export function singles(shape: number[], values: readonly number[]): CatalogArray {
  return makeArray({
    dataType: scalarType("<f4"),
    shape,
    bytes: new Uint8Array(Float32Array.from(values).buffer),
  });
}

export function texts(width: number, values: readonly string[]): CatalogArray {
  const bytes = Buffer.alloc(width * values.length);
  for (const [index, value] of values.entries()) bytes.write(value, index * width, width, "utf8");
  return makeArray({ dataType: scalarType(`|S${width}`), shape: [values.length], bytes });
}

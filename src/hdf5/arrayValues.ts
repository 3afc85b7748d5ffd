// Element bytes as JavaScript values: typed arrays for numbers, strings for text, objects for compounds.

import { endianness } from "node:os";
import { halfToNumber } from "./decode.ts";
import type { DataType, FieldOffsets, ScalarDataType, StructDataType } from "./types.ts";

export interface Complex {
  re: number;
  im: number;
}

export type ScalarValue = number | bigint | boolean | string | Complex | Uint8Array;

/** One element; a compound is an object, its fields with a shape are nested arrays. */
export type ElementValue = ScalarValue | ElementValue[] | { [field: string]: ElementValue };

export type NumberArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/**
 * All elements, row-major. Numbers are a typed array in the machine's own byte order: 64-bit integers as bigint,
 * booleans as 0 and 1, half floats as float32, complex ones as re, im, re, im. Text is an array of strings,
 * compounds an array of objects; what JavaScript has no type for (opaque, long double) stays bytes.
 */
export type ArrayValues = NumberArray | string[] | ElementValue[];

/** Elements as a reader gives them. */
export interface ElementBytes {
  dataType: DataType;
  bytes: Uint8Array;
  offsets?: FieldOffsets;
}

const isBigMachine = endianness() === "BE";

export function arrayValues({ dataType, bytes, offsets }: ElementBytes): ArrayValues {
  if ("fields" in dataType || dataType.kind === "S") {
    const read = elementReader(dataType, offsets);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const values = Array.from({ length: bytes.length / dataType.itemsize }, (_, index) =>
      read(view, index * dataType.itemsize),
    );
    return values;
  }
  const unit = dataType.kind === "c" ? dataType.itemsize / 2 : dataType.itemsize;
  const make = makers[`${dataType.kind === "c" ? "f" : dataType.kind}${unit}`];
  return make === undefined ? bytes : make(inOwnOrder(bytes, unit, dataType));
}

type Make = (bytes: Uint8Array<ArrayBuffer>) => NumberArray;

const makers: Record<string, Make | undefined> = {
  b1: (bytes) => bytes,
  i1: ({ buffer, byteOffset, length }) => new Int8Array(buffer, byteOffset, length),
  u1: (bytes) => bytes,
  i2: ({ buffer, byteOffset, length }) => new Int16Array(buffer, byteOffset, length / 2),
  u2: ({ buffer, byteOffset, length }) => new Uint16Array(buffer, byteOffset, length / 2),
  i4: ({ buffer, byteOffset, length }) => new Int32Array(buffer, byteOffset, length / 4),
  u4: ({ buffer, byteOffset, length }) => new Uint32Array(buffer, byteOffset, length / 4),
  i8: ({ buffer, byteOffset, length }) => new BigInt64Array(buffer, byteOffset, length / 8),
  u8: ({ buffer, byteOffset, length }) => new BigUint64Array(buffer, byteOffset, length / 8),
  f2: ({ buffer, byteOffset, length }) =>
    Float32Array.from(new Uint16Array(buffer, byteOffset, length / 2), halfToNumber),
  f4: ({ buffer, byteOffset, length }) => new Float32Array(buffer, byteOffset, length / 4),
  f8: ({ buffer, byteOffset, length }) => new Float64Array(buffer, byteOffset, length / 8),
};

/** The bytes themselves where they will do; a copy where they must be turned round, or lie where no array may start. */
function inOwnOrder(
  bytes: Uint8Array,
  unit: number,
  { endianness }: ScalarDataType,
): Uint8Array<ArrayBuffer> {
  const isTurned = endianness !== "not_applicable" && (endianness === "big") !== isBigMachine;
  if (!isTurned && bytes.byteOffset % unit === 0) return bytes as Uint8Array<ArrayBuffer>;
  const copy = bytes.slice() as Uint8Array<ArrayBuffer>;
  const swapped = Buffer.from(copy.buffer, copy.byteOffset, copy.length);
  if (isTurned && unit === 2) swapped.swap16();
  if (isTurned && unit === 4) swapped.swap32();
  if (isTurned && unit === 8) swapped.swap64();
  return copy;
}

export type ElementReader<Value> = (view: DataView, offset: number) => Value;

/** Reads single elements at any offset. */
export function elementReader(
  dataType: DataType,
  offsets?: FieldOffsets | null,
): ElementReader<ElementValue> {
  if (!("fields" in dataType)) return scalarReader(dataType);
  const fields = structFields(dataType, offsets).map((field) => ({
    ...field,
    read: elementReader(field.dataType, field.inner),
  }));
  return (view, offset) =>
    Object.fromEntries(
      fields.map(({ name, offset: at, shape, dataType: { itemsize }, read }) => {
        let position = offset + at;
        const next = (): ElementValue => {
          const value = read(view, position);
          position += itemsize;
          return value;
        };
        return [name, nest(shape, next)];
      }),
    );
}

/** Nests a flat run of values, row-major, by shape; [] is a single value. */
function nest(shape: readonly number[], next: () => ElementValue): ElementValue {
  const [length, ...rest] = shape;
  return length === undefined ? next() : Array.from({ length }, () => nest(rest, next));
}

export interface StructField {
  name: string;
  dataType: DataType;
  /** [] for a single value. */
  shape: number[];
  offset: number;
  inner: FieldOffsets | null;
}

/** The fields of a compound with their places. Without `offsets` they lie one after the other. */
export function structFields({ fields }: StructDataType, offsets?: FieldOffsets | null): StructField[] {
  let next = 0;
  return fields.map(({ name, dtype, shape }, index) => {
    const known = offsets?.[index];
    const offset = known?.offset ?? next;
    next = offset + dtype.itemsize * (shape ?? []).reduce((product, length) => product * length, 1);
    return { name, dataType: dtype, shape: shape ?? [], offset, inner: known?.inner ?? null };
  });
}

export function scalarReader({ kind, itemsize, endianness }: ScalarDataType): ElementReader<ScalarValue> {
  const little = endianness !== "big";
  switch (`${kind}${itemsize}`) {
    case "b1":
      return (view, offset) => view.getUint8(offset) !== 0;
    case "i1":
      return (view, offset) => view.getInt8(offset);
    case "u1":
      return (view, offset) => view.getUint8(offset);
    case "i2":
      return (view, offset) => view.getInt16(offset, little);
    case "u2":
      return (view, offset) => view.getUint16(offset, little);
    case "i4":
      return (view, offset) => view.getInt32(offset, little);
    case "u4":
      return (view, offset) => view.getUint32(offset, little);
    case "i8":
      return (view, offset) => view.getBigInt64(offset, little);
    case "u8":
      return (view, offset) => view.getBigUint64(offset, little);
    case "f2":
      return (view, offset) => halfToNumber(view.getUint16(offset, little));
    case "f4":
      return (view, offset) => view.getFloat32(offset, little);
    case "f8":
      return (view, offset) => view.getFloat64(offset, little);
    case "c8":
      return (view, at) => ({ re: view.getFloat32(at, little), im: view.getFloat32(at + 4, little) });
    case "c16":
      return (view, at) => ({ re: view.getFloat64(at, little), im: view.getFloat64(at + 8, little) });
    default:
      return kind === "S" ? textReader(itemsize) : (view, offset) => bytesAt(view, offset, itemsize).slice();
  }
}

/** As numpy ends a fixed string: without the NULs at its end. */
function textReader(itemsize: number): ElementReader<string> {
  return (view, offset) => {
    const bytes = bytesAt(view, offset, itemsize);
    let length = itemsize;
    while (length > 0 && bytes[length - 1] === 0) length--;
    return Buffer.from(bytes.buffer, bytes.byteOffset, length).toString("utf8");
  };
}

function bytesAt(view: DataView, offset: number, length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(view.buffer as ArrayBuffer, view.byteOffset + offset, length);
}

/** numpy's name of a data type: "float64", ">f4", "S12", "[('x', '<f4'), ('y', '<i4')]". */
export function dataTypeName(dataType: DataType): string {
  if ("fields" in dataType) {
    const fields = dataType.fields.map(({ name, dtype, shape }) => {
      const dimensions = shape === null ? "" : `, (${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
      const type = "fields" in dtype ? dataTypeName(dtype) : `'${typeCode(dtype).replace("|", "")}'`;
      return `('${name}', ${type}${dimensions})`;
    });
    return `[${fields.join(", ")}]`;
  }
  const { kind, itemsize, endianness: order } = dataType;
  const long = { b: "bool", i: "int", u: "uint", f: "float", c: "complex" }[kind as string];
  if (long === undefined || order === "big") return typeCode(dataType).replace(/^\|/, "");
  return long === "bool" ? long : `${long}${itemsize * 8}`;
}

/** numpy's code of a data type, byte order included: "<f8", "|S5", ">i4". */
export function typeCode({ kind, itemsize, endianness: order, dt_units }: ScalarDataType): string {
  const size = kind === "U" ? itemsize / 4 : itemsize;
  return `${{ little: "<", big: ">", not_applicable: "|" }[order]}${kind}${size}${dt_units ?? ""}`;
}

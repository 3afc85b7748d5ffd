// HDF5 types -> the data types that a Tiled server will see through h5py and numpy.

import { type NativeType, TypeClass } from "./native.ts";
import type { DataType, FieldOffsets, ScalarDataType } from "./types.ts";

/** A dataset's element, its own dimensions apart: an array type adds `innerShape` to the dataset's shape. */
export interface ElementType {
  dataType: DataType;
  innerShape: number[];
}

/** The reason when h5py knows no numpy type for it, or Tiled none for that. */
export type ElementTypeResult = ElementType | { unsupported: string };

/** Variable-length strings come out as S1; whoever reads the values widens them (`longestString`). */
export function elementTypeOf(type: NativeType): ElementTypeResult {
  const { base, innerShape } = unwrapArray(type);
  const dataType = base.type === TypeClass.compound ? compoundType(base) : scalarType(base);
  if (typeof dataType === "string") return { unsupported: dataType };
  if (innerShape.length > 0 && isObject(base)) {
    return { unsupported: "arrays of variable-length values or references have no numpy type" };
  }
  return { dataType, innerShape };
}

/** True for types that h5py can only give as Python objects: variable-length ones and references. */
export function isObject(type: NativeType): boolean {
  return type.vlen || type.type === TypeClass.variableLength || type.type === TypeClass.reference;
}

/** h5py's bool: an enumeration of exactly FALSE = 0 and TRUE = 1, whatever its base. */
export function isBoolean(type: NativeType): boolean {
  const members = type.enum_type?.members;
  return (
    members !== undefined && Object.keys(members).length === 2 && members.FALSE === 0 && members.TRUE === 1
  );
}

/** h5py's complex: a compound of two equal floats r and i. Gives the type of the parts. */
export function complexPart(type: NativeType): NativeType | undefined {
  const members = type.compound_type?.members;
  const [re, im] = members ?? [];
  if (!re || !im || members?.length !== 2 || re.name !== "r" || im.name !== "i") return undefined;
  const equal = re.type === im.type && re.size === im.size && re.littleEndian === im.littleEndian;
  return equal && re.type === TypeClass.float ? re : undefined;
}

/** Arrays of arrays are one array with all their dimensions, as in numpy. */
function unwrapArray(type: NativeType): { base: NativeType; innerShape: number[] } {
  const innerShape: number[] = [];
  let base = type;
  while (base.array_type) {
    innerShape.push(...base.array_type.shape);
    base = base.array_type;
  }
  return { base, innerShape };
}

function compoundType(type: NativeType): DataType | string {
  const part = complexPart(type);
  if (part) return complexOf(part.size, part.littleEndian);
  const fields = [];
  for (const member of type.compound_type?.members ?? []) {
    const { base, innerShape } = unwrapArray(member);
    if (isObject(base)) return `its field '${member.name}' has variable length or is a reference`;
    const dtype = base.type === TypeClass.compound ? compoundType(base) : scalarType(base);
    if (typeof dtype === "string") return `in its field '${member.name}' ${dtype}`;
    fields.push({ name: member.name, dtype, shape: innerShape.length > 0 ? innerShape : null });
  }
  return { itemsize: type.size, fields };
}

function scalarType(type: NativeType): ScalarDataType | string {
  switch (type.type) {
    case TypeClass.integer:
      return integerOf(type, type.signed ? "i" : "u");
    case TypeClass.enumeration:
      return isBoolean(type) ? plain("b", 1) : integerOf(type, type.signed ? "i" : "u");
    case TypeClass.bitfield:
      return integerOf(type, "u");
    case TypeClass.float:
      if (![2, 4, 8, 16].includes(type.size)) return `floats of ${type.size} bytes have no numpy type`;
      return ordered("f", type.size, type.littleEndian);
    case TypeClass.complex:
      return complexOf(type.size / 2, type.littleEndian);
    case TypeClass.string:
      return plain("S", type.vlen ? 1 : type.size);
    case TypeClass.opaque:
      return plain("V", type.size);
    case TypeClass.variableLength:
      // Tiled serves a placeholder of empty strings, which numpy makes one byte wide.
      return plain("S", 1);
    case TypeClass.reference:
      // 8 bytes are an object reference, 12 a region; h5py does not know HDF5 1.12's general reference.
      return type.size <= 12 ? plain("S", 1) : "HDF5 1.12 references have no numpy type";
    case TypeClass.time:
      return "the time type has no numpy type";
    default:
      return `type class ${type.type} is not known`;
  }
}

function integerOf(type: NativeType, kind: "i" | "u"): ScalarDataType | string {
  if (![1, 2, 4, 8].includes(type.size)) return `integers of ${type.size} bytes have no numpy type`;
  return type.size === 1 ? plain(kind, 1) : ordered(kind, type.size, type.littleEndian);
}

function complexOf(partBytes: number, littleEndian: boolean): ScalarDataType | string {
  if (![4, 8, 16].includes(partBytes))
    return `complex numbers of two ${partBytes}-byte floats have no numpy type`;
  return ordered("c", partBytes * 2, littleEndian);
}

function plain(kind: ScalarDataType["kind"], itemsize: number): ScalarDataType {
  return { endianness: "not_applicable", kind, itemsize, dt_units: null };
}

function ordered(kind: ScalarDataType["kind"], itemsize: number, littleEndian: boolean): ScalarDataType {
  return { endianness: littleEndian ? "little" : "big", kind, itemsize, dt_units: null };
}

/**
 * Where the fields of a compound lie in its element; null for anything else. A compound may have gaps, which the
 * data type does not tell.
 */
export function fieldOffsets(type: NativeType): FieldOffsets | null {
  const { base } = unwrapArray(type);
  if (base.type !== TypeClass.compound || complexPart(base)) return null;
  return (base.compound_type?.members ?? []).map((member) => ({
    offset: member.offset,
    inner: fieldOffsets(member),
  }));
}

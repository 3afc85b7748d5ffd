// Elements as they lie in memory -> JSON text, exact. A decoder is built once a type and then run per element.

import {
  arrayToJson,
  asJsonText,
  floatToJson,
  integerToJson,
  type JsonText,
  jsonNull,
  objectToJson,
  stringToJson,
} from "../json.ts";
import { complexPart, isBoolean } from "./dataType.ts";
import { type NativeType, TypeClass } from "./native.ts";

/** Where pointers and references in an element lead. */
export interface DecodeContext {
  /** The library's memory as it is now. */
  heap(): Uint8Array;
  resolveReference(bytes: Uint8Array, isObject: boolean): string | null;
}

export type Decoder = (view: DataView, offset: number) => JsonText;

const jsonTrue = asJsonText("true");
const jsonFalse = asJsonText("false");
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** For a type in memory (see byteOrder.ts); undefined when JSON cannot say it (opaque, time, long double). */
export function decoderFor(type: NativeType, context: DecodeContext): Decoder | undefined {
  switch (type.type) {
    case TypeClass.integer:
    case TypeClass.bitfield:
      return integerDecoder(type);
    case TypeClass.enumeration:
      return isBoolean(type) ? booleanDecoder(type) : integerDecoder(type);
    case TypeClass.float:
      return floatDecoder(type.size, type.littleEndian);
    case TypeClass.complex:
      return complexDecoder(type.size / 2, type.littleEndian);
    case TypeClass.string:
      return type.vlen ? pointerDecoder(context) : fixedStringDecoder(type);
    case TypeClass.reference:
      return (view, offset) => {
        const path = context.resolveReference(bytesOf(view, offset, type.size), type.ref_type === "object");
        return path === null ? jsonNull : stringToJson(path);
      };
    case TypeClass.array:
      return type.array_type && arrayDecoder(type.array_type, context);
    case TypeClass.variableLength:
      return type.vlen_type && sequenceDecoder(type.vlen_type, context);
    case TypeClass.compound: {
      const part = complexPart(type);
      return part ? complexDecoder(part.size, part.littleEndian) : compoundDecoder(type, context);
    }
    default:
      return undefined;
  }
}

const maxEmptyRows = 1000;

/** Nests a flat run of values, row-major, by shape; a shape of [] is a single value. */
export function nestJson(shape: readonly number[], next: () => JsonText): JsonText {
  const [length, ...rest] = shape;
  if (length === undefined) return next();
  // A shape like [10^9, 0] has no elements, but would be a gigabyte of brackets.
  if (length > maxEmptyRows && rest.includes(0)) return arrayToJson([]);
  return arrayToJson(Array.from({ length }, () => nestJson(rest, next)));
}

/** UTF-8 with U+FFFD for what is none, and without U+0000, which jsonb does not take. */
export function textToJson(bytes: Uint8Array): JsonText {
  return stringToJson(utf8.decode(bytes).replaceAll("\u0000", ""));
}

function integerDecoder({ size, signed, type, littleEndian: little }: NativeType): Decoder | undefined {
  const key = `${signed && type !== TypeClass.bitfield ? "i" : "u"}${size}`;
  switch (key) {
    case "i1":
      return (view, offset) => integerToJson(view.getInt8(offset));
    case "u1":
      return (view, offset) => integerToJson(view.getUint8(offset));
    case "i2":
      return (view, offset) => integerToJson(view.getInt16(offset, little));
    case "u2":
      return (view, offset) => integerToJson(view.getUint16(offset, little));
    case "i4":
      return (view, offset) => integerToJson(view.getInt32(offset, little));
    case "u4":
      return (view, offset) => integerToJson(view.getUint32(offset, little));
    case "i8":
      return (view, offset) => integerToJson(view.getBigInt64(offset, little));
    case "u8":
      return (view, offset) => integerToJson(view.getBigUint64(offset, little));
    default:
      return undefined;
  }
}

function booleanDecoder({ size }: NativeType): Decoder {
  return (view, offset) => (bytesOf(view, offset, size).some((byte) => byte !== 0) ? jsonTrue : jsonFalse);
}

function floatDecoder(size: number, little: boolean): Decoder | undefined {
  if (size === 8) return (view, offset) => floatToJson(view.getFloat64(offset, little));
  if (size === 4) return (view, offset) => floatToJson(view.getFloat32(offset, little));
  if (size === 2) return (view, offset) => floatToJson(halfToNumber(view.getUint16(offset, little)));
  return undefined;
}

/** IEEE 754 binary16; DataView.getFloat16 came after Node 20. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

function complexDecoder(partBytes: number, little: boolean): Decoder | undefined {
  const part = floatDecoder(partBytes, little);
  return part && ((view, offset) => arrayToJson([part(view, offset), part(view, offset + partBytes)]));
}

/** NUL-terminated, NUL-padded or space-padded, as HDF5 itself cuts them when it converts strings. */
function fixedStringDecoder({ size, strpad }: NativeType): Decoder {
  return (view, offset) => {
    const bytes = bytesOf(view, offset, size);
    if (strpad === 0) return textToJson(untilNul(bytes));
    const padding = strpad === 2 ? 0x20 : 0;
    let length = size;
    while (length > 0 && bytes[length - 1] === padding) length--;
    return textToJson(bytes.subarray(0, length));
  };
}

function pointerDecoder(context: DecodeContext): Decoder {
  return (view, offset) => textToJson(stringAt(context.heap(), view.getUint32(offset, true)));
}

/** The bytes of a NUL-terminated string in the library's memory; none for a null pointer. */
export function stringAt(heap: Uint8Array, pointer: number): Uint8Array {
  return pointer === 0 ? heap.subarray(0, 0) : heap.subarray(pointer, heap.indexOf(0, pointer));
}

function arrayDecoder(base: NativeType & { shape: number[] }, context: DecodeContext): Decoder | undefined {
  const element = decoderFor(base, context);
  if (!element) return undefined;
  return (view, offset) => {
    let position = offset;
    return nestJson(base.shape, () => {
      const text = element(view, position);
      position += base.size;
      return text;
    });
  };
}

/** A sequence in memory is its length and a pointer, 4 bytes each. */
function sequenceDecoder(base: NativeType, context: DecodeContext): Decoder | undefined {
  const element = decoderFor(base, context);
  if (!element) return undefined;
  return (view, offset) => {
    const length = view.getUint32(offset, true);
    const pointer = view.getUint32(offset + 4, true);
    // A copy: resolving a reference may grow the library's memory and take a view's buffer away.
    const bytes = context.heap().slice(pointer, pointer + length * base.size);
    const items = new DataView(bytes.buffer);
    return arrayToJson(Array.from({ length }, (_, index) => element(items, index * base.size)));
  };
}

function compoundDecoder(type: NativeType, context: DecodeContext): Decoder | undefined {
  const fields: { name: string; offset: number; decode: Decoder }[] = [];
  for (const member of type.compound_type?.members ?? []) {
    const decode = decoderFor(member, context);
    if (!decode) return undefined;
    fields.push({ name: member.name.replaceAll("\u0000", ""), offset: member.offset, decode });
  }
  return (view, offset) =>
    objectToJson(fields.map(({ name, offset: at, decode }) => [name, decode(view, offset + at)] as const));
}

function untilNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

function bytesOf(view: DataView, offset: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + offset, length);
}

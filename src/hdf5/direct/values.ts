// Values that lie plainly in the file: attributes, scalars, small contiguous arrays, strings in global heaps.
// Format specification, sections III.E and IV.A.2.m.

import { type JsonText, jsonNull, stringToJson } from "../../json.ts";
import { decoderFor, nestJson, textToJson } from "../decode.ts";
import type { NativeType } from "../native.ts";
import { elementCount } from "../slabs.ts";
import { type FileBytes, length, refuse } from "./bytes.ts";
import { readDataspace, readDatatype } from "./messages.ts";

/** A variable-length string in the file: its length, the address of a heap and an index in it. */
const stringReferenceBytes = 16;

const noPointers = {
  heap: () => refuse("a pointer"),
  resolveReference: () => refuse("a reference"),
};

/** How many bytes the values of a type and shape take in the file. */
export function valueBytes(type: NativeType, shape: readonly number[]): number {
  return (type.vlen ? stringReferenceBytes : type.size) * elementCount(shape);
}

/** Values as JSON; undefined when JSON cannot say them. */
export function valuesToJson(
  file: FileBytes,
  { type, shape, bytes }: { type: NativeType; shape: readonly number[]; bytes: Buffer },
): JsonText | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let offset = 0;
  if (type.vlen) {
    return nestJson(shape, () => {
      const text = heapString(file, bytes, offset);
      offset += stringReferenceBytes;
      return text;
    });
  }
  const decode = decoderFor(type, noPointers);
  if (!decode) return undefined;
  return nestJson(shape, () => {
    const text = decode(view, offset);
    offset += type.size;
    return text;
  });
}

/** The lengths in bytes of variable-length strings. */
export function stringLengths(file: FileBytes, bytes: Buffer): number[] {
  return Array.from({ length: bytes.length / stringReferenceBytes }, (_, index) => {
    const found = heapObject(file, bytes, index * stringReferenceBytes);
    const end = found.indexOf(0);
    return end < 0 ? found.length : end;
  });
}

/** Name and value of an attribute message; the value is undefined when JSON cannot say it or it is too long. */
export function readAttribute(
  file: FileBytes,
  view: DataView,
  maxElements: number,
): { name: string; value: JsonText | undefined } {
  const version = view.getUint8(0);
  if (version < 1 || version > 3) refuse("a new attribute");
  if (version > 1 && view.getUint8(1) !== 0) refuse("an attribute with a committed type");
  const sizes = [2, 4, 6].map((offset) => view.getUint16(offset, true));
  const padded = version === 1 ? sizes.map((bytes) => Math.ceil(bytes / 8) * 8) : sizes;
  const [nameBytes = 0, typeBytes = 0, spaceBytes = 0] = padded;
  const start = version === 3 ? 9 : 8;
  const all = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  const name = all.toString("utf8", start, all.indexOf(0, start));
  const shape = readDataspace({ view, offset: start + nameBytes + typeBytes });
  if (shape === null) return { name, value: jsonNull };
  const { type } = readDatatype({ view, offset: start + nameBytes });
  if (elementCount(shape) > maxElements) return { name, value: undefined };
  const first = start + nameBytes + typeBytes + spaceBytes;
  const bytes = all.subarray(first, first + valueBytes(type, shape));
  if (bytes.length < valueBytes(type, shape)) refuse("an attribute beyond its message");
  return { name, value: valuesToJson(file, { type, shape, bytes }) };
}

function heapString(file: FileBytes, bytes: Buffer, offset: number): JsonText {
  const found = heapObject(file, bytes, offset);
  const end = found.indexOf(0);
  return found.length === 0 ? stringToJson("") : textToJson(end < 0 ? found : found.subarray(0, end));
}

/** An object of a global heap; empty for the null reference. */
function heapObject(file: FileBytes, reference: Buffer, offset: number): Buffer {
  const view = new DataView(reference.buffer, reference.byteOffset + offset, stringReferenceBytes);
  const bytes = view.getUint32(0, true);
  const index = view.getUint32(12, true);
  const heap = view.getBigUint64(4, true) === 0n ? 0 : length(view, 4);
  if (bytes === 0 || heap === 0) return Buffer.alloc(0);
  const head = file.copy(heap, 16);
  if (head.toString("latin1", 0, 4) !== "GCOL") refuse("not a global heap");
  const end = heap + Number(head.readBigUInt64LE(8));
  for (let at = heap + 16; at + 16 <= end; ) {
    const object = file.at(at, 16);
    const size = length(object.view, object.offset + 8);
    const found = object.view.getUint16(object.offset, true);
    if (found === index) return file.copy(at + 16, Math.min(bytes, size));
    if (found === 0) break;
    at += 16 + Math.ceil(size / 8) * 8;
  }
  return refuse("a string that is not in its heap");
}

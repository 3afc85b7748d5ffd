// Arrays as bytes, in numpy's `tobytes()`: C order, little-endian, strings as UTF-32 padded with NUL.

import { endianness } from "node:os";
import { CopycatError } from "../../errors.ts";
import type { NumberArray, SimulationArray } from "../types.ts";
import { numberType, parseDtype } from "./dtype.ts";

const isBigEndianMachine = endianness() === "BE";

/** No copy where none is needed. */
export function encodeArray({ dtype, data }: Pick<SimulationArray, "dtype" | "data">): Buffer {
  const { kind, itemBytes } = parseDtype(dtype);
  if (kind === "U") return encodeTexts(data as readonly string[], itemBytes);
  const { buffer, byteOffset, byteLength } = data as NumberArray;
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  return isBigEndianMachine ? swap(Buffer.from(bytes), itemBytes) : bytes;
}

/**
 * @returns little-endian, whatever the byte order of `dtype`
 * @throws CopycatError INVALID_INPUT when the bytes are not as many as dtype and shape say
 */
export function decodeArray(
  dtype: string,
  shape: readonly number[],
  bytes: Uint8Array,
): { dtype: string; data: NumberArray | string[] } {
  const { kind, itemBytes, isBigEndian } = parseDtype(dtype);
  const length = shape.reduce((product, axis) => product * axis, 1);
  if (bytes.length !== length * itemBytes) {
    throw new CopycatError(
      "INVALID_INPUT",
      `An array of the type ${dtype} and the shape [${shape.join(", ")}] has ${length * itemBytes} bytes, not ${bytes.length}.`,
    );
  }
  const name = `${itemBytes === 1 ? "|" : "<"}${dtype.slice(1)}`;
  if (kind === "U") return { dtype: name, data: decodeTexts(bytes, itemBytes, isBigEndian) };
  // A copy: what the database gives may begin anywhere, typed arrays begin at multiples of their element.
  const own = Buffer.from(new ArrayBuffer(bytes.length));
  own.set(bytes);
  if (isBigEndian !== isBigEndianMachine) swap(own, itemBytes);
  return { dtype: name, data: new (numberType(name))(own.buffer as ArrayBuffer, 0, length) };
}

function swap(bytes: Buffer, itemBytes: number): Buffer {
  if (itemBytes === 2) return bytes.swap16();
  if (itemBytes === 4) return bytes.swap32();
  return itemBytes === 8 ? bytes.swap64() : bytes;
}

function encodeTexts(texts: readonly string[], itemBytes: number): Buffer {
  const bytes = Buffer.alloc(texts.length * itemBytes);
  for (const [index, text] of texts.entries()) {
    let offset = index * itemBytes;
    for (const character of text) {
      bytes.writeUInt32LE(character.codePointAt(0) ?? 0, offset);
      offset += 4;
    }
  }
  return bytes;
}

function decodeTexts(bytes: Uint8Array, itemBytes: number, isBigEndian: boolean): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const texts: string[] = [];
  for (let start = 0; start < bytes.length; start += itemBytes) {
    let end = start + itemBytes;
    while (end > start && view.getUint32(end - 4, !isBigEndian) === 0) end -= 4;
    let text = "";
    for (let offset = start; offset < end; offset += 4) {
      text += characterOf(view.getUint32(offset, !isBigEndian));
    }
    texts.push(text);
  }
  return texts;
}

function characterOf(code: number): string {
  if (code <= 0x10ffff) return String.fromCodePoint(code);
  throw new CopycatError("INVALID_INPUT", `There is no character 0x${code.toString(16)} in Unicode.`);
}

/** Characters of the longest text, not units of UTF-16. */
export function textWidth(texts: Iterable<string>): number {
  let width = 0;
  for (const text of texts) {
    // Never longer than its units, so most need no count.
    if (text.length > width) width = Math.max(width, [...text].length);
  }
  return width;
}

/** `<U8`: the longest text rounded up to a power of two, so that updates of one attribute share a type. */
export function textDtype(texts: Iterable<string>): string {
  return `<U${2 ** Math.ceil(Math.log2(Math.max(1, textWidth(texts))))}`;
}

// Fields of a row in the binary format of COPY, each with its length in front: -1 is NULL.

import type { BinaryBuffer } from "../../bulk/index.ts";

const int4Oid = 23;
const int8Oid = 20;

/** `bigint[]`, as `writeShape` does it. */
export function writeInt64s(buffer: BinaryBuffer, values: readonly number[] | null): void {
  if (values === null) {
    buffer.writeInt32(-1);
    return;
  }
  buffer.writeInt32(20 + 12 * values.length);
  buffer.writeInt32(1);
  buffer.writeInt32(0);
  buffer.writeInt32(int8Oid);
  buffer.writeInt32(values.length);
  buffer.writeInt32(1);
  for (const value of values) {
    buffer.writeInt32(8);
    buffer.writeSafeInt64(value);
  }
}

/** `integer[]`: dimensions, whether there are NULLs, type; length and lower bound; each element with its length. */
export function writeShape(buffer: BinaryBuffer, shape: readonly number[]): void {
  buffer.writeInt32(shape.length === 0 ? 12 : 20 + 8 * shape.length);
  buffer.writeInt32(shape.length === 0 ? 0 : 1);
  buffer.writeInt32(0);
  buffer.writeInt32(int4Oid);
  if (shape.length === 0) return;
  buffer.writeInt32(shape.length);
  buffer.writeInt32(1);
  for (const axis of shape) writeInt32Field(buffer, axis);
}

export function writeInt32Field(buffer: BinaryBuffer, value: number): void {
  buffer.writeInt32(4);
  buffer.writeInt32(value);
}

export function writeFloat64(buffer: BinaryBuffer, value: number | null): void {
  if (value === null) {
    buffer.writeInt32(-1);
    return;
  }
  buffer.writeInt32(8);
  buffer.writeFloat64(value);
}

export function writeText(buffer: BinaryBuffer, text: string | null): void {
  if (text === null) buffer.writeInt32(-1);
  else buffer.writeTextField(text);
}

export function writeBytes(buffer: BinaryBuffer, bytes: Buffer | null): void {
  if (bytes === null) {
    buffer.writeInt32(-1);
    return;
  }
  buffer.writeInt32(bytes.length);
  buffer.writeBytes(bytes);
}

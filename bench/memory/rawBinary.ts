// Entries as binary COPY, written by hand for this table.
// https://www.postgresql.org/docs/18/sql-copy.html, "Binary Format"; the types' forms are those of their receive functions.

import type { Entry } from "./entries.ts";
import type { EmbeddingType } from "./table.ts";

const chunkBytes = 64 * 1024;
const header = Buffer.from("5047434f50590aff0d0a000000000000000000", "hex");
const trailer = Buffer.from("ffff", "hex");

const float4Oid = 700;
const textOid = 25;

/** Chunks of 64 KiB and the rest of a row. */
export function* encodeBinary(entries: readonly Entry[], embedding: EmbeddingType): Generator<Buffer> {
  // An entry takes 16 KiB at most: 1,500 characters, 384 numbers of 8 bytes, short metadata and tags.
  const room = 2 * chunkBytes;
  let bytes = Buffer.allocUnsafeSlow(room);
  let at = header.copy(bytes);
  const writeEmbedding = embedding === "vector" ? writeVector : writeReals;
  for (const { namespace, key, value, embedding: numbers, metadata, tags } of entries) {
    at = bytes.writeInt16BE(6, at);
    at = writeText(bytes, namespace, at);
    at = writeText(bytes, key, at);
    at = writeText(bytes, value, at);
    at = writeEmbedding(bytes, numbers, at);
    at = writeJsonb(bytes, JSON.stringify(metadata), at);
    at = writeTexts(bytes, tags, at);
    if (at < chunkBytes) continue;
    yield bytes.subarray(0, at);
    bytes = Buffer.allocUnsafeSlow(room);
    at = 0;
  }
  at += trailer.copy(bytes, at);
  yield bytes.subarray(0, at);
}

function writeText(bytes: Buffer, text: string, at: number): number {
  const length = bytes.write(text, at + 4);
  bytes.writeInt32BE(length, at);
  return at + 4 + length;
}

/** jsonb_recv: a version, 1, then the text. */
function writeJsonb(bytes: Buffer, text: string, at: number): number {
  const length = bytes.write(text, at + 5);
  bytes.writeInt32BE(length + 1, at);
  bytes[at + 4] = 1;
  return at + 5 + length;
}

/** vector_recv: dimensions, a zero, floats. */
function writeVector(bytes: Buffer, numbers: readonly number[], start: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setInt32(start, 4 + numbers.length * 4);
  view.setInt16(start + 4, numbers.length);
  view.setInt16(start + 6, 0);
  let at = start + 8;
  for (let index = 0; index < numbers.length; index++, at += 4) view.setFloat32(at, numbers[index] as number);
  return at;
}

/** array_recv: dimensions, has nulls, type of the elements, then per dimension its size and lower bound. */
function writeReals(bytes: Buffer, numbers: readonly number[], start: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setInt32(start, 20 + numbers.length * 8);
  let at = writeArrayHeader(bytes, float4Oid, numbers.length, start + 4);
  for (let index = 0; index < numbers.length; index++, at += 8) {
    view.setInt32(at, 4);
    view.setFloat32(at + 4, numbers[index] as number);
  }
  return at;
}

function writeTexts(bytes: Buffer, items: readonly string[], start: number): number {
  let at = writeArrayHeader(bytes, textOid, items.length, start + 4);
  for (const item of items) at = writeText(bytes, item, at);
  bytes.writeInt32BE(at - start - 4, start);
  return at;
}

function writeArrayHeader(bytes: Buffer, elementOid: number, length: number, start: number): number {
  let at = bytes.writeInt32BE(length === 0 ? 0 : 1, start);
  at = bytes.writeInt32BE(0, at);
  at = bytes.writeInt32BE(elementOid, at);
  if (length === 0) return at;
  at = bytes.writeInt32BE(length, at);
  return bytes.writeInt32BE(1, at);
}

// Values of datasets and attributes, read in slabs so that memory stays flat.

import { type JsonText, jsonNull } from "../json.ts";
import { inMemory } from "./byteOrder.ts";
import { type DecodeContext, decoderFor, nestJson, stringAt } from "./decode.ts";
import type { HdfFile } from "./file.ts";
import { type NativeArray, type NativeType, TypeClass } from "./native.ts";
import { cutSlab, elementCount, type Slab, wholeSlab } from "./slabs.ts";

/** How much one read brings into the library's memory. */
const slabBytes = 1_048_576;
/** Elements of variable length weigh more than their pointers: fewer of them a read. */
const slabPointers = 16_384;

/** The file complained while reading: a missing filter, a damaged chunk. */
export class UnreadableValues extends Error {}

/**
 * Reads a part of a dataset in slabs, in row-major order. `visit` gets the elements as they lie in memory
 * (byteOrder.ts) and must not keep the bytes: pointers in them die after the visit.
 */
export function readSlabs(
  file: HdfFile,
  source: { path: string; type: NativeArray; slab: Slab },
  visit: (bytes: Uint8Array, slab: Slab) => void,
): void {
  const { path, type, slab } = source;
  const pointers = hasPointers(type);
  const maxElements = pointers ? slabPointers : Math.max(1, Math.floor(slabBytes / type.size));
  for (const part of cutSlab(slab, maxElements, pointers ? null : type.chunks)) {
    const bytes = type.size * elementCount(part.count);
    file.withMemory(bytes, (pointer) => {
      const { native } = file.library;
      const scalar = part.count.length === 0;
      const count = part.count.map(BigInt);
      const { value: status } = file.library.attempt(() =>
        scalar
          ? native.get_dataset_data(file.id, path, null, null, null, BigInt(pointer))
          : native.get_dataset_data(
              file.id,
              path,
              count,
              part.offset.map(BigInt),
              part.step.map(BigInt),
              BigInt(pointer),
            ),
      );
      if (status < 0) throw new UnreadableValues(file.library.reason);
      try {
        visit(native.HEAPU8.slice(pointer, pointer + bytes), part);
      } finally {
        if (type.vlen) freeStrings(file, pointer, bytes);
        else if (pointers && scalar) native.reclaim_vlen_memory(file.id, path, "", BigInt(pointer));
        else if (pointers) native.reclaim_vlen_memory_count(file.id, path, "", BigInt(pointer), count);
      }
    });
  }
}

/** The longest variable-length string of a dataset, in bytes. */
export function longestString(file: HdfFile, path: string, type: NativeArray): number {
  let longest = 0;
  if (type.shape === null) return 0;
  readSlabs(file, { path, type, slab: wholeSlab(type.shape) }, (bytes) => {
    const heap = file.library.native.HEAPU8;
    for (const pointer of new Uint32Array(bytes.buffer)) {
      longest = Math.max(longest, stringAt(heap, pointer).length);
    }
  });
  return longest;
}

/** The value of a dataset as JSON, or undefined when it cannot be said in JSON. */
export function datasetToJson(file: HdfFile, path: string, type: NativeArray): JsonText | undefined {
  if (type.shape === null) return jsonNull;
  const items = elementsToJson(file, { path, type, slab: wholeSlab(type.shape) });
  if (items === undefined) return undefined;
  let index = 0;
  return nestJson(type.shape, () => items[index++] ?? jsonNull);
}

/** Rows [start, start + count) of a dataset, one JSON text a row; undefined when JSON cannot say them. */
export function rowsToJson(
  file: HdfFile,
  source: { path: string; type: NativeArray; start: number; count: number },
): JsonText[] | undefined {
  const { path, type, start, count } = source;
  const shape = type.shape ?? [];
  const slab = wholeSlab(shape);
  slab.offset[0] = start;
  slab.count[0] = count;
  const items = elementsToJson(file, { path, type, slab });
  const rowShape = shape.slice(1);
  if (items === undefined || rowShape.length === 0) return items;
  let index = 0;
  return Array.from({ length: count }, () => nestJson(rowShape, () => items[index++] ?? jsonNull));
}

/** The value of an attribute as JSON, or undefined when it cannot be read or said in JSON. */
export function attributeToJson(
  file: HdfFile,
  source: { path: string; name: string; type: NativeArray },
): JsonText | undefined {
  const { path, name, type } = source;
  const { shape } = type;
  if (shape === null) return jsonNull;
  const decode = decoderFor(inMemory(type), contextOf(file));
  if (!decode) return undefined;
  if (elementCount(shape) === 0) return nestJson(shape, () => jsonNull);
  const bytes = type.size * type.total_size;
  return file.withMemory(bytes, (pointer) => {
    const { native } = file.library;
    const { value: status } = file.library.attempt(() =>
      native.get_attribute_data(file.id, path, name, BigInt(pointer)),
    );
    if (status < 0) return undefined;
    try {
      const view = new DataView(native.HEAPU8.slice(pointer, pointer + bytes).buffer);
      if (shape.length === 0) return decode(view, 0);
      let offset = -type.size;
      return nestJson(shape, () => {
        offset += type.size;
        return decode(view, offset);
      });
    } finally {
      if (type.vlen) freeStrings(file, pointer, bytes);
      else if (hasPointers(type)) native.reclaim_vlen_memory(file.id, path, name, BigInt(pointer));
    }
  });
}

function elementsToJson(
  file: HdfFile,
  source: { path: string; type: NativeArray; slab: Slab },
): JsonText[] | undefined {
  const before = file.library.filesOpened;
  // A reference of another file (behind an external link) means something else in this one.
  const decode = decoderFor(inMemory(source.type), {
    ...contextOf(file),
    resolveReference: (bytes, isObject) =>
      file.library.filesOpened > before ? null : file.resolveReference(bytes, isObject),
  });
  if (!decode) return undefined;
  const items: JsonText[] = [];
  const { size } = source.type;
  readSlabs(file, source, (bytes) => {
    const view = new DataView(bytes.buffer);
    for (let offset = 0; offset < bytes.length; offset += size) items.push(decode(view, offset));
  });
  return items;
}

function contextOf(file: HdfFile): DecodeContext {
  return {
    heap: () => file.library.native.HEAPU8,
    resolveReference: (bytes, isObject) => file.resolveReference(bytes, isObject),
  };
}

/** HDF5 puts each string into memory of its own; freeing it directly is 30 times faster than H5Treclaim. */
function freeStrings(file: HdfFile, pointer: number, bytes: number): void {
  const { native } = file.library;
  const pointers = new DataView(native.HEAPU8.buffer, pointer, bytes);
  for (let offset = 0; offset < bytes; offset += 4) {
    const string = pointers.getUint32(offset, true);
    if (string !== 0) native._free(string);
  }
}

function hasPointers(type: NativeType): boolean {
  if (type.vlen || type.type === TypeClass.variableLength) return true;
  if (type.array_type) return hasPointers(type.array_type);
  return type.compound_type?.members.some(hasPointers) ?? false;
}

// Messages of datasets and attributes: extent, type, layout, filters.
// Format specification, sections IV.A.2.b, d, i, l and m.

import { type NativeType, TypeClass } from "../native.ts";
import { address, length, refuse } from "./bytes.ts";

/** A part of a file that holds one message, or a message inside another. */
export interface Span {
  view: DataView;
  offset: number;
}

/** Dimensions; null for a null dataspace. */
export function readDataspace({ view, offset }: Span): number[] | null {
  const version = view.getUint8(offset);
  const rank = view.getUint8(offset + 1);
  if (version < 1 || version > 2) refuse("a new dataspace");
  if (version === 2 && view.getUint8(offset + 3) === 2) return null;
  const first = offset + (version === 1 ? 8 : 4);
  return Array.from({ length: rank }, (_, axis) => length(view, first + axis * 8));
}

/** A type and its encoded length. Only the common, flat ones; the rest is for the library. */
export function readDatatype({ view, offset }: Span): { type: NativeType; bytes: number } {
  const [typeClass, version] = [view.getUint8(offset) & 0x0f, view.getUint8(offset) >> 4];
  if (version < 1 || version > 3) refuse("a new datatype");
  const bits = view.getUint8(offset + 1);
  const type: NativeType = {
    type: typeClass,
    size: view.getUint32(offset + 4, true),
    signed: (bits & 8) !== 0,
    littleEndian: (bits & 1) === 0,
    vlen: false,
  };
  switch (typeClass) {
    case TypeClass.integer:
    case TypeClass.bitfield:
      return { type: { ...type, signed: typeClass === TypeClass.integer && type.signed }, bytes: 12 };
    case TypeClass.float:
      if (bits & 0x40) refuse("a VAX float");
      return { type: { ...type, signed: false }, bytes: 20 };
    case TypeClass.string:
      return { type: { ...type, signed: false, littleEndian: false, strpad: bits & 0x0f }, bytes: 8 };
    case TypeClass.enumeration:
      return readEnumeration({ view, offset }, type, version);
    case TypeClass.variableLength: {
      if ((bits & 0x0f) !== 1) refuse("a sequence of variable length");
      const base = readDatatype({ view, offset: offset + 8 });
      const string = { ...type, type: TypeClass.string, signed: false, littleEndian: true, vlen: true };
      return { type: { ...string, strpad: (bits >> 4) & 0x0f }, bytes: 8 + base.bytes };
    }
    default:
      return refuse(`type class ${typeClass}`);
  }
}

function readEnumeration(
  { view, offset }: Span,
  type: NativeType,
  version: number,
): { type: NativeType; bytes: number } {
  const count = view.getUint16(offset + 1, true);
  const { type: base, bytes: baseBytes } = readDatatype({ view, offset: offset + 8 });
  if (base.type !== TypeClass.integer || base.size > 4) refuse("an unusual enumeration");
  const all = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  const names: string[] = [];
  let position = offset + 8 + baseBytes;
  for (let index = 0; index < count; index++) {
    const end = all.indexOf(0, position);
    if (end < 0) refuse("a name without an end");
    names.push(all.toString("utf8", position, end));
    position = version === 3 ? end + 1 : position + Math.ceil((end + 1 - position) / 8) * 8;
  }
  const members: Record<string, number> = {};
  for (const name of names) {
    members[name] = base.littleEndian
      ? all.readIntLE(position, base.size)
      : all.readIntBE(position, base.size);
    position += base.size;
  }
  const { signed, littleEndian } = base;
  return { type: { ...type, signed, littleEndian, enum_type: { members } }, bytes: position - offset };
}

/** Where the values lie: in the header itself, at an address, or elsewhere (chunks, other files). */
export interface Layout {
  chunks: number[] | null;
  inline?: { offset: number; bytes: number };
  /** Undefined for chunked data, and for contiguous data that was never written. */
  at?: number | undefined;
  /** The index of the chunks, where it is the tree that all but the newest files have. */
  tree?: number | undefined;
}

export function readLayout(view: DataView): Layout {
  const version = view.getUint8(0);
  const layoutClass = view.getUint8(1);
  if (version < 3 || version > 5) return refuse("an old or new layout");
  if (layoutClass === 0) return { chunks: null, inline: { offset: 4, bytes: view.getUint16(2, true) } };
  if (layoutClass === 1) return { chunks: null, at: address(view, 2) };
  if (layoutClass !== 2) return refuse("a virtual dataset");
  if (version === 3) {
    const rank = view.getUint8(2) - 1;
    const chunks = Array.from({ length: rank }, (_, axis) => view.getUint32(11 + axis * 4, true));
    return { chunks, tree: address(view, 3) };
  }
  const rank = view.getUint8(3) - 1;
  const width = view.getUint8(4);
  const bytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  if (width > 6) refuse("a chunk of petabytes");
  return { chunks: Array.from({ length: rank }, (_, axis) => bytes.readUIntLE(5 + axis * width, width)) };
}

/** A filter of the pipeline; `values` are its settings. */
export interface Filter {
  id: number;
  name: string;
  values: number[];
}

export function readFilters(view: DataView): Filter[] {
  const version = view.getUint8(0);
  const bytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  let offset = version === 1 ? 8 : 2;
  return Array.from({ length: view.getUint8(1) }, () => {
    const id = view.getUint16(offset, true);
    const named = version === 1 || id >= 256;
    const nameBytes = named ? view.getUint16(offset + 2, true) : 0;
    const count = view.getUint16(offset + (named ? 6 : 4), true);
    offset += named ? 8 : 6;
    const name = bytes.toString("utf8", offset, offset + nameBytes).replace(/\0.*$/s, "");
    offset += version === 1 ? Math.ceil(nameBytes / 8) * 8 : nameBytes;
    const first = offset;
    const values = Array.from({ length: count }, (_unused, index) => view.getUint32(first + index * 4, true));
    offset += count * 4 + (version === 1 && count % 2 === 1 ? 4 : 0);
    return { id, name, values };
  });
}

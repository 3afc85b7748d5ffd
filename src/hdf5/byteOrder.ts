// Which parts of an element h5wasm turns around while reading.
//
// It asks HDF5 for the file's own type with the order set to little-endian whenever the type as a whole is
// big-endian (H5Tget_order); a type of mixed order comes as it is in the file. H5Tset_order refuses
// enumerations, and stops there: what comes after one in a compound stays big-endian too.

import { type NativeType, TypeClass } from "./native.ts";

type Order = "little" | "big" | "mixed" | "none";

/** The type as it lies in memory after a read, given the type in the file. */
export function inMemory(type: NativeType): NativeType {
  if (orderOf(type) !== "big") return type;
  let stopped = false;
  const turn = (part: NativeType): NativeType => {
    if (part.type === TypeClass.enumeration) stopped = true;
    if (stopped) return part;
    if (part.array_type) return { ...part, array_type: { ...part.array_type, ...turn(part.array_type) } };
    if (part.vlen_type) return { ...part, vlen_type: turn(part.vlen_type) };
    if (part.compound_type) {
      const members = part.compound_type.members.map((member) => ({ ...member, ...turn(member) }));
      return { ...part, littleEndian: true, compound_type: { members } };
    }
    return { ...part, littleEndian: true };
  };
  return turn(type);
}

function orderOf(type: NativeType): Order {
  switch (type.type) {
    case TypeClass.string:
      return type.vlen ? "little" : "none";
    case TypeClass.opaque:
    case TypeClass.reference:
      return "none";
    case TypeClass.array:
      return type.array_type ? orderOf(type.array_type) : "none";
    case TypeClass.variableLength:
      return type.vlen_type ? orderOf(type.vlen_type) : "none";
    case TypeClass.compound:
      return (type.compound_type?.members ?? []).map(orderOf).reduce(combine, "none");
    default:
      return type.littleEndian ? "little" : "big";
  }
}

function combine(left: Order, right: Order): Order {
  if (right === "none" || left === right) return left;
  return left === "none" ? right : "mixed";
}

/** Makes, in place, one element from memory what numpy has for it. */
export type Restorer = (element: Uint8Array) => void;

interface Fix {
  offset: number;
  size: number;
  apply(bytes: Uint8Array): void;
}

/**
 * Turns numbers back whose order in memory is not that of the file, and pads strings with NUL, as HDF5 does
 * when it converts them for numpy. Undefined when nothing has to be done, which is nearly always.
 */
export function restorerFor(file: NativeType, memory: NativeType): Restorer | undefined {
  const fixes: Fix[] = [];
  collectFixes(file, memory, 0, fixes);
  if (fixes.length === 0) return undefined;
  return (element) => {
    for (const { offset, size, apply } of fixes) apply(element.subarray(offset, offset + size));
  };
}

function collectFixes(file: NativeType, memory: NativeType, offset: number, fixes: Fix[]): void {
  const { size } = file;
  if (file.array_type && memory.array_type) {
    const count = file.array_type.shape.reduce((product, length) => product * length, 1);
    for (let index = 0; index < count; index++) {
      collectFixes(file.array_type, memory.array_type, offset + index * file.array_type.size, fixes);
    }
  } else if (file.compound_type && memory.compound_type) {
    for (const [index, member] of file.compound_type.members.entries()) {
      const other = memory.compound_type.members[index];
      if (other) collectFixes(member, other, offset + member.offset, fixes);
    }
  } else if (file.type === TypeClass.string && file.strpad === 0) {
    fixes.push({ offset, size, apply: clearAfterNul });
  } else if (file.type === TypeClass.string && file.strpad === 2) {
    fixes.push({ offset, size, apply: clearTrailingSpaces });
  } else if (file.littleEndian !== memory.littleEndian && size > 1) {
    const parts = file.type === TypeClass.complex ? 2 : 1;
    for (let part = 0; part < parts; part++) {
      fixes.push({
        offset: offset + (part * size) / parts,
        size: size / parts,
        apply: (bytes) => bytes.reverse(),
      });
    }
  }
}

function clearAfterNul(bytes: Uint8Array): void {
  const end = bytes.indexOf(0);
  if (end >= 0) bytes.fill(0, end);
}

function clearTrailingSpaces(bytes: Uint8Array): void {
  for (let index = bytes.length - 1; bytes[index] === 0x20; index--) bytes[index] = 0;
}

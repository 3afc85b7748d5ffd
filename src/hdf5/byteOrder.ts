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

/** Turns back, in place, the numbers of one element whose order in memory is not that of the file. */
export type Restorer = (element: Uint8Array) => void;

/** Undefined when nothing has to be turned, which is nearly always. */
export function restorerFor(file: NativeType, memory: NativeType): Restorer | undefined {
  const spans: { offset: number; size: number }[] = [];
  collectSpans(file, memory, 0, spans);
  if (spans.length === 0) return undefined;
  return (element) => {
    for (const { offset, size } of spans) element.subarray(offset, offset + size).reverse();
  };
}

function collectSpans(
  file: NativeType,
  memory: NativeType,
  offset: number,
  spans: { offset: number; size: number }[],
): void {
  if (file.array_type && memory.array_type) {
    const count = file.array_type.shape.reduce((product, length) => product * length, 1);
    for (let index = 0; index < count; index++) {
      collectSpans(file.array_type, memory.array_type, offset + index * file.array_type.size, spans);
    }
  } else if (file.compound_type && memory.compound_type) {
    for (const [index, member] of file.compound_type.members.entries()) {
      const other = memory.compound_type.members[index];
      if (other) collectSpans(member, other, offset + member.offset, spans);
    }
  } else if (file.littleEndian !== memory.littleEndian && file.size > 1) {
    const parts = file.type === TypeClass.complex ? 2 : 1;
    const size = file.size / parts;
    for (let part = 0; part < parts; part++) spans.push({ offset: offset + part * size, size });
  }
}

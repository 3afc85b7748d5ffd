// Pieces of the HDF5 file format (version 3 of the specification) that the writer needs, as bytes.
// https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html

import { lookup3 } from "./lookup3.ts";

/** "No address": all bits set. */
export const undefinedAddress = 0xffffffffffffffffn;

export const superblockBytes = 48;

const MessageType = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  fillValue: 0x05,
  link: 0x06,
  layout: 0x08,
  groupInfo: 0x0a,
  filters: 0x0b,
  attribute: 0x0c,
} as const;

/** Little-endian bytes from [value, width in bytes] pairs and ready bytes. */
export function pack(
  ...parts: (readonly [value: number | bigint, width: number] | Uint8Array)[]
): Uint8Array {
  const pieces = parts.map((part) => {
    if (part instanceof Uint8Array) return part;
    const [value, width] = part;
    const piece = Buffer.alloc(width);
    if (width === 8) piece.writeBigUInt64LE(BigInt(value));
    else piece.writeUIntLE(Number(value), 0, width);
    return piece;
  });
  return Buffer.concat(pieces);
}

export function superblock(endOfFile: number, rootAddress: number): Uint8Array {
  const signature = Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a);
  return sealed(
    pack(
      signature,
      [2, 1],
      [8, 1],
      [8, 1],
      [0, 1],
      [0, 8],
      [undefinedAddress, 8],
      [endOfFile, 8],
      [rootAddress, 8],
    ),
  );
}

/** A version 2 object header with all its messages in one chunk. */
export function objectHeader(messages: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat(messages);
  // Flags 2: the length of the chunk takes four bytes.
  return sealed(pack(Buffer.from("OHDR"), [2, 1], [2, 1], [body.length, 4], body));
}

function message(type: number, data: Uint8Array): Uint8Array {
  return pack([type, 1], [data.length, 2], [0, 1], data);
}

/** A new-style group that keeps its links in the header. */
export function groupMessages(links: readonly { name: string; address: number }[]): Uint8Array[] {
  const info = pack([0, 1], [0, 1], [undefinedAddress, 8], [undefinedAddress, 8]);
  return [
    message(MessageType.linkInfo, info),
    message(MessageType.groupInfo, pack([0, 1], [0, 1])),
    ...links.map(({ name, address }) => {
      const bytes = Buffer.from(name);
      // Flags 0x11: a character set (1 is UTF-8) and two bytes for the length of the name.
      return message(
        MessageType.link,
        pack([1, 1], [0x11, 1], [1, 1], [bytes.length, 2], bytes, [address, 8]),
      );
    }),
  ];
}

export type ElementKind = "float64" | "float32" | "int64" | "int32" | { stringBytes: number };

export function datatype(kind: ElementKind): Uint8Array {
  switch (kind) {
    case "float64":
      return pack(
        [0x11, 1],
        [0x3f20, 3],
        [8, 4],
        [0, 2],
        [64, 2],
        [52, 1],
        [11, 1],
        [0, 1],
        [52, 1],
        [1023, 4],
      );
    case "float32":
      return pack(
        [0x11, 1],
        [0x1f20, 3],
        [4, 4],
        [0, 2],
        [32, 2],
        [23, 1],
        [8, 1],
        [0, 1],
        [23, 1],
        [127, 4],
      );
    case "int64":
      return pack([0x10, 1], [8, 3], [8, 4], [0, 2], [64, 2]);
    case "int32":
      return pack([0x10, 1], [8, 3], [4, 4], [0, 2], [32, 2]);
    default:
      // Class 3, UTF-8 (0x10), padded with NUL (0x01).
      return pack([0x13, 1], [0x11, 3], [kind.stringBytes, 4]);
  }
}

export function dataspace(shape: readonly number[]): Uint8Array {
  const kind = shape.length === 0 ? 0 : 1;
  return pack([2, 1], [shape.length, 1], [0, 1], [kind, 1], ...shape.map((length) => [length, 8] as const));
}

export interface ArrayMessages {
  kind: ElementKind;
  shape: readonly number[];
  layout: Uint8Array;
  filters?: Uint8Array | undefined;
}

export function datasetMessages({ kind, shape, layout, filters }: ArrayMessages): Uint8Array[] {
  // Space is allocated late for contiguous data, chunk by chunk with filters; the fill value is the default.
  const fill = pack([3, 1], [filters ? 0x0b : 0x0a, 1]);
  const messages = [
    message(MessageType.dataspace, dataspace(shape)),
    message(MessageType.datatype, datatype(kind)),
    message(MessageType.fillValue, fill),
    message(MessageType.layout, layout),
  ];
  if (filters) messages.push(message(MessageType.filters, filters));
  return messages;
}

export function attributeMessage(
  name: string,
  { kind, shape, bytes }: { kind: ElementKind; shape: readonly number[]; bytes: Uint8Array },
): Uint8Array {
  const nameBytes = Buffer.from(`${name}\0`);
  const [type, space] = [datatype(kind), dataspace(shape)];
  return message(
    MessageType.attribute,
    pack(
      [3, 1],
      [0, 1],
      [nameBytes.length, 2],
      [type.length, 2],
      [space.length, 2],
      [1, 1],
      nameBytes,
      type,
      space,
      bytes,
    ),
  );
}

export function contiguousLayout(address: number | bigint, bytes: number): Uint8Array {
  return pack([3, 1], [1, 1], [address, 8], [bytes, 8]);
}

export function chunkedLayout(index: number, chunks: readonly number[], elementBytes: number): Uint8Array {
  const sizes = [...chunks, elementBytes].map((length) => [length, 4] as const);
  return pack([3, 1], [2, 1], [chunks.length + 1, 1], [index, 8], ...sizes);
}

/** Shuffle, then deflate. */
export function gzipFilters(level: number, elementBytes: number): Uint8Array {
  const shuffle = pack([2, 2], [0, 2], [1, 2], [elementBytes, 4]);
  const deflate = pack([1, 2], [0, 2], [1, 2], [level, 4]);
  return pack([2, 1], [2, 1], shuffle, deflate);
}

function sealed(bytes: Uint8Array): Uint8Array {
  return pack(bytes, [lookup3(bytes), 4]);
}

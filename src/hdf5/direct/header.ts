// Superblock and object headers. Format specification version 3, sections II and IV.A.1.

import { address, type FileBytes, length, refuse } from "./bytes.ts";
import { lookup3 } from "./lookup3.ts";

export const MessageType = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  externalFiles: 0x07,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

/** One message of an object header; `view` covers its data and nothing else. */
export interface Message {
  type: number;
  view: DataView;
}

/** The messages of one object, the shared ones (which lie elsewhere) refused. */
export type ObjectHeader = Message[];

const maxBlocks = 64;
const maxBlockBytes = 16_777_216;

/** The address of the root group's header, once everything unusual has been refused. */
export function rootAddress(file: FileBytes): number {
  const superblock = file.copy(0, Math.min(file.size, 96));
  const view = viewOf(superblock);
  if (superblock.length < 96 || superblock.readBigUInt64BE(0) !== 0x894844460d0a1a0an)
    refuse("no signature at 0");
  const version = superblock[8] ?? 255;
  if (version <= 1) {
    const shift = version === 1 ? 4 : 0;
    checkSizes(superblock[13], superblock[14]);
    checkEnd(file, view, { base: 24 + shift, end: 40 + shift });
    if (address(view, 48 + shift) !== undefined) refuse("a driver block");
    return length(view, 64 + shift);
  }
  if (version > 3) refuse("a new superblock");
  checkSizes(superblock[9], superblock[10]);
  if (superblock[11] !== 0) refuse("open for writing");
  checkEnd(file, view, { base: 12, end: 28 });
  if (address(view, 20) !== undefined) refuse("a superblock extension");
  if (lookup3(superblock.subarray(0, 44)) !== view.getUint32(44, true)) refuse("a damaged superblock");
  return length(view, 36);
}

export function readHeader(file: FileBytes, at: number): ObjectHeader {
  const { bytes, offset } = file.at(at, 16);
  if (bytes[offset] === 1) return readVersion1(file, at);
  if (bytes.readUInt32BE(offset) === 0x4f484452) return readVersion2(file, at);
  return refuse("not an object header");
}

function checkSizes(offsets: number | undefined, lengths: number | undefined): void {
  if (offsets !== 8 || lengths !== 8) refuse("addresses that are not 8 bytes");
}

function checkEnd(file: FileBytes, view: DataView, { base, end }: { base: number; end: number }): void {
  if (length(view, base) !== 0) refuse("a user block");
  if (length(view, end) > file.size) refuse("truncated");
}

interface Block {
  at: number;
  bytes: number;
}

function readVersion1(file: FileBytes, at: number): ObjectHeader {
  const head = file.copy(at, 16);
  const blocks: Block[] = [{ at: at + 16, bytes: head.readUInt32LE(8) }];
  const messages: Message[] = [];
  let left = head.readUInt16LE(2);
  for (const block of blocks) {
    const bytes = blockBytes(file, block);
    for (let offset = 0; offset + 8 <= bytes.length && left > 0; left--) {
      const size = bytes.readUInt16LE(offset + 2);
      addMessage(messages, blocks, {
        type: bytes.readUInt16LE(offset),
        flags: bytes[offset + 4] ?? 0,
        data: bytes.subarray(offset + 8, offset + 8 + size),
        size,
      });
      offset += 8 + size;
    }
  }
  return messages;
}

function readVersion2(file: FileBytes, at: number): ObjectHeader {
  const head = file.copy(at, Math.min(34, file.size - at));
  const flags = head[5] ?? 0;
  let offset = 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
  const width = 1 << (flags & 3);
  const size = width === 8 ? Number(head.readBigUInt64LE(offset)) : head.readUIntLE(offset, width);
  offset += width;
  const blocks: Block[] = [{ at, bytes: offset + size + 4 }];
  const messages: Message[] = [];
  for (const [index, block] of blocks.entries()) {
    const bytes = blockBytes(file, block);
    const end = bytes.length - 4;
    if (lookup3(bytes.subarray(0, end)) !== bytes.readUInt32LE(end)) refuse("a damaged header");
    const headBytes = flags & 4 ? 6 : 4;
    for (let position = index === 0 ? offset : 4; position + headBytes <= end; ) {
      const messageBytes = bytes.readUInt16LE(position + 1);
      const start = position + headBytes;
      addMessage(messages, blocks, {
        type: bytes[position] ?? 0,
        flags: bytes[position + 3] ?? 0,
        data: bytes.subarray(start, start + messageBytes),
        size: messageBytes,
      });
      position = start + messageBytes;
    }
  }
  return messages;
}

function blockBytes(file: FileBytes, { at, bytes }: Block): Buffer {
  if (bytes > maxBlockBytes) refuse("a block of gigabytes");
  return file.copy(at, bytes);
}

function addMessage(
  messages: Message[],
  blocks: Block[],
  { type, flags, data, size }: { type: number; flags: number; data: Buffer; size: number },
): void {
  if (type === 0) return;
  if (data.length < size) refuse("a message beyond its header");
  const view = viewOf(data);
  if (type === MessageType.continuation) {
    if (blocks.push({ at: length(view, 0), bytes: length(view, 8) }) > maxBlocks) refuse("too many blocks");
    return;
  }
  // Flag 2: the message lies in another object (a committed type, a shared-message table).
  if (flags & 2) refuse("a shared message");
  messages.push({ type, view });
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

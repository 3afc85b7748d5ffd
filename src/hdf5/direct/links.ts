// Names in groups: old-style (a B-tree of symbol nodes with a heap of names) and compact new-style groups.
// Format specification, sections III.A.1, III.B, III.D and IV.A.2.

import { address, type FileBytes, length, refuse } from "./bytes.ts";
import { MessageType, type ObjectHeader } from "./header.ts";

const entryBytes = 40;
const maxDepth = 32;

/** The header address of a group's member, or undefined when there is no such name. */
export function findMember(file: FileBytes, group: ObjectHeader, name: string): number | undefined {
  const table = symbolTable(file, group);
  if (!table) return compactMembers(group).find((member) => member.name === name)?.at;
  const wanted = Buffer.from(name);
  let node = table.tree;
  for (let depth = 0; depth < maxDepth; depth++) {
    const { level, keys, children } = treeNode(file, node);
    if (level < 0) {
      const found = symbols(file, table.heap, node).find((symbol) => symbol.name.equals(wanted));
      return found && hardAddress(found);
    }
    // A child holds the names above its left key, up to and with its right one.
    const index =
      keys.findIndex((key, i) => i > 0 && wanted.compare(heapName(file, table.heap, key)) <= 0) - 1;
    const child = children[index];
    if (child === undefined) return undefined;
    node = child;
  }
  return refuse("a tree too deep");
}

/** All members of a group in the order of their names. */
export function listMembers(file: FileBytes, group: ObjectHeader): { name: string; at: number }[] {
  const table = symbolTable(file, group);
  if (!table) return compactMembers(group).sort((left, right) => (left.name < right.name ? -1 : 1));
  const members: { name: string; at: number }[] = [];
  const seen = new Set<number>();
  const visit = (node: number): void => {
    if (seen.has(node)) refuse("a tree with a cycle");
    seen.add(node);
    const { level, children } = treeNode(file, node);
    if (level >= 0) {
      for (const child of children) visit(child);
      return;
    }
    for (const symbol of symbols(file, table.heap, node)) {
      const name = symbol.name.toString();
      if (name.includes("\ufffd")) refuse("a name that is not UTF-8");
      members.push({ name, at: hardAddress(symbol) });
    }
  };
  visit(table.tree);
  return members;
}

interface SymbolTable {
  tree: number;
  /** Address and size of the names. */
  heap: { at: number; bytes: number };
}

function symbolTable(file: FileBytes, group: ObjectHeader): SymbolTable | undefined {
  const message = group.find(({ type }) => type === MessageType.symbolTable);
  if (!message) return undefined;
  const heapAddress = length(message.view, 8);
  const { bytes, view, offset } = file.at(heapAddress, 32);
  if (bytes.toString("latin1", offset, offset + 4) !== "HEAP") refuse("not a heap");
  const heap = { at: length(view, offset + 24), bytes: length(view, offset + 8) };
  return { tree: length(message.view, 0), heap };
}

/** A tree node, or for a symbol node the level -1. */
function treeNode(file: FileBytes, at: number): { level: number; keys: number[]; children: number[] } {
  const head = file.copy(at, 24);
  const signature = head.toString("latin1", 0, 4);
  if (signature === "SNOD") return { level: -1, keys: [], children: [] };
  if (signature !== "TREE" || head[4] !== 0) refuse("not a group's tree");
  const used = head.readUInt16LE(6);
  const { view, offset } = file.at(at + 24, used * 16 + 8);
  const keys = Array.from({ length: used + 1 }, (_, index) => length(view, offset + index * 16));
  const children = Array.from({ length: used }, (_, index) => length(view, offset + index * 16 + 8));
  return { level: head[5] ?? 0, keys, children };
}

interface GroupSymbol {
  name: Buffer;
  at: number | undefined;
  cacheType: number;
}

function symbols(file: FileBytes, heap: SymbolTable["heap"], node: number): GroupSymbol[] {
  const count = file.copy(node, 8).readUInt16LE(6);
  const { view, offset } = file.at(node + 8, count * entryBytes);
  const entries = Array.from({ length: count }, (_, index) => {
    const entry = offset + index * entryBytes;
    return {
      nameAt: length(view, entry),
      at: address(view, entry + 8),
      cacheType: view.getUint32(entry + 16, true),
    };
  });
  return entries.map(({ nameAt, at, cacheType }) => ({ name: heapName(file, heap, nameAt), at, cacheType }));
}

function heapName(file: FileBytes, heap: SymbolTable["heap"], nameAt: number): Buffer {
  for (let window = 64; ; window *= 8) {
    const room = Math.min(window, heap.bytes - nameAt);
    if (room <= 0) return refuse("a name outside its heap");
    const { bytes, offset } = file.at(heap.at + nameAt, room);
    const end = bytes.indexOf(0, offset);
    if (end >= 0 && end < offset + room) return Buffer.from(bytes.subarray(offset, end));
    if (room < window) return refuse("a name without an end");
  }
}

/** Cache type 2 is a soft link: whoever meets one leaves the file to the library. */
function hardAddress({ at, cacheType }: GroupSymbol): number {
  if (at === undefined || cacheType > 1) return refuse("a soft link");
  return at;
}

function compactMembers(group: ObjectHeader): { name: string; at: number }[] {
  const info = group.find(({ type }) => type === MessageType.linkInfo)?.view;
  if (!info) return refuse("not a group");
  const flags = info.getUint8(1);
  if (flags & 2) refuse("names in the order of creation");
  if (address(info, 2 + (flags & 1 ? 8 : 0)) !== undefined) refuse("a group with a fractal heap");
  return group.filter(({ type }) => type === MessageType.link).map(({ view }) => hardLink(view));
}

function hardLink(view: DataView): { name: string; at: number } {
  const flags = view.getUint8(1);
  let offset = 2;
  if (flags & 8 && view.getUint8(offset++) !== 0) refuse("a soft or external link");
  if (flags & 4) offset += 8;
  if (flags & 16) offset += 1;
  const bytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  const width = 1 << (flags & 3);
  const nameBytes = width === 8 ? refuse("a name of gigabytes") : bytes.readUIntLE(offset, width);
  offset += width;
  return { name: bytes.toString("utf8", offset, offset + nameBytes), at: length(view, offset + nameBytes) };
}

// The objects of a file by path, and what their headers say of data sets.

import { normalizePath } from "../path.ts";
import { type FileBytes, refuse } from "./bytes.ts";
import { MessageType, type ObjectHeader, readHeader, rootAddress } from "./header.ts";
import { findMember } from "./links.ts";
import { type Layout, readDataspace, readDatatype, readLayout } from "./messages.ts";

/** What a dataset's header says, as far as descriptions and values need it. */
export interface DirectDataset {
  header: ObjectHeader;
  shape: number[] | null;
  type: ReturnType<typeof readDatatype>["type"];
  layout: Layout;
  layoutView: DataView;
}

/** Headers, each read once. */
export class DirectObjects {
  private readonly file: FileBytes;
  private readonly headers = new Map<string, ObjectHeader | undefined>();

  constructor(file: FileBytes) {
    this.file = file;
    this.headers.set("/", readHeader(file, rootAddress(file)));
  }

  /** The header at a normal path, or undefined when there is nothing. */
  header(path: string): ObjectHeader | undefined {
    if (this.headers.has(path)) return this.headers.get(path);
    const slash = path.lastIndexOf("/");
    const name = path.slice(slash + 1);
    if (name === "." || name === "..") refuse("a relative path");
    const parent = this.header(slash === 0 ? "/" : path.slice(0, slash));
    const at = parent && isGroup(parent) ? findMember(this.file, parent, name) : undefined;
    const header = at === undefined ? undefined : readHeader(this.file, at);
    this.headers.set(path, header);
    return header;
  }

  /** The header of an object whose address is known. */
  headerAt(path: string, at: number): ObjectHeader {
    const header = this.headers.get(path) ?? readHeader(this.file, at);
    this.headers.set(path, header);
    return header;
  }

  /** The data set at a path; undefined for anything else. */
  dataset(path: string): DirectDataset | undefined {
    return readDataset(this.header(normalizePath(path)) ?? []);
  }
}

export function findMessage(header: ObjectHeader, wanted: number): DataView | undefined {
  return header.find(({ type }) => type === wanted)?.view;
}

export function isGroup(header: ObjectHeader): boolean {
  return header.some(({ type }) => type === MessageType.symbolTable || type === MessageType.linkInfo);
}

export function readDataset(header: ObjectHeader): DirectDataset | undefined {
  const [space, type] = [
    findMessage(header, MessageType.dataspace),
    findMessage(header, MessageType.datatype),
  ];
  const layoutView = findMessage(header, MessageType.layout);
  if (!space || !type || !layoutView) return undefined;
  return {
    header,
    shape: readDataspace({ view: space, offset: 0 }),
    type: readDatatype({ view: type, offset: 0 }).type,
    layout: readLayout(layoutView),
    layoutView,
  };
}

// Random access to a file's bytes through a few large pages: an HDF5 header is many small pieces.

import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** The file uses a part of the format that is not read directly; the HDF5 library takes over. */
export class NotDirect extends Error {}

const pageBytes = 32_768;
const maxPages = 16;

interface Page {
  start: number;
  length: number;
  bytes: Buffer;
  view: DataView;
}

/** Pages are kept from file to file, so that reading a file allocates nothing. */
const pool: Page[] = Array.from({ length: maxPages }, () => {
  const bytes = Buffer.alloc(pageBytes);
  return { start: -1, length: 0, bytes, view: new DataView(bytes.buffer, bytes.byteOffset, pageBytes) };
});

/** A piece of the file; valid until the next `at`. */
export interface Piece {
  bytes: Buffer;
  view: DataView;
  offset: number;
}

export class FileBytes {
  readonly size: number;
  private readonly descriptor: number;
  private last: Page | undefined;
  private turn = 0;

  constructor(path: string) {
    this.descriptor = openSync(path, "r");
    this.size = fstatSync(this.descriptor).size;
    for (const page of pool) page.start = -1;
  }

  close(): void {
    closeSync(this.descriptor);
  }

  /** `length` bytes at an address. */
  at(address: number, length: number): Piece {
    if (!(address >= 0 && address + length <= this.size)) throw new NotDirect("beyond the end of the file");
    const start = address - (address % pageBytes);
    const offset = address - start;
    if (offset + length > pageBytes) return this.across(address, length);
    const page = this.last?.start === start ? this.last : this.page(start);
    if (offset + length > page.length) throw new NotDirect("the file got shorter");
    return { bytes: page.bytes, view: page.view, offset };
  }

  /** A copy, for what must outlive the next `at`. */
  copy(address: number, length: number): Buffer {
    const { bytes, offset } = this.at(address, length);
    return Buffer.from(bytes.subarray(offset, offset + length));
  }

  private across(address: number, length: number): Piece {
    const bytes = Buffer.alloc(length);
    const read = readSync(this.descriptor, bytes, 0, length, address);
    if (read < length) throw new NotDirect("the file got shorter");
    return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, length), offset: 0 };
  }

  private page(start: number): Page {
    let page = pool.find((candidate) => candidate.start === start);
    if (page === undefined) {
      page = pool[this.turn++ % maxPages] as Page;
      page.length = readSync(this.descriptor, page.bytes, 0, pageBytes, start);
      page.start = start;
    }
    this.last = page;
    return page;
  }
}

/** An 8-byte address or length; undefined for the address that means "none". */
export function address(view: DataView, offset: number): number | undefined {
  const high = view.getUint32(offset + 4, true);
  return high === 0xffffffff ? undefined : high * 4_294_967_296 + view.getUint32(offset, true);
}

/** As `address`, where there must be one. */
export function length(view: DataView, offset: number): number {
  return address(view, offset) ?? refuse("an address is missing");
}

export function refuse(reason: string): never {
  throw new NotDirect(reason);
}

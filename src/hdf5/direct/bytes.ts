// Random access to a file's bytes through a few large pages: an HDF5 header is many small pieces.

import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** The file uses a part of the format that is not read directly; the HDF5 library takes over. */
export class NotDirect extends Error {}

const pageBytes = 32_768;
const maxPages = 16;
const maxReadBytes = 2 ** 30;

interface Page {
  owner: FileBytes | undefined;
  start: number;
  length: number;
  bytes: Buffer;
  view: DataView;
}

/** Pages are kept from file to file, so that reading a file allocates nothing. */
const pool: Page[] = Array.from({ length: maxPages }, () => {
  const bytes = Buffer.alloc(pageBytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, pageBytes);
  return { owner: undefined, start: -1, length: 0, bytes, view };
});
let turn = 0;

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

  constructor(path: string) {
    this.descriptor = openSync(path, "r");
    this.size = fstatSync(this.descriptor).size;
  }

  close(): void {
    closeSync(this.descriptor);
    for (const page of pool) if (page.owner === this) page.owner = undefined;
  }

  /** `length` bytes at an address. */
  at(address: number, length: number): Piece {
    if (!(address >= 0 && address + length <= this.size)) throw new NotDirect("beyond the end of the file");
    const start = address - (address % pageBytes);
    const offset = address - start;
    if (offset + length > pageBytes) return this.across(address, length);
    const page = this.last?.start === start && this.last.owner === this ? this.last : this.page(start);
    if (offset + length > page.length) throw new NotDirect("the file got shorter");
    return { bytes: page.bytes, view: page.view, offset };
  }

  /** A copy, for what must outlive the next `at`. */
  copy(address: number, length: number): Buffer {
    const { bytes, offset } = this.at(address, length);
    return Buffer.from(bytes.subarray(offset, offset + length));
  }

  /** Fills the target with what lies at an address: a short piece through the pages, a long one past them. */
  fill(target: Uint8Array, address: number): void {
    if (target.length <= pageBytes / 4) {
      const { bytes, offset } = this.at(address, target.length);
      target.set(bytes.subarray(offset, offset + target.length));
      return;
    }
    if (!(address >= 0 && address + target.length <= this.size))
      throw new NotDirect("beyond the end of the file");
    this.readFully(target, address);
  }

  private across(address: number, length: number): Piece {
    const bytes = Buffer.alloc(length);
    this.readFully(bytes, address);
    return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, length), offset: 0 };
  }

  /** One call reads at most 2 GiB. */
  private readFully(target: Uint8Array, address: number): void {
    for (let done = 0; done < target.length; ) {
      const wanted = Math.min(target.length - done, maxReadBytes);
      const read = readSync(this.descriptor, target, done, wanted, address + done);
      if (read === 0) throw new NotDirect("the file got shorter");
      done += read;
    }
  }

  private page(start: number): Page {
    let page = pool.find((candidate) => candidate.owner === this && candidate.start === start);
    if (page === undefined) {
      page = pool[turn++ % maxPages] as Page;
      page.owner = undefined;
      page.length = readSync(this.descriptor, page.bytes, 0, pageBytes, start);
      page.owner = this;
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

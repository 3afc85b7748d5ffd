// A file as the reader of tags wants it: opened by its bytes (no name is lost), read in blocks that are kept. In a thread of
// its own a plain read is ten times quicker than one that goes through the event loop, and tags ask for some bytes each time.

import { type BigIntStats, closeSync, fstatSync, openSync, readSync } from "node:fs";
import {
  AbstractTokenizer,
  EndOfStreamError,
  type IRandomAccessFileInfo,
  type IReadChunkOptions,
} from "strtok3";

const blockBytes = 64 * 1024;

export class FileBytes extends AbstractTokenizer {
  override readonly fileInfo: IRandomAccessFileInfo;
  readonly stats: BigIntStats;
  readonly #descriptor: number;
  #block = Buffer.alloc(0);
  #blockStart = 0;

  /** @throws a system error */
  constructor(path: Buffer) {
    super();
    this.#descriptor = openSync(path, "r");
    this.stats = fstatSync(this.#descriptor, { bigint: true });
    this.fileInfo = { size: Number(this.stats.size) };
  }

  /** @param suffix tells the parser what to expect; the real name may be wrong, or no text */
  expect(suffix: string): this {
    this.fileInfo.path = `file.${suffix}`;
    this.position = 0;
    return this;
  }

  /** Up to so many bytes from there. */
  bytesAt(position: number, length: number): Buffer {
    const bytes = Buffer.alloc(Math.max(0, Math.min(length, this.fileInfo.size - position)));
    return bytes.subarray(0, this.#fill(bytes, position, bytes.length));
  }

  override supportsRandomAccess(): boolean {
    return true;
  }

  setPosition(position: number): void {
    this.position = position;
  }

  override async readBuffer(target: Uint8Array, options?: IReadChunkOptions): Promise<number> {
    const { length, position, mayBeLess } = this.normalizeOptions(target, options);
    const read = this.#fill(target, position, length);
    this.position = position + read;
    if (read < length && !mayBeLess) throw new EndOfStreamError();
    return read;
  }

  override async peekBuffer(target: Uint8Array, options?: IReadChunkOptions): Promise<number> {
    const { length, position, mayBeLess } = this.normalizeOptions(target, options);
    const read = this.#fill(target, position, length);
    if (read < length && !mayBeLess) throw new EndOfStreamError();
    return read;
  }

  closeFile(): void {
    closeSync(this.#descriptor);
  }

  #fill(target: Uint8Array, position: number, length: number): number {
    let filled = 0;
    while (filled < length) {
      const at = position + filled;
      const inBlock = at - this.#blockStart;
      if (inBlock < 0 || inBlock >= this.#block.length) {
        if (!this.#load(at)) break;
        continue;
      }
      const part = this.#block.subarray(inBlock, inBlock + length - filled);
      target.set(part, filled);
      filled += part.length;
    }
    return filled;
  }

  #load(position: number): boolean {
    // Tags at the end (ID3v1, APE) are near each other too.
    const start = Math.max(0, Math.min(position, this.fileInfo.size - 4096));
    const buffer = Buffer.allocUnsafe(blockBytes);
    const read = readSync(this.#descriptor, buffer, 0, blockBytes, start);
    this.#block = buffer.subarray(0, read);
    this.#blockStart = start;
    return position < start + read;
  }
}

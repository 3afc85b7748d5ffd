// Pages of a column of a row group, one after the other. hyparquet itself takes the whole column of a group at once, which
// is 40 MB of uids where a group has a million rows.

import type { ColumnMetaData } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import type { PageHeader } from "hyparquet/src/types.js";
import { readAt } from "./file.ts";
import type { PageMemory } from "./scratch.ts";

/** Read at once where pages are small; a larger one is read whole, and no more than it. */
const readBytes = 64 * 1024;

/** A header has the smallest and the largest value of its page in it, so it may be larger; then more is read. */
const headerBytes = 4096;

export interface Page {
  header: PageHeader;
  /** As in the file: packed. */
  bytes: Uint8Array;
}

export class ColumnPages {
  readonly #path: string;
  readonly #memory: PageMemory["packed"];
  readonly #end: number;
  /** Where `#window` begins in the file. */
  #start: number;
  #window: Uint8Array = new Uint8Array();
  #valuesLeft: number;

  /** @param memory where pages are read to: the one before is gone then, if it is used again */
  constructor(path: string, column: ColumnMetaData, { packed }: PageMemory) {
    const { dictionary_page_offset, data_page_offset, total_compressed_size, num_values } = column;
    this.#path = path;
    this.#memory = packed;
    this.#start = Number(dictionary_page_offset || data_page_offset);
    this.#end = this.#start + Number(total_compressed_size);
    this.#valuesLeft = Number(num_values);
  }

  get isAtEnd(): boolean {
    return this.#valuesLeft <= 0 || this.#left === 0;
  }

  async next(): Promise<Page> {
    const header = await this.#readHeader();
    this.#valuesLeft -= (header.data_page_header ?? header.data_page_header_v2)?.num_values ?? 0;
    const size = header.compressed_page_size;
    await this.#need(size);
    if (this.#window.length < size) throw new Error("a page is longer than its column");
    return { header, bytes: this.#pass(size) };
  }

  get #left(): number {
    return this.#end - this.#start;
  }

  async #readHeader(): Promise<PageHeader> {
    for (let bytes = headerBytes; ; bytes *= 4) {
      await this.#need(bytes);
      const { buffer, byteOffset, byteLength } = this.#window;
      const reader = { view: new DataView(buffer, byteOffset, byteLength), offset: 0 };
      try {
        const header = parquetHeader(reader);
        this.#pass(reader.offset);
        return header;
      } catch (error) {
        // Cut off in the middle; at the end of the column there is no more to come.
        if (!(error instanceof RangeError) || byteLength >= this.#left) throw error;
      }
    }
  }

  /** At least so many bytes in the window, if the column has them. */
  async #need(bytes: number): Promise<void> {
    if (this.#window.length >= Math.min(bytes, this.#left)) return;
    const window = this.#memory.take(Math.min(this.#left, Math.max(bytes, readBytes)));
    await readAt(this.#path, window, this.#start);
    this.#window = window;
  }

  #pass(bytes: number): Uint8Array {
    const passed = this.#window.subarray(0, bytes);
    this.#window = this.#window.subarray(bytes);
    this.#start += bytes;
    return passed;
  }
}

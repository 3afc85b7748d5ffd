// Texts of a page, each behind its length in four bytes. A view and a decoder for each text cost most of the time that a
// table took; where a page is ASCII, as most are, many texts are decoded at once and are parts of one string.

import { isAscii } from "node:buffer";

export class PlainTexts {
  readonly #bytes: Buffer;
  /** A length of 128 bytes or more has a byte that is none; such pages are decoded text by text. */
  readonly #isAscii: boolean;
  #offset = 0;

  constructor({ buffer, byteOffset, byteLength }: Uint8Array) {
    this.#bytes = Buffer.from(buffer, byteOffset, byteLength);
    this.#isAscii = isAscii(this.#bytes);
  }

  read(count: number): string[] {
    const start = this.#offset;
    const ends = new Uint32Array(count);
    for (let index = 0; index < count; index++) {
      this.#offset += 4 + this.#bytes.readUInt32LE(this.#offset);
      ends[index] = this.#offset;
    }
    if (this.#offset > this.#bytes.length) throw new Error("a text is longer than its page");
    return this.#isAscii ? this.#cut(start, ends) : this.#decode(start, ends);
  }

  #cut(start: number, ends: Uint32Array): string[] {
    const characters = this.#bytes.toString("latin1", start, this.#offset);
    const texts = new Array<string>(ends.length);
    let from = 0;
    for (let index = 0; index < ends.length; index++) {
      const to = (ends[index] ?? 0) - start;
      texts[index] = characters.slice(from + 4, to);
      from = to;
    }
    return texts;
  }

  #decode(start: number, ends: Uint32Array): string[] {
    const texts = new Array<string>(ends.length);
    let from = start;
    for (let index = 0; index < ends.length; index++) {
      const to = ends[index] ?? 0;
      texts[index] = this.#bytes.toString("utf8", from + 4, to);
      from = to;
    }
    return texts;
  }
}

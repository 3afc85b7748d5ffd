// Texts of a page, each behind its length in four bytes. A view and a decoder for each text cost most of the time that a
// table took; a page of ASCII, as most are, is one string of which the texts are parts.

import { isAscii } from "node:buffer";

export class PlainTexts {
  readonly #bytes: Buffer;
  /** The bytes as characters, where all of them are ASCII. */
  readonly #characters: string | null;
  #offset = 0;

  constructor({ buffer, byteOffset, byteLength }: Uint8Array) {
    this.#bytes = Buffer.from(buffer, byteOffset, byteLength);
    // A length of 128 bytes or more has a byte that is none; such texts are decoded one by one.
    this.#characters = isAscii(this.#bytes) ? this.#bytes.toString("latin1") : null;
  }

  read(count: number): string[] {
    const texts = new Array<string>(count);
    const characters = this.#characters;
    let offset = this.#offset;
    for (let index = 0; index < count; index++) {
      const start = offset + 4;
      offset = start + this.#bytes.readUInt32LE(offset);
      if (offset > this.#bytes.length) throw new Error("a text is longer than its page");
      texts[index] =
        characters === null ? this.#bytes.toString("utf8", start, offset) : characters.slice(start, offset);
    }
    this.#offset = offset;
    return texts;
  }
}

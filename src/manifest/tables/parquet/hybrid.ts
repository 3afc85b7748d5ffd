// Runs and packed bits (https://parquet.apache.org/docs/file-format/data-pages/encodings/, "RLE / Bit-Packing Hybrid"),
// as many values at a time as are asked for: a page may have a million.

export class HybridReader {
  readonly #bytes: Uint8Array;
  readonly #width: number;
  #offset: number;
  /** Values left of the run at hand. */
  #left = 0;
  #isPacked = false;
  /** Of a run of equal values. */
  #value = 0;
  /** Of packed bits: those of the byte at hand that are not used yet. */
  #bits = 0;
  #bitCount = 0;

  /** @param width bits of a value, 0 to 32; of 0 bits all values are 0 */
  constructor(bytes: Uint8Array, offset: number, width: number) {
    this.#bytes = bytes;
    this.#offset = offset;
    this.#width = width;
  }

  /** Fills `output` from `start` up to `end`. */
  read(output: Int32Array | Uint8Array, start: number, end: number): void {
    if (this.#width === 0) {
      output.fill(0, start, end);
      return;
    }
    for (let index = start; index < end; ) {
      if (this.#left === 0) this.#nextRun();
      const stop = Math.min(end, index + this.#left);
      this.#left -= stop - index;
      if (this.#isPacked) this.#unpack(output, index, stop);
      else output.fill(this.#value, index, stop);
      index = stop;
    }
  }

  #nextRun(): void {
    const header = this.#varint();
    const count = Math.floor(header / 2);
    this.#isPacked = header % 2 === 1;
    this.#left = this.#isPacked ? count * 8 : count;
    this.#bits = 0;
    this.#bitCount = 0;
    if (this.#isPacked) return;
    this.#value = 0;
    for (let shift = 0; shift < this.#width; shift += 8) this.#value |= this.#byte() << shift;
  }

  #unpack(output: Int32Array | Uint8Array, start: number, end: number): void {
    const width = this.#width;
    for (let index = start; index < end; index++) {
      let value = 0;
      for (let taken = 0; taken < width; ) {
        if (this.#bitCount === 0) {
          // The last run may have padding that is not in the file.
          this.#bits = this.#bytes[this.#offset++] ?? 0;
          this.#bitCount = 8;
        }
        const count = Math.min(width - taken, this.#bitCount);
        value |= (this.#bits & ((1 << count) - 1)) << taken;
        this.#bits >>>= count;
        this.#bitCount -= count;
        taken += count;
      }
      output[index] = value;
    }
  }

  #varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#byte();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }

  #byte(): number {
    const byte = this.#bytes[this.#offset++];
    if (byte === undefined) throw new Error("a page ends in the middle of its values");
    return byte;
  }
}

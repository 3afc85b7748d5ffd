// Bytes in the making: what the encoders write rows into, and what COPY then sends.

const defaultCapacityBytes = 128 * 1024;

/** What `take` keeps for the next batch at most; a single row may have needed hundreds of megabytes. */
const mostKeptBytes = 16 * 1024 * 1024;

/** Batches of one COPY come back together. */
const mostSpareBytes = 32 * 1024 * 1024;

/** Above this a text is measured before it is written; below it three bytes a UTF-16 unit are set aside. */
const measuredLength = 16 * 1024;

/** Up to here a loop over the characters beats a call into C++. */
const loopedLength = 24;

/** A buffer that grows. Numbers are big-endian, as PostgreSQL's binary formats have them. */
export class BinaryBuffer {
  #bytes: Buffer;
  #data: DataView;
  #position = 0;
  readonly #spare: Buffer[] = [];

  constructor(capacityBytes: number = defaultCapacityBytes) {
    this.#bytes = Buffer.allocUnsafeSlow(Math.max(capacityBytes, 16));
    this.#data = new DataView(this.#bytes.buffer);
  }

  /** Bytes written so far. */
  get position(): number {
    return this.#position;
  }

  /** Makes room for that many bytes more. The writers below do it themselves. */
  ensure(bytes: number): void {
    if (this.#position + bytes > this.#bytes.length) this.#grow(bytes);
  }

  #grow(bytes: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#position + bytes));
    this.#bytes.copy(grown, 0, 0, this.#position);
    this.#bytes = grown;
    this.#data = new DataView(grown.buffer);
  }

  writeUint8(value: number): void {
    this.ensure(1);
    this.#data.setUint8(this.#position, value);
    this.#position += 1;
  }

  writeInt16(value: number): void {
    this.ensure(2);
    this.#data.setInt16(this.#position, value);
    this.#position += 2;
  }

  writeInt32(value: number): void {
    this.ensure(4);
    this.#data.setInt32(this.#position, value);
    this.#position += 4;
  }

  writeBigInt64(value: bigint): void {
    this.ensure(8);
    this.#data.setBigInt64(this.#position, value);
    this.#position += 8;
  }

  /** A safe integer as int64, without a bigint on the way. */
  writeSafeInt64(value: number): void {
    this.ensure(8);
    const high = Math.floor(value / 4294967296);
    this.#data.setInt32(this.#position, high);
    this.#data.setUint32(this.#position + 4, value - high * 4294967296);
    this.#position += 8;
  }

  writeFloat32(value: number): void {
    this.ensure(4);
    this.#data.setFloat32(this.#position, value);
    this.#position += 4;
  }

  writeFloat64(value: number): void {
    this.ensure(8);
    this.#data.setFloat64(this.#position, value);
    this.#position += 8;
  }

  /** Numbers as float4, one after another. */
  writeFloat32s(values: ArrayLike<number>): void {
    this.ensure(values.length * 4);
    const data = this.#data;
    let position = this.#position;
    for (let index = 0; index < values.length; index++) {
      data.setFloat32(position, values[index] as number);
      position += 4;
    }
    this.#position = position;
  }

  /** Numbers as float4 or float8 elements of a binary array: each with its length in front, an int32. */
  writeFloatElements(values: ArrayLike<number>, elementBytes: 4 | 8): void {
    this.ensure(values.length * (4 + elementBytes));
    const data = this.#data;
    let position = this.#position;
    for (let index = 0; index < values.length; index++) {
      data.setInt32(position, elementBytes);
      if (elementBytes === 4) data.setFloat32(position + 4, values[index] as number);
      else data.setFloat64(position + 4, values[index] as number);
      position += 4 + elementBytes;
    }
    this.#position = position;
  }

  writeBytes(bytes: Uint8Array): void {
    this.ensure(bytes.length);
    this.#bytes.set(bytes, this.#position);
    this.#position += bytes.length;
  }

  /** Returns how many bytes it took. A lone surrogate becomes U+FFFD: refuse it before. */
  writeUtf8(text: string): number {
    const { length } = text;
    this.ensure(length > measuredLength ? Buffer.byteLength(text) : length * 3);
    const start = this.#position;
    const bytes = this.#bytes;
    if (length <= loopedLength) {
      let end = start;
      let index = 0;
      for (; index < length; index++) {
        const code = text.charCodeAt(index);
        if (code < 0x80) bytes[end++] = code;
        else if (code < 0x800) {
          bytes[end++] = 0xc0 | (code >> 6);
          bytes[end++] = 0x80 | (code & 0x3f);
        } else break;
      }
      if (index === length) {
        this.#position = end;
        return end - start;
      }
    }
    const written = bytes.write(text, start, "utf8");
    this.#position = start + written;
    return written;
  }

  /** The text in UTF-8 with its length in front, as an int32. */
  writeTextField(text: string): void {
    this.writeInt32(0);
    const start = this.#position;
    const bytes = this.writeUtf8(text);
    // Read only now: the text may have needed another buffer.
    this.#data.setInt32(start - 4, bytes);
  }

  /** Overwrites an int16 that stands at `position`. */
  patchInt16(position: number, value: number): void {
    this.#data.setInt16(position, value);
  }

  /** Overwrites an int32 that stands at `position`, such as a length that is known only afterwards. */
  patchInt32(position: number, value: number): void {
    this.#data.setInt32(position, value);
  }

  /** Forgets what was written from `position` on. */
  truncate(position: number): void {
    if (position < this.#position) this.#position = position;
  }

  /** What is written, without a copy: valid until the next write. */
  view(): Buffer {
    return this.#bytes.subarray(0, this.#position);
  }

  /**
   * Hands out what is written and starts afresh: with the same room, since batches are of one size, and in memory that
   * was given back, if there is any.
   */
  take(): Buffer {
    const taken = this.view();
    this.#bytes = this.#spare.pop() ?? Buffer.allocUnsafeSlow(Math.min(this.#bytes.length, mostKeptBytes));
    this.#data = new DataView(this.#bytes.buffer);
    this.#position = 0;
    return taken;
  }

  /**
   * Takes back what `take` handed out, when nobody reads it any more. New memory for each batch of megabytes has to be mapped
   * page by page, and makes V8 collect garbage: a third of the client's work for embeddings.
   */
  giveBack(taken: Buffer): void {
    const { byteLength } = taken.buffer;
    if (byteLength > mostKeptBytes || (this.#spare.length + 1) * byteLength > mostSpareBytes) return;
    this.#spare.push(Buffer.from(taken.buffer));
  }
}

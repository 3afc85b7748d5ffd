// Lines of bytes. Splitting before decoding is safe: no byte of a UTF-8 sequence equals a line feed.

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** How much of a line that is too long is kept, to recognise it by. */
const keptBytes = 1000;

export interface ByteLine {
  /** Counts from 1. */
  line: number;
  /** Without its line end; of a line that is too long only the beginning. */
  bytes: Buffer;
  isTooLong: boolean;
}

/**
 * Splits chunks into lines, a list a chunk (a promise for each line would cost more than the split itself).
 * Holds at most `maxLineBytes` besides the chunk. The last line needs no line end.
 */
export async function* splitLines(
  chunks: AsyncIterable<Buffer>,
  maxLineBytes: number,
): AsyncGenerator<ByteLine[]> {
  let line = 1;
  const pending = new PendingLine(maxLineBytes);
  for await (const chunk of chunks) {
    const lines: ByteLine[] = [];
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
      lines.push({ line: line++, ...pending.finish(chunk.subarray(start, end)) });
      start = end + 1;
    }
    pending.add(chunk.subarray(start));
    yield lines;
  }
  if (pending.length > 0) yield [{ line, ...pending.finish(Buffer.alloc(0)) }];
}

/** The beginning of a line whose end has not come yet. */
class PendingLine {
  length = 0;
  #parts: Buffer[] = [];
  readonly #maxBytes: number;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  add(part: Buffer): void {
    if (part.length === 0) return;
    const wasTooLong = this.length > this.#maxBytes;
    this.length += part.length;
    if (wasTooLong) return;
    this.#parts.push(part);
    if (this.length > this.#maxBytes) this.#parts = [this.#head()];
  }

  finish(part: Buffer): Omit<ByteLine, "line"> {
    if (this.length === 0 && part.length <= this.#maxBytes) {
      return { bytes: withoutReturn(part), isTooLong: false };
    }
    this.add(part);
    const isTooLong = this.length > this.#maxBytes;
    const bytes = isTooLong ? this.#head() : withoutReturn(Buffer.concat(this.#parts));
    this.length = 0;
    this.#parts = [];
    return { bytes, isTooLong };
  }

  /** A copy, so that the chunks can go. */
  #head(): Buffer {
    return Buffer.concat(this.#parts, Math.min(keptBytes, totalBytes(this.#parts)));
  }
}

function totalBytes(parts: readonly Buffer[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

function withoutReturn(bytes: Buffer): Buffer {
  return bytes.at(-1) === carriageReturn ? bytes.subarray(0, -1) : bytes;
}

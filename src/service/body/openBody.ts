// The body of a request as a stream for a load: unpacked, counted, bounded, and read no faster than it is used.

import { createHash, type Hash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { CopycatError, errorCode, errorMessage } from "../../errors.ts";
import { Refusal } from "../problem.ts";
import { Received } from "./received.ts";
import { Budget, type Encoding, unpack } from "./unpack.ts";

export interface BodyOptions {
  encoding: Encoding;
  /** Bytes at most, as sent and as unpacked. */
  maxBytes: number;
  /** Nothing may come for so long while it is waited for. */
  idleMs: number;
  /** Hashes what is unpacked. */
  hashes: boolean;
}

export interface BodyPlace {
  /** Line ends before it, and one: the line it is in. */
  line: number;
  /** Bytes before it, unpacked. */
  byte: number;
}

const lineFeed = 0x0a;

/** First bytes of gzip and zstd, with which no JSON begins. */
const packedStarts = new Set([0x1f, 0x28]);

export class Body {
  /** For one reader. */
  readonly stream: Readable;
  /** Why it broke, for the answer; what the reader makes of it says less. */
  failure: CopycatError | null = null;
  readonly #options: BodyOptions;
  readonly #received: Received;
  readonly #budget = new Budget();
  readonly #hash: Hash | null;
  readonly #chunks: AsyncGenerator<Buffer>;
  /** Looked at already, and not yet given out. */
  readonly #ahead: Buffer[] = [];
  #digest: Buffer | null = null;
  #bytes = 0;
  #lines = 0;

  constructor(raw: IncomingMessage, options: BodyOptions) {
    this.#options = options;
    this.#received = new Received(raw, options.idleMs);
    this.#hash = options.hashes ? createHash("sha256") : null;
    this.#chunks = this.#read();
    this.stream = streamOf(
      () => this.#next(),
      () => {
        this.#received.stop();
        this.#chunks.return(undefined).catch(() => undefined);
      },
    );
    // Whoever reads it is told; nobody else needs to be.
    this.stream.on("error", () => undefined);
  }

  /** How far it was read. */
  get place(): BodyPlace {
    return { line: this.#lines + 1, byte: this.#bytes };
  }

  get sentBytes(): number {
    return this.#budget.sent;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** SHA-256 of all that was read; nothing may be read after it was asked for. */
  digest(): Buffer {
    if (this.#hash === null) throw new CopycatError("INTERNAL", "The body was not to be hashed.");
    this.#digest ??= this.#hash.digest();
    return this.#digest;
  }

  /**
   * Reads until what has come is enough, or to the end; the stream gives it all out all the same.
   *
   * @param isEnough shown one chunk after the other
   */
  async lookAhead(isEnough: (chunk: Buffer) => Promise<boolean>): Promise<void> {
    for (;;) {
      const { done, value } = await this.#chunks.next();
      if (done === true) return;
      this.#ahead.push(value);
      if (await isEnough(value)) return;
    }
  }

  /** Reads what is left to its end, for its hash only. */
  async drain(): Promise<void> {
    for await (const _ of this.stream) {
      // Counted and hashed on its way.
    }
  }

  /** Lets go: what the client still sends is read for a moment, since many read no answer before they have sent all. */
  async close(): Promise<void> {
    this.stream.destroy();
    await this.#received.discard();
  }

  async #next(): Promise<Buffer | null> {
    const first = this.#ahead.shift();
    if (first !== undefined) return first;
    const { done, value } = await this.#chunks.next();
    return done === true ? null : value;
  }

  async *#read(): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of unpack(this.#count(), this.#options.encoding, this.#budget)) {
        this.#take(chunk);
        yield chunk;
      }
    } catch (error) {
      this.failure ??= this.#explain(error);
      throw this.failure;
    }
  }

  async *#count(): AsyncGenerator<Buffer> {
    for await (const chunk of this.#received.chunks()) {
      this.#budget.sent += chunk.length;
      if (this.#budget.sent > this.#options.maxBytes) throw this.#tooLarge();
      yield chunk;
    }
  }

  #take(chunk: Buffer): void {
    if (this.#bytes === 0 && packedStarts.has(chunk[0] ?? 0)) {
      throw new Refusal(
        415,
        "USAGE",
        "The body is packed; say how in Content-Encoding (gzip, zstd), and pack it once.",
      );
    }
    this.#bytes += chunk.length;
    if (this.#bytes > this.#options.maxBytes) throw this.#tooLarge();
    this.#hash?.update(chunk);
    for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, at + 1)) this.#lines += 1;
  }

  #tooLarge(): Refusal {
    const { maxBytes } = this.#options;
    return new Refusal(
      413,
      "INVALID_INPUT",
      `The body has more than ${maxBytes} bytes, sent or unpacked; send it in parts.`,
      {
        members: { position: this.place },
      },
    );
  }

  #explain(error: unknown): CopycatError {
    if (error instanceof CopycatError) return error;
    const code = errorCode(error);
    const because =
      code === "Z_BUF_ERROR" || code === "ECONNRESET"
        ? "it ends too early"
        : errorMessage(error).replace(/\.$/, "");
    const { line, byte } = this.place;
    const message = `The body broke after ${byte} bytes, in line ${line}: ${because}. Nothing was changed.`;
    return new Refusal(400, "UNREADABLE_SOURCE", message, {
      cause: error,
      members: { position: this.place },
    });
  }
}

/** `Readable.from` would wait for the end of a read that nobody ends any more; here it is ended first. */
function streamOf(next: () => Promise<Buffer | null>, stop: () => void): Readable {
  return new Readable({
    highWaterMark: 256 * 1024,
    read() {
      next().then(
        (chunk) => this.push(chunk),
        (error: unknown) => this.destroy(error as Error),
      );
    },
    destroy(error, callback) {
      stop();
      callback(error);
    },
  });
}

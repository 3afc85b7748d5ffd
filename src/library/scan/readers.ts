// The threads that read files, as the rest of the program sees them.

import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { CopycatError } from "../../errors.ts";
import { encodePath } from "../paths.ts";
import type { ReadRequest } from "./protocol.ts";
import { ReadThread } from "./thread.ts";
import type { ReadFileOptions, ReadResult } from "./types.ts";

/** The next files wait inside the thread, so that it never idles while an answer travels. */
const filesPerThread = 4;

/** Of a file without its full hash; as slow as a disk that has to be woken is. */
const mostMs = 120_000;
const mostFullHashMs = 3_600_000;

export interface FileReaders {
  /** Files that may be asked for at once; more wait. */
  readonly most: number;
  /** Never rejects, but with CANCELLED after `close`. */
  read(path: Buffer, options?: ReadFileOptions): Promise<ReadResult>;
  close(): void;
}

/**
 * Threads that read tags and hashes of files; each starts when there is work for it.
 *
 * @example
 * const readers = openReaders({ workers: 2 });
 * const file = await readers.read(Buffer.from("/music/a.flac"), { as: "a.flac" });
 * readers.close();
 */
export function openReaders({ workers = availableParallelism(), fullHash = false } = {}): FileReaders {
  if (!Number.isSafeInteger(workers) || workers < 1) {
    throw new CopycatError("USAGE", `workers is ${workers}; it must be a whole number of at least 1.`);
  }
  return new Readers(workers, fullHash ? mostFullHashMs : mostMs);
}

class Readers implements FileReaders {
  readonly most: number;
  readonly #workers: number;
  readonly #mostMs: number;
  #threads: ReadThread[] = [];
  readonly #waiting: (() => void)[] = [];
  #closed = false;

  constructor(workers: number, longestMs: number) {
    this.#workers = workers;
    this.#mostMs = longestMs;
    this.most = workers * filesPerThread;
  }

  async read(
    path: Buffer,
    { kind = "audio", fullHash = false, as }: ReadFileOptions = {},
  ): Promise<ReadResult> {
    const absolute = absolutePath(path);
    const record = as ?? encodePath(absolute).replace(/^\/+/, "");
    const request = { path: absolute, as: record, kind, wantsFullHash: fullHash };
    // Each time a thread dies, one file is a reject: this ends.
    for (;;) {
      const result = await this.#readOnce(request);
      if (this.#closed) throw new CopycatError("CANCELLED", "the reader of files is closed");
      if (result !== "lost") return result;
    }
  }

  close(): void {
    this.#closed = true;
    for (const thread of this.#threads) thread.close();
    for (const giveUp of this.#waiting.splice(0)) giveUp();
  }

  async #readOnce(request: ReadRequest): Promise<ReadResult | "lost"> {
    let thread = this.#free();
    while (thread === undefined && !this.#closed) {
      await new Promise<void>((done) => this.#waiting.push(done));
      thread = this.#free();
    }
    if (thread === undefined || this.#closed) return "lost";
    const result = await thread.read(request);
    this.#waiting.shift()?.();
    return result;
  }

  #free(): ReadThread | undefined {
    this.#threads = this.#threads.filter(({ alive }) => alive);
    const [best] = this.#threads.toSorted((left, right) => left.busy - right.busy);
    if (best?.busy === 0) return best;
    if (this.#threads.length < this.#workers && !this.#closed) {
      const thread = new ReadThread(this.#mostMs);
      this.#threads.push(thread);
      return thread;
    }
    return best !== undefined && best.busy < filesPerThread ? best : undefined;
  }
}

/** Relative ones are below the current folder, as everywhere. */
export function absolutePath(path: Buffer): Buffer {
  if (path[0] === 0x2f) return path;
  return Buffer.concat([Buffer.from(`${resolve(".")}/`), path]);
}

// One thread that reads files, and the files that it still owes.

import { startWorker } from "../../startWorker.ts";
import type { ReadAnswer, ReadRequest } from "./protocol.ts";
import type { ReadResult } from "./types.ts";

/**
 * A file of which the parser makes more is none that anyone has made on purpose. What is new takes little room: 32 MB of it are
 * no quicker, and a scan with two threads takes some 50 MB more with them.
 */
const resourceLimits = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 8 };

interface Pending {
  id: number;
  request: ReadRequest;
  resolve(result: ReadResult | "lost"): void;
}

export class ReadThread {
  readonly #worker = startWorker(import.meta.url, resourceLimits);
  readonly #pending: Pending[] = [];
  readonly #mostMs: number;
  #lastId = 0;
  #timer: NodeJS.Timeout | undefined;
  alive = true;

  /** @param mostMs a file that takes longer stops the thread */
  constructor(mostMs: number) {
    this.#mostMs = mostMs;
    this.#worker.unref();
    this.#worker.on("message", (answer: ReadAnswer) => this.#settle(answer));
    this.#worker.on("error", (error) => this.#die(error.message));
    this.#worker.on("exit", () => this.#die("the thread ended"));
  }

  get busy(): number {
    return this.#pending.length;
  }

  /** "lost" when another file stopped the thread before: it may be read by the next one. */
  read(request: ReadRequest): Promise<ReadResult | "lost"> {
    if (!this.alive) return Promise.resolve("lost");
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      this.#pending.push({ id, request, resolve });
      this.#worker.ref();
      if (this.#pending.length === 1) this.#watch();
      this.#worker.postMessage({ id, request });
    });
  }

  close(): void {
    this.#die("the reader is closed");
    // Not waited for: a thread that waits for a disk ends when the disk answers.
    void this.#worker.terminate();
  }

  #settle({ id, result }: ReadAnswer): void {
    const [first] = this.#pending;
    if (first?.id !== id) return;
    this.#pending.shift();
    if (this.#pending.length === 0) this.#worker.unref();
    this.#watch();
    first.resolve(result);
  }

  /** Files are read in order, so the first one is to blame. */
  #watch(): void {
    clearTimeout(this.#timer);
    if (this.#pending.length === 0) return;
    this.#timer = setTimeout(() => {
      this.#die(`it took longer than ${this.#mostMs / 1000} s`);
      void this.#worker.terminate();
    }, this.#mostMs);
  }

  #die(why: string): void {
    if (!this.alive) return;
    this.alive = false;
    clearTimeout(this.#timer);
    const [first, ...others] = this.#pending.splice(0);
    first?.resolve({ code: "reader_stopped", message: `reading it was given up: ${why}` });
    for (const { resolve } of others) resolve("lost");
  }
}

// What a client sends, chunk by chunk: waited for so long and no longer, and left off at any moment.

import type { IncomingMessage } from "node:http";
import { CopycatError } from "../../errors.ts";
import { Refusal } from "../problem.ts";

/** Who sends less than this, while more is waited for, keeps others waiting on purpose. */
const leastBytesPerSecond = 2048;

/** Over so long. */
const defaultPatienceMs = 30_000;

const lingerMs = 2000;
const lingerBytes = 64 * 1024 * 1024;

export class Received {
  readonly #raw: IncomingMessage;
  readonly #idleMs: number;
  readonly #iterator: AsyncIterator<Buffer>;
  #pending: Promise<IteratorResult<Buffer>> | null = null;
  #stop: ((error: Error) => void) | null = null;
  #isStopped = false;
  readonly #patienceMs: number;
  /** Since the pace was looked at. */
  #bytes = 0;
  #waitedMs = 0;

  constructor(raw: IncomingMessage, idleMs: number, patienceMs = defaultPatienceMs) {
    this.#raw = raw;
    this.#idleMs = idleMs;
    this.#patienceMs = patienceMs;
    // Ending the read must not end the connection, which is to carry the answer.
    this.#iterator = raw.iterator({ destroyOnReturn: false });
  }

  /** Waits only while it is asked for more: who is made to wait by us is not to blame. */
  async *chunks(): AsyncGenerator<Buffer> {
    for (;;) {
      if (this.#isStopped) throw stopped();
      const { done, value } = await this.#next(this.#idleMs);
      if (done === true) return;
      yield value;
    }
  }

  /** Ends a read that is under way. */
  stop(): void {
    this.#isStopped = true;
    this.#stop?.(stopped());
  }

  /** Reads what still comes for a moment. A connection that is closed on data unread takes the answer with it. */
  async discard(): Promise<void> {
    const endMs = performance.now() + lingerMs;
    for (let bytes = 0; !this.#raw.readableEnded && !this.#raw.destroyed && bytes < lingerBytes; ) {
      const leftMs = endMs - performance.now();
      if (leftMs <= 0) return;
      try {
        const { done, value } = await this.#next(leftMs);
        if (done === true) return;
        bytes += value.length;
      } catch {
        return;
      }
    }
  }

  async #next(withinMs: number): Promise<IteratorResult<Buffer>> {
    // A read that was left off goes on.
    this.#pending ??= this.#iterator.next();
    const pending = this.#pending;
    pending.catch(() => undefined);
    const startMs = performance.now();
    let timer: NodeJS.Timeout | undefined;
    const ended = new Promise<never>((_resolve, reject) => {
      this.#stop = reject;
      timer = setTimeout(() => reject(late()), withinMs);
    });
    try {
      const result = await Promise.race([pending, ended]);
      this.#pending = null;
      this.#bytes += result.done === true ? 0 : result.value.length;
      return result;
    } finally {
      clearTimeout(timer);
      this.#stop = null;
      this.#waitedMs += performance.now() - startMs;
      this.#checkPace();
    }
  }

  #checkPace(): void {
    if (this.#isStopped || this.#waitedMs < this.#patienceMs) return;
    if (this.#bytes < (this.#waitedMs / 1000) * leastBytesPerSecond) throw late();
    // A quick beginning buys no slow end.
    this.#bytes = 0;
    this.#waitedMs = 0;
  }
}

function stopped(): CopycatError {
  return new CopycatError("CANCELLED", "The body is not read any further.");
}

function late(): Refusal {
  return new Refusal(
    408,
    "UNREADABLE_SOURCE",
    "The body came too slowly; nothing was changed. Send it again.",
  );
}

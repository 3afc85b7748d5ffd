// A queue for all loads of a database: so many run at once, so many wait, and the next one is told to come later.

import type { Database } from "../database/index.ts";
import { CopycatError } from "../errors.ts";
import { Refusal } from "./problem.ts";

export interface QueueLimits {
  /** Loads at once. */
  running: number;
  /** Loads that wait for their turn. */
  waiting: number;
}

interface Waiter {
  start: () => void;
  refuse: (error: Error) => void;
}

export class LoadQueue {
  readonly #limits: QueueLimits;
  readonly #waiters: Waiter[] = [];
  #running = 0;
  #isClosed = false;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiters.length;
  }

  /**
   * Runs `work` when its turn comes.
   *
   * @param signal ends the waiting; what runs has to listen itself
   * @throws Refusal 429 when too many wait, 503 when the queue is closed; CopycatError CANCELLED; what `work` throws
   */
  async run<Result>(work: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
    await this.#turn(signal);
    try {
      return await work();
    } finally {
      const next = this.#waiters.shift();
      // The turn is handed on, so that nobody who comes in between takes it.
      if (next === undefined) this.#running -= 1;
      else next.start();
    }
  }

  /** Takes no more, and sends away who waits. */
  close(): void {
    this.#isClosed = true;
    for (const { refuse } of this.#waiters.splice(0)) refuse(shuttingDown());
  }

  /** Whether one more may run or wait. @throws Refusal 429, 503 as `run` */
  checkRoom(): void {
    if (this.#isClosed) throw shuttingDown();
    const { running, waiting } = this.#limits;
    if (this.#running < running || this.#waiters.length < waiting) return;
    throw new Refusal(429, "BUSY", `${this.#waiters.length} loads wait already; come again later.`, {
      headers: { "retry-after": "10" },
    });
  }

  async #turn(signal: AbortSignal): Promise<void> {
    this.checkRoom();
    if (this.#running < this.#limits.running) this.#running += 1;
    else await this.#wait(signal);
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        const place = this.#waiters.indexOf(waiter);
        if (place >= 0) this.#waiters.splice(place, 1);
        reject(new CopycatError("CANCELLED", "Cancelled before its turn came.", { cause: signal.reason }));
      };
      const settle = (then: () => void): void => {
        signal.removeEventListener("abort", leave);
        then();
      };
      const waiter: Waiter = {
        start: () => settle(resolve),
        refuse: (error) => settle(() => reject(error)),
      };
      signal.addEventListener("abort", leave, { once: true });
      this.#waiters.push(waiter);
      if (signal.aborted) leave();
    });
  }
}

/** A queue of each database: loads of one never wait for those of another. */
export class LoadQueues {
  readonly #limits: QueueLimits;
  readonly #queues = new Map<Database, LoadQueue>();
  #isClosed = false;

  /** @param limits of each */
  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  of(database: Database): LoadQueue {
    const known = this.#queues.get(database);
    if (known !== undefined) return known;
    const queue = new LoadQueue(this.#limits);
    if (this.#isClosed) queue.close();
    this.#queues.set(database, queue);
    return queue;
  }

  get running(): number {
    return this.#sum(({ running }) => running);
  }

  get waiting(): number {
    return this.#sum(({ waiting }) => waiting);
  }

  close(): void {
    this.#isClosed = true;
    for (const queue of this.#queues.values()) queue.close();
  }

  #sum(count: (queue: LoadQueue) => number): number {
    return [...this.#queues.values()].reduce((sum, queue) => sum + count(queue), 0);
  }
}

export function shuttingDown(): Refusal {
  return new Refusal(
    503,
    "CANCELLED",
    "The service is shutting down; nothing was changed. Come again later.",
  );
}

// How many records a second went into each store, over a little more than the last ten minutes.

import { performance } from "node:perf_hooks";
import { hasEnded, type LiveLoad, type StoreName, storeNames } from "./monitor.ts";

export const stepMs = 2000;
/** Ten minutes, and a little more: a chart of them that moves has no gap at its edge. */
export const stepCount = 304;

export interface RateSeries {
  stepMs: number;
  /** Since the last step that is told of has ended: 0 to `stepMs`. */
  ageMs: number;
  /** `stepCount` numbers a store, records a second, the oldest first. */
  stores: Record<StoreName, number[]>;
}

/** Counts in steps; a ring of them, so that memory does not grow. */
export class Rates {
  readonly #now: () => number;
  readonly #startMs: number;
  readonly #counts = new Map(storeNames.map((store) => [store, new Float64Array(stepCount + 1)]));
  /** Of loads that have not ended: how many of their records are counted. */
  readonly #seen = new Map<string, number>();
  #step = 0;

  /** @param now a clock in milliseconds that never goes back */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#startMs = now();
  }

  /** Takes what has come since the last time; a phase that counts from the start again adds nothing. */
  count(load: Pick<LiveLoad, "id" | "store" | "state" | "done">): void {
    const step = this.#advance();
    const seen = this.#seen.get(load.id) ?? 0;
    const counts = this.#counts.get(load.store);
    if (counts !== undefined)
      counts[step % counts.length] = this.#at(counts, step) + Math.max(0, load.done - seen);
    if (hasEnded(load)) this.#seen.delete(load.id);
    else this.#seen.set(load.id, Math.max(seen, load.done));
  }

  /** The steps that are over. */
  read(): RateSeries {
    const step = this.#advance();
    const stores = Object.fromEntries(
      [...this.#counts].map(([store, counts]) => [
        store,
        Array.from({ length: stepCount }, (_unused, index) => {
          const at = step - stepCount + index;
          return at < 0 ? 0 : (this.#at(counts, at) * 1000) / stepMs;
        }),
      ]),
    ) as Record<StoreName, number[]>;
    return { stepMs, ageMs: Math.round(this.#now() - this.#startMs - step * stepMs), stores };
  }

  #at(counts: Float64Array, step: number): number {
    return counts[step % counts.length] ?? 0;
  }

  /** Empties the steps in which nothing came. */
  #advance(): number {
    const step = Math.floor((this.#now() - this.#startMs) / stepMs);
    for (const counts of this.#counts.values()) {
      if (step - this.#step >= counts.length) counts.fill(0);
      else for (let at = this.#step + 1; at <= step; at++) counts[at % counts.length] = 0;
    }
    this.#step = step;
    return step;
  }
}

// How many nodes the datasets have, counted aside: who asks never waits for it.

import type { Catalogs, CountedDataset } from "./catalogs/types.ts";

export interface DatasetCounts {
  countedAt: Date;
  /** Those with the most nodes. */
  datasets: CountedDataset[];
  /** How many datasets more there are. */
  leftOut: number;
}

const listed = 25;
const timeoutMs = 10_000;
/** Counting takes a twentieth of the time at most: it reads the closure of all. */
const restFactor = 20;
const leastRestMs = 1500;

export class DatasetCounter {
  readonly #catalogs: Catalogs;
  readonly #abort = new AbortController();
  #counts: DatasetCounts | null = null;
  #counting: Promise<void> | null = null;
  #restUntilMs = 0;

  constructor(catalogs: Catalogs) {
    this.#catalogs = catalogs;
  }

  /** What was counted last, null before the first time; counts anew when that is some time ago. */
  read(): DatasetCounts | null {
    if (!this.#abort.signal.aborted && this.#counting === null && performance.now() >= this.#restUntilMs) {
      this.#counting = this.#count().finally(() => {
        this.#counting = null;
      });
    }
    return this.#counts;
  }

  /** Ends what is being counted. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#counting;
  }

  async #count(): Promise<void> {
    const startMs = performance.now();
    try {
      const all = await this.#catalogs.countDatasets({ timeoutMs, signal: this.#abort.signal });
      const datasets = all.slice(0, listed);
      this.#counts = { countedAt: new Date(), datasets, leftOut: all.length - datasets.length };
    } catch {
      // The old counts stay, with their time: the database is away or busy, which `readyz` tells.
    } finally {
      const tookMs = performance.now() - startMs;
      this.#restUntilMs = performance.now() + Math.max(leastRestMs, tookMs * restFactor);
    }
  }
}

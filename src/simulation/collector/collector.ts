// Collects what a running simulation says, and stores what changed while it goes on.

import { CopycatError } from "../../errors.ts";
import { checkEntityData } from "../arrays/index.ts";
import { SimulationStore } from "../store/index.ts";
import type { EntityData, SimulationArray, SimulationUpdate } from "../types.ts";
import { ChangeDetector, type Changes, changesToData, mergeChanges } from "./changes.ts";
import { type DataMask, type Masked, makeMask } from "./mask.ts";
import { type CollectorTarget, makeTarget } from "./targets.ts";
import { Workers } from "./workers.ts";

export interface CollectorOptions {
  /** Updates stored at once; default 5. `collect` waits while all are busy. */
  workers?: number;
  /** One update for each dataset and timestamp, with the last values. Default: one for each call that changed something. */
  aggregate?: boolean;
  /** Which attributes are kept; default all. */
  mask?: DataMask;
}

export interface Collected {
  dataset: string;
  /** Never before that of an earlier call. */
  timestamp: number;
  origin?: string | null;
  /** What `checkEntityData` takes, each group with its `id`. */
  data: unknown;
}

/**
 * Stores only values that changed, counting iterations over all datasets of a timestamp. What a worker could not store is
 * an error of the next `flush`; after it all values of that dataset are stored again as they come.
 *
 * @example
 * await using collector = new UpdateCollector(store, { workers: 5 });
 * await collector.collect({ dataset: "roads", timestamp: 0, data: { segments: { id: { data: [1] }, speed: { data: [9.5] } } } });
 * await collector.flush();
 */
export class UpdateCollector implements AsyncDisposable {
  readonly #target: CollectorTarget;
  readonly #workers: Workers;
  readonly #mask: Masked;
  readonly #aggregate: boolean;
  readonly #detectors = new Map<string, ChangeDetector>();
  #timestamp: number | null = null;
  #iteration = 0;
  #waiting = new Map<string, { changes: Changes; origin: string | null }>();
  /** Calls take their turn, whether they are awaited or not. */
  #queue: Promise<unknown> = Promise.resolve();

  /** @throws CopycatError USAGE */
  constructor(target: SimulationStore | CollectorTarget, options: CollectorOptions = {}) {
    const { workers = 5, aggregate = false, mask } = options;
    this.#target =
      target instanceof SimulationStore ? makeTarget({ storage: "postgresql", store: target }) : target;
    this.#workers = new Workers(workers);
    this.#mask = makeMask(mask);
    this.#aggregate = aggregate;
  }

  /**
   * The arrays are copied at once: they may be changed before this resolves.
   *
   * @throws CopycatError INVALID_INPUT, USAGE when time goes back
   */
  async collect({ data, ...collected }: Collected): Promise<void> {
    const own = copyOf(this.#mask(collected.dataset, checkEntityData(data)));
    await this.#enqueue(() => this.#collect({ ...collected, data: own }));
  }

  /**
   * Stores what is held back, and waits for all workers.
   *
   * @throws CopycatError what went wrong since the last flush, "2 errors were raised: ..."
   */
  flush(): Promise<void> {
    return this.#enqueue(async () => {
      await this.#release();
      await this.#workers.flush();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush();
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }

  async #collect({
    dataset,
    timestamp,
    origin = null,
    data,
  }: Collected & { data: EntityData }): Promise<void> {
    if (!Number.isSafeInteger(timestamp)) {
      throw new CopycatError("USAGE", `The timestamp ${timestamp} is no whole number.`);
    }
    if (this.#timestamp !== null && timestamp < this.#timestamp) {
      throw new CopycatError(
        "USAGE",
        `The timestamp ${timestamp} comes after ${this.#timestamp}; time does not go back.`,
      );
    }
    if (timestamp !== this.#timestamp) {
      await this.#release();
      this.#timestamp = timestamp;
      this.#iteration = 0;
    }
    const changes = this.#detector(dataset).detect(data);
    if (changes.size === 0) return;
    if (!this.#aggregate) return this.#submit(dataset, { changes, origin });
    const waiting = this.#waiting.get(dataset);
    if (waiting === undefined) this.#waiting.set(dataset, { changes, origin });
    else mergeChanges(waiting.changes, changes);
  }

  #detector(dataset: string): ChangeDetector {
    const detector = this.#detectors.get(dataset) ?? new ChangeDetector();
    this.#detectors.set(dataset, detector);
    return detector;
  }

  async #release(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = new Map();
    for (const [dataset, held] of waiting) await this.#submit(dataset, held);
  }

  async #submit(dataset: string, held: { changes: Changes; origin: string | null }): Promise<void> {
    const update: SimulationUpdate = {
      dataset,
      timestamp: this.#timestamp ?? 0,
      iteration: this.#iteration++,
      origin: held.origin,
      data: changesToData(held.changes),
    };
    await this.#workers.submit(async () => {
      try {
        await this.#target.store(update);
      } catch (error) {
        // Or else these values would count as stored until they change once more.
        this.#detectors.get(dataset)?.forget();
        throw error;
      }
    });
  }
}

function copyOf(data: EntityData): EntityData {
  return new Map(
    [...data].map(([group, arrays]) => [
      group,
      new Map([...arrays].map(([attribute, array]) => [attribute, copyOfArray(array)])),
    ]),
  );
}

function copyOfArray({ dtype, shape, data, rowPtr }: SimulationArray): SimulationArray {
  const copy = { dtype, shape: [...shape], data: data.slice() };
  return rowPtr === undefined ? copy : { ...copy, rowPtr: rowPtr.slice() };
}

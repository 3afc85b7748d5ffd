// Updates of any source -> batches of checked ones, and what is refused at the door.

import { setImmediate } from "node:timers/promises";
import { CopycatError } from "../../errors.ts";
import type { SimulationUpdate } from "../types.ts";
import { type CheckedUpdate, checkUpdate, type UpdateInput } from "./checkUpdate.ts";

export type Updates = Iterable<SimulationUpdate> | AsyncIterable<SimulationUpdate>;

/** An update that did not go in. */
export interface RejectedUpdate {
  /** Place in the input; 0 is the first. */
  position: number;
  code: string;
  message: string;
  source: UpdateInput;
}

export interface UpdateBatch {
  updates: CheckedUpdate[];
  rejects: RejectedUpdate[];
}

export interface BatchLimits {
  updates: number;
  bytes: number;
}

/** The loop of events is let go on so often, so that the batch before goes on its way to the server. */
const yieldEveryMs = 2;

/** Ends with the input. Leaving it early closes the source. */
export async function* collectBatches(updates: Updates, limits: BatchLimits): AsyncGenerator<UpdateBatch> {
  let batch: UpdateBatch = { updates: [], rejects: [] };
  let bytes = 0;
  let position = 0;
  let letGo = performance.now();
  const source: Iterator<SimulationUpdate> | AsyncIterator<SimulationUpdate> =
    Symbol.asyncIterator in updates ? updates[Symbol.asyncIterator]() : updates[Symbol.iterator]();
  let isDone = false;
  try {
    for (;;) {
      // Awaited only where there is something to wait for: promises were a third of the time of a source that has none.
      const step = source.next();
      const { done, value } =
        step instanceof Promise ? await step : (step as IteratorResult<SimulationUpdate>);
      if (done === true) {
        isDone = true;
        break;
      }
      const checked = check(value, position);
      position += 1;
      if ("code" in checked) batch.rejects.push(checked);
      else {
        batch.updates.push(checked);
        bytes += checked.bytes;
      }
      if (batch.updates.length + batch.rejects.length >= limits.updates || bytes >= limits.bytes) {
        yield batch;
        batch = { updates: [], rejects: [] };
        bytes = 0;
      }
      if (performance.now() - letGo > yieldEveryMs) {
        await setImmediate();
        letGo = performance.now();
      }
    }
  } finally {
    if (!isDone) await source.return?.();
  }
  if (batch.updates.length + batch.rejects.length > 0) yield batch;
}

function check(update: UpdateInput, position: number): CheckedUpdate | RejectedUpdate {
  try {
    return checkUpdate(update, position);
  } catch (error) {
    if (!(error instanceof CopycatError)) throw error;
    return { position, code: "invalid_update", message: error.message, source: update };
  }
}

/** Batches in their order. The next one is collected ahead of its turn from when `ahead` is called. */
export class BatchReader implements AsyncIterable<UpdateBatch> {
  readonly #batches: AsyncGenerator<UpdateBatch>;
  #next: Promise<IteratorResult<UpdateBatch>> | null = null;

  constructor(batches: AsyncGenerator<UpdateBatch>) {
    this.#batches = batches;
  }

  ahead(): void {
    if (this.#next !== null) return;
    this.#next = this.#batches.next();
    // Looked at when its turn comes, or never.
    this.#next.catch(() => undefined);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<UpdateBatch> {
    try {
      for (;;) {
        this.ahead();
        const { done, value } = await (this.#next as Promise<IteratorResult<UpdateBatch>>);
        this.#next = null;
        if (done === true) return;
        yield value;
      }
    } finally {
      // Not waited for: after an error the source may have nothing to say for long.
      void this.#batches.return(undefined).catch(() => undefined);
    }
  }
}

// Updates of an input into a store: what is there already is not opened, what cannot go in becomes a reject.

import type { BeforeCommit, MergePolicy } from "../../bulk/index.ts";
import { asJsonText } from "../../json.ts";
import { RefusedPart } from "../formats/index.ts";
import type { SimulationStore, StoreReport } from "../store/index.ts";
import type { SimulationUpdate } from "../types.ts";
import type { LoadCounts } from "./counts.ts";
import type { LoadInput, PartPlace } from "./input.ts";
import type { LoadJob } from "./loadJob.ts";
import { storedKeys } from "./storedKeys.ts";

export interface LoadUpdatesOptions {
  job: LoadJob;
  policy: MergePolicy;
  /** Updates a transaction; 0: all in one. */
  commitEvery: number;
  /** As of `storeUpdates`, with the counts of the input. */
  beforeCommit?: BeforeCommit<LoadCounts> | undefined;
  onNotice?: (message: string) => void;
}

/** @throws CopycatError as `SimulationStore.storeUpdates` */
export async function loadUpdates(
  store: SimulationStore,
  input: LoadInput,
  { job, policy, commitEvery, beforeCommit, onNotice }: LoadUpdatesOptions,
): Promise<LoadCounts> {
  const reading = new Reading(input, job);
  const isKnown = policy === "skip" ? await storedKeys(store) : null;
  const stored = await store.storeUpdates(reading.updates(isKnown), {
    policy,
    ...(commitEvery === 0 ? {} : { commitEvery }),
    ...(job.signal === undefined ? {} : { signal: job.signal }),
    onReject: ({ position, code, message, record }) => {
      const place = reading.takePlace(position);
      const reason = message.replace(/^Update \d+ \(.*?, iteration -?\d+\): /s, "");
      const where = [place.source, place.position].filter((part) => part !== "").join(": ");
      return job.refuse({ ...place, code, message: `${where}: ${reason}`, record: asJsonText(record) });
    },
    onProgress: () => job.tell("load"),
    ...(beforeCommit === undefined
      ? {}
      : { beforeCommit: (client, stored) => beforeCommit(client, reading.count(stored)) }),
    ...(onNotice === undefined ? {} : { onNotice }),
  });
  return reading.count(stored);
}

/** The updates of an input on their way to the store, and where each of them came from. */
class Reading {
  refused = 0;
  passedOver = 0;
  readonly #input: LoadInput;
  readonly #job: LoadJob;
  /** By place in the stream; rejects come within a few batches, after that nobody asks. */
  readonly #places = new Map<number, PartPlace>();

  constructor(input: LoadInput, job: LoadJob) {
    this.#input = input;
    this.#job = job;
  }

  async *updates(isKnown: Parameters<LoadInput["readUpdates"]>[0]): AsyncGenerator<SimulationUpdate> {
    let position = 0;
    for await (const part of this.#input.readUpdates(isKnown)) {
      this.#job.refuseWhenAborted();
      if (part instanceof RefusedPart) {
        this.refused += 1;
        await this.#job.refuse(part);
      } else if ("passedOver" in part) {
        this.passedOver += part.passedOver;
        this.#job.advance(part.passedOver);
        continue;
      } else {
        const { update, ...place } = part;
        this.#places.set(position, place);
        this.#places.delete(position - keptPlaces);
        position += 1;
        yield update;
      }
      this.#job.advance();
    }
  }

  /** What became of all that was read, by what became of the updates that were handed on. */
  count(stored: StoreReport): LoadCounts {
    const { read, inserted, updated, unchanged, skipped, duplicates, rejected, arrays, bytes } = stored;
    return {
      read: read + this.refused + this.passedOver,
      inserted,
      updated,
      unchanged,
      skipped: skipped + this.passedOver,
      duplicates,
      rejected: rejected + this.refused,
      updates: inserted + updated,
      initialDatasets: 0,
      arrays,
      bytes,
    };
  }

  takePlace(position: number): PartPlace {
    return this.#places.get(position) ?? { source: this.#input.name, position: `update ${position}` };
  }
}

/** The store holds at most three batches of 10,000 updates. */
const keptPlaces = 50_000;

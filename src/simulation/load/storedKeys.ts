// Which updates a store has already: its keys are the ledger of a load, so that a resume is exact.

import { CopycatError } from "../../errors.ts";
import type { SimulationStore } from "../store/index.ts";
import type { UpdateKey } from "../types.ts";
import type { IsKnown } from "./input.ts";

const pageLength = 10_000;

/** Compares lists in order, page by page, so that neither is held whole. */
export async function storedKeys(store: SimulationStore): Promise<IsKnown> {
  const lists = new Map<string, KeyList>();
  for (const { name, updates } of await store.listDatasets()) {
    if (updates > 0) lists.set(name, new KeyList(store, name));
  }
  return async (dataset, key) => (await lists.get(dataset)?.has(key)) ?? false;
}

class KeyList {
  readonly #store: SimulationStore;
  readonly #dataset: string;
  #page: UpdateKey[] = [];
  #next = 0;
  #isLast = false;
  #asked: UpdateKey | null = null;

  constructor(store: SimulationStore, dataset: string) {
    this.#store = store;
    this.#dataset = dataset;
  }

  async has(key: UpdateKey): Promise<boolean> {
    if (this.#asked !== null && compareKeys(key, this.#asked) < 0) {
      throw new CopycatError("INTERNAL", "Keys of updates were asked for out of order.");
    }
    this.#asked = key;
    for (;;) {
      const found = this.#page[this.#next];
      if (found === undefined) {
        if (!(await this.#turn())) return false;
        continue;
      }
      const order = compareKeys(found, key);
      if (order >= 0) return order === 0;
      this.#next += 1;
    }
  }

  async #turn(): Promise<boolean> {
    if (this.#isLast) return false;
    this.#page = await this.#store.listKeys(this.#dataset, this.#page.at(-1), pageLength);
    this.#next = 0;
    this.#isLast = this.#page.length < pageLength;
    return this.#page.length > 0;
  }
}

function compareKeys(a: UpdateKey, b: UpdateKey): number {
  return a.timestamp - b.timestamp || a.iteration - b.iteration;
}

// The updates that all ways store: 100 entities with three floats each, all of them in every update.

import type { SimulationArray, SimulationUpdate } from "../../src/simulation/index.ts";
import { makeRandom } from "../support/random.ts";

export const entities = 100;
export const attributes = ["speed", "flow", "level"] as const;
export const dataset = "net";
export const group = "segments";
export const step = 60;

/** So many different sets of values; making new ones for each update would be most of what is measured. */
const differing = 1000;

/** The same for all ways: a function, since each way reads them from the beginning. */
export function makeUpdates(count: number): () => Generator<SimulationUpdate> {
  const random = makeRandom(11);
  const walk = attributes.map(() => Float64Array.from({ length: entities }, () => random() * 100));
  const values = Array.from({ length: Math.min(count, differing) }, () =>
    walk.map((column) => {
      for (let index = 0; index < entities; index++)
        column[index] = (column[index] as number) + random() - 0.5;
      return column.slice();
    }),
  );
  const ids = Int32Array.from({ length: entities }, (_, index) => index + 1);
  return function* () {
    for (let index = 0; index < count; index++) {
      const columns = values[index % differing] as Float64Array[];
      const arrays = new Map<string, SimulationArray>();
      arrays.set("id", { dtype: "<i4", shape: [entities], data: ids.slice() });
      for (const [place, name] of attributes.entries()) {
        arrays.set(name, { dtype: "<f8", shape: [entities], data: columns[place] as Float64Array });
      }
      const data = new Map([[group, arrays]]);
      yield { dataset, timestamp: index * step, iteration: 0, origin: null, data };
    }
  };
}

/** What the newest update up to a moment says, since each says all. */
export function expectedState(updates: () => Generator<SimulationUpdate>, timestamp: number): Float64Array[] {
  let found: Float64Array[] = [];
  for (const update of updates()) {
    if (update.timestamp > timestamp) break;
    const arrays = update.data.get(group);
    found = attributes.map((name) => arrays?.get(name)?.data as Float64Array);
  }
  return found;
}

/** A plain fold: newer values over older ones, undefined ones left out. */
export class Fold {
  readonly #rows = new Map<number, number>();
  readonly columns = new Map<string, number[]>();

  apply(ids: ArrayLike<number>, arrays: Iterable<readonly [string, ArrayLike<number | null>]>): void {
    const rows = Array.from(ids, (id) => {
      const row = this.#rows.get(id) ?? this.#rows.size;
      this.#rows.set(id, row);
      return row;
    });
    for (const [name, values] of arrays) {
      const column = this.columns.get(name) ?? [];
      this.columns.set(name, column);
      for (let index = 0; index < rows.length; index++) {
        const value = values[index];
        if (value !== null && value !== undefined && !Number.isNaN(value))
          column[rows[index] as number] = value;
      }
    }
  }
}

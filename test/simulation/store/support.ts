// A plain replay, written apart from the store: what updates make of a group when they are gone through one by one.

import { inject } from "vitest";
import {
  fromValues,
  type SimulationStore,
  type SimulationUpdate,
  toValues,
} from "../../../src/simulation/index.ts";

/** For joins in the SQL of a test: on Citus rows go together that are of one scenario. */
export function ofSame(first: string, ...others: string[]): string {
  if (inject("profile") !== "citus") return "";
  return others.map((alias) => ` and ${first}.scenario_id = ${alias}.scenario_id`).join("");
}

export type PlainState = Map<unknown, Record<string, unknown>>;

/** Values by id and attribute; undefined values are holes. */
export function replay(updates: readonly SimulationUpdate[], group: string): PlainState {
  const state: PlainState = new Map();
  const sorted = [...updates].sort((a, b) => a.timestamp - b.timestamp || a.iteration - b.iteration);
  for (const update of sorted) {
    const arrays = update.data.get(group);
    const ids = arrays?.get("id");
    if (arrays === undefined || ids === undefined) continue;
    for (const [row, id] of toValues(ids).entries()) {
      const values = state.get(id) ?? {};
      for (const [attribute, array] of arrays) {
        const value = toValues(array)[row];
        if (attribute !== "id" && value !== null) values[attribute] = value;
      }
      state.set(id, values);
    }
  }
  return state;
}

/** The snapshot nearest to a moment, and the updates after it. */
export async function stateFromBase(
  store: SimulationStore,
  { dataset, group, timestamp }: { dataset: string; group: string; timestamp: number },
): Promise<{ state: PlainState; replayed: number; hasBase: boolean }> {
  const base = await store.readBase(dataset, group, timestamp);
  const updates: SimulationUpdate[] = [];
  if (base !== null) {
    updates.push({ ...base, dataset, origin: null, data: new Map([[group, base.data]]) });
  }
  const query = { dataset, to: timestamp, groups: [group], ...(base === null ? {} : { after: base }) };
  for await (const update of store.readUpdates(query)) updates.push(update);
  const hasBase = base !== null;
  return { state: replay(updates, group), replayed: updates.length - (hasBase ? 1 : 0), hasBase };
}

/** What a reader of files gives; a value a row, null for undefined. */
export function makeUpdate(
  dataset: string,
  [timestamp, iteration]: readonly [number, number],
  groups: Record<string, Record<string, readonly unknown[]>>,
): SimulationUpdate {
  const data = new Map(
    Object.entries(groups).map(([group, attributes]) => [
      group,
      new Map(Object.entries(attributes).map(([name, values]) => [name, fromValues(values)])),
    ]),
  );
  return { dataset, timestamp, iteration, origin: null, data };
}

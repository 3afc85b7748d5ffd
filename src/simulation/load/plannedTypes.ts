// What a store would say to arrays, found out without writing anything.

import type { CheckedArray } from "../store/checkUpdate.ts";
import { type DatasetEntry, Dictionary } from "../store/dictionary.ts";
import type { SimulationStore } from "../store/index.ts";
import { resolveArrays } from "../store/resolveUpdate.ts";
import { defaultSchema, tablesOf } from "../store/tables.ts";
import type { AttributeDescription } from "../types.ts";

/** The types of attributes as a store has learnt them, and as it would go on to learn them from what is loaded. */
export class PlannedTypes {
  readonly #store: SimulationStore | null;
  /** Filled from here; it never asks its tables. */
  readonly #dictionary = new Dictionary({ tables: tablesOf(defaultSchema), scenarioId: 0 });

  constructor(store: SimulationStore | null) {
    this.#store = store;
  }

  /** @throws CopycatError INVALID_INPUT as the store does; then nothing is learnt */
  async learn(dataset: string, arrays: readonly CheckedArray[]): Promise<void> {
    const entry = this.#dictionary.get(dataset) ?? (await this.#read(dataset));
    for (const { group, attribute } of arrays) addName(entry, group, attribute);
    resolveArrays(this.#dictionary, dataset, arrays, new Set());
  }

  async #read(name: string): Promise<DatasetEntry> {
    const entry: DatasetEntry = { id: 0, name, groups: new Map() };
    for (const described of (await this.#store?.listAttributes(name)) ?? []) {
      Object.assign(addName(entry, described.group, described.name), learntOf(described));
    }
    this.#dictionary.adopt(entry);
    return entry;
  }
}

function addName({ groups }: DatasetEntry, groupName: string, name: string) {
  const group = groups.get(groupName) ?? { id: 0, name: groupName, attributes: new Map() };
  groups.set(groupName, group);
  const attribute = group.attributes.get(name) ?? {
    id: 0,
    name,
    group,
    ...{ type: null, isRagged: null, components: null },
  };
  group.attributes.set(name, attribute);
  return attribute;
}

/** Of an attribute without a type nothing is known, but that it has rows if it has. */
function learntOf({ type, isRagged, components }: AttributeDescription) {
  if (type === null) return { type, isRagged: isRagged || null, components: null };
  return { type, isRagged, components: components[0] ?? 1 };
}

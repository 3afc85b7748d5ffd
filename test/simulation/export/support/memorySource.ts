// A simulation in memory, so that exports can be tried without a database.

import { fromValues } from "../../../../src/simulation/arrays/index.ts";
import type {
  EntityData,
  GroupData,
  InitialDataset,
  SimulationArray,
  SimulationSource,
  SimulationUpdate,
  UpdateQuery,
} from "../../../../src/simulation/types.ts";

/** Values of attributes by group: lists as in JSON, or arrays. */
export type Values = Record<string, Record<string, readonly unknown[] | SimulationArray>>;

export function entityData(values: Values): EntityData {
  return new Map(
    Object.entries(values).map(([group, attributes]) => [
      group,
      new Map(
        Object.entries(attributes).map(([name, list]) => [
          name,
          "dtype" in list
            ? (list as SimulationArray)
            : fromValues(list as readonly unknown[], { path: name }),
        ]),
      ),
    ]),
  );
}

export function update(
  [timestamp, iteration, dataset]: [number, number, string],
  values: Values,
  origin: string | null = null,
): SimulationUpdate {
  return { timestamp, iteration, dataset, origin, data: entityData(values) };
}

export function initial(
  name: string,
  values: Values,
  metadata: InitialDataset["metadata"] = {},
): InitialDataset {
  return {
    name,
    format: "entity_based",
    metadata: { name, ...metadata },
    dataKey: "data",
    data: entityData(values),
    document: null,
  };
}

interface Content {
  initial?: readonly InitialDataset[];
  updates?: readonly SimulationUpdate[] | (() => Iterable<SimulationUpdate>);
}

export function memorySource({ initial = [], updates = [] }: Content): SimulationSource {
  const all = (): Iterable<SimulationUpdate> =>
    typeof updates === "function"
      ? updates()
      : [...updates].sort((a, b) => a.timestamp - b.timestamp || a.iteration - b.iteration);
  const timestamps = (dataset: string, group?: string): number[] => {
    const found = new Set<number>();
    for (const one of all()) {
      if (one.dataset === dataset && (group === undefined || one.data.has(group))) found.add(one.timestamp);
    }
    return [...found];
  };
  return {
    kind: "json",
    name: "memory",
    listDatasets: async () => {
      const counts = new Map(initial.map(({ name }) => [name, 0]));
      for (const { dataset } of all()) counts.set(dataset, (counts.get(dataset) ?? 0) + 1);
      return [...counts]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, count]) => ({
          name,
          updates: count,
          hasInitial: initial.some((one) => one.name === name),
        }));
    },
    readInitial: async (dataset) => initial.find(({ name }) => name === dataset) ?? null,
    readUpdates: async function* (query) {
      for (const one of all()) {
        const chosen = choose(one, query);
        if (chosen !== null) yield chosen;
      }
    },
    listTimestamps: async (dataset, group) => timestamps(dataset, group),
    close: async () => undefined,
  };
}

function choose(update: SimulationUpdate, query: UpdateQuery): SimulationUpdate | null {
  const { dataset, from = -1, to = Number.POSITIVE_INFINITY, groups, attributes } = query;
  if (update.dataset !== dataset || update.timestamp < from || update.timestamp > to) return null;
  if (groups === undefined && attributes === undefined) return update;
  const data = new Map<string, GroupData>();
  for (const [group, arrays] of update.data) {
    if (groups !== undefined && !groups.includes(group)) continue;
    const some = [...arrays].filter(([name]) => attributes === undefined || attributes.includes(name));
    const id = arrays.get("id");
    if (some.length > 0)
      data.set(group, new Map([...(id === undefined ? [] : [["id", id] as const]), ...some]));
  }
  return data.size === 0 ? null : { ...update, data };
}

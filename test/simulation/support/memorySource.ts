// A simulation held in memory: what the results must make of it can be seen on one page.

import { fromValues } from "../../../src/simulation/arrays/index.ts";
import type {
  EntityData,
  GroupData,
  InitialDataset,
  JsonObject,
  SimulationSource,
  SimulationUpdate,
  UpdateQuery,
} from "../../../src/simulation/types.ts";

/** `{ group: { attribute: [values] } }`, null for undefined. */
export type Values = Record<string, Record<string, readonly unknown[]>>;

export interface MemoryDataset {
  /** How it begins; nothing: it has no initial data. */
  initial?: Values;
  metadata?: JsonObject;
  updates?: { timestamp: number; iteration?: number; data: Values }[];
}

/** What was asked for, and what was read. */
export interface Reads {
  queries: UpdateQuery[];
  updates: number;
}

export interface MemorySource extends SimulationSource {
  reads: Reads;
}

export function memorySource(datasets: Record<string, MemoryDataset>): MemorySource {
  const reads: Reads = { queries: [], updates: 0 };
  const updatesOf = (name: string): SimulationUpdate[] =>
    (datasets[name]?.updates ?? [])
      .map(({ timestamp, iteration = 0, data }) => ({
        timestamp,
        iteration,
        dataset: name,
        origin: null,
        data: toData(data),
      }))
      .sort((a, b) => a.timestamp - b.timestamp || a.iteration - b.iteration);
  return {
    kind: "json",
    name: "memory",
    reads,
    listDatasets: async () =>
      Object.entries(datasets)
        .map(([name, { initial, updates = [] }]) => ({
          name,
          updates: updates.length,
          hasInitial: initial !== undefined,
        }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    readInitial: async (name) => initialOf(name, datasets[name] ?? {}),
    async *readUpdates(query) {
      reads.queries.push(query);
      for (const update of updatesOf(query.dataset)) {
        const data = select(update, query);
        if (data === null) continue;
        reads.updates++;
        yield { ...update, data };
      }
    },
    listTimestamps: async (name, group) => [
      ...new Set(
        updatesOf(name)
          .filter(({ data }) => group === undefined || data.has(group))
          .map(({ timestamp }) => timestamp),
      ),
    ],
    close: async () => undefined,
  };
}

function toData(values: Values): EntityData {
  return new Map(
    Object.entries(values).map(([group, columns]): [string, GroupData] => [
      group,
      new Map(Object.entries(columns).map(([attribute, list]) => [attribute, fromValues(list)])),
    ]),
  );
}

function initialOf(name: string, { initial, metadata = {} }: MemoryDataset): InitialDataset | null {
  if (initial === undefined) return null;
  return {
    name,
    format: "entity_based",
    metadata,
    dataKey: "data",
    data: toData(initial),
    document: null,
  };
}

function select(update: SimulationUpdate, query: UpdateQuery): EntityData | null {
  const { timestamp, iteration } = update;
  const { after, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY, groups, attributes } = query;
  const isAfter =
    after === undefined ||
    timestamp > after.timestamp ||
    (timestamp === after.timestamp && iteration > after.iteration);
  if (!isAfter || timestamp < from || timestamp > to) return null;
  const chosen = new Map<string, GroupData>();
  for (const [group, arrays] of update.data) {
    if (groups?.includes(group) === false) continue;
    if (attributes === undefined) chosen.set(group, arrays);
    else if (attributes.some((name) => arrays.has(name))) {
      const isKept = ([name]: [string, unknown]): boolean => name === "id" || attributes.includes(name);
      chosen.set(group, new Map([...arrays].filter(isKept)));
    }
  }
  return chosen.size === 0 ? null : chosen;
}

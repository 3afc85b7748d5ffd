// What a source holds, as plain values that can be compared.

import { toValues, typeOf } from "../../../../src/simulation/arrays/index.ts";
import type {
  EntityData,
  SimulationSource,
  SimulationUpdate,
  UpdateQuery,
} from "../../../../src/simulation/types.ts";

export async function listUpdates(source: SimulationSource, query: UpdateQuery): Promise<SimulationUpdate[]> {
  const updates: SimulationUpdate[] = [];
  for await (const update of source.readUpdates(query)) updates.push(update);
  return updates;
}

/** As entries, so that the order of names counts. */
export function plainData(data: EntityData): unknown {
  return [...data].map(([group, arrays]) => [
    group,
    [...arrays].map(([attribute, array]) => [attribute, toValues(array, typeOf(array))]),
  ]);
}

export async function plainSimulation(source: SimulationSource): Promise<unknown> {
  const datasets = [];
  for (const facts of await source.listDatasets()) {
    const initial = await source.readInitial(facts.name);
    const updates = await listUpdates(source, { dataset: facts.name });
    datasets.push({
      facts,
      initial:
        initial === null
          ? null
          : {
              ...initial,
              data: initial.data === null ? null : plainData(initial.data),
              document: initial.document === null ? null : Buffer.from(initial.document).toString("hex"),
            },
      // A store adds the number of the row.
      updates: updates.map(({ dataset, timestamp, iteration, origin, data }) => ({
        ...{ dataset, timestamp, iteration, origin },
        data: plainData(data),
      })),
      timestamps: await source.listTimestamps(facts.name),
    });
  }
  return datasets;
}

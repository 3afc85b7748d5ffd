// What of a source is exported.

import { CopycatError } from "../../errors.ts";
import type {
  EntityData,
  InitialDataset,
  SimulationSource,
  SimulationUpdate,
  UpdateQuery,
} from "../types.ts";
import type { ExportFilter } from "./types.ts";

/** Names of the datasets that are exported. @throws CopycatError NOT_FOUND for one that is not there */
export async function chosenDatasets(
  source: SimulationSource,
  { datasets }: ExportFilter,
): Promise<{ name: string; updates: number; hasInitial: boolean }[]> {
  const all = await source.listDatasets();
  if (datasets === undefined) return all;
  const known = new Map(all.map((facts) => [facts.name, facts]));
  return datasets.map((name) => {
    const facts = known.get(name);
    if (facts !== undefined) return facts;
    const names = all.map((one) => one.name).join(", ");
    throw new CopycatError(
      "NOT_FOUND",
      `${source.name} has no dataset "${name}"; it has ${names === "" ? "none" : names}.`,
    );
  });
}

/** Updates of one dataset that are exported. @throws CopycatError CANCELLED */
export async function* chosenUpdates(
  source: SimulationSource,
  dataset: string,
  { groups, attributes, from, to, signal }: ExportFilter & { signal?: AbortSignal },
): AsyncGenerator<SimulationUpdate> {
  const query: UpdateQuery = {
    dataset,
    ...(groups === undefined ? {} : { groups }),
    ...(attributes === undefined ? {} : { attributes }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
  for await (const update of source.readUpdates(query)) {
    if (signal?.aborted === true) throw new CopycatError("CANCELLED", "The export was stopped.");
    yield update;
  }
}

/** The chosen groups and attributes of an initial dataset that has arrays; others as they are. */
export function chosenInitial(initial: InitialDataset, filter: ExportFilter): InitialDataset {
  return initial.data === null ? initial : { ...initial, data: chosenData(initial.data, filter) };
}

/** The chosen groups and attributes. */
export function chosenData(data: EntityData, { groups, attributes }: ExportFilter): EntityData {
  const isChosen = (attribute: string): boolean =>
    attributes === undefined || attribute === "id" || attributes.includes(attribute);
  return new Map(
    [...data]
      .filter(([group]) => groups === undefined || groups.includes(group))
      .map(([group, arrays]) => [group, new Map([...arrays].filter(([attribute]) => isChosen(attribute)))]),
  );
}

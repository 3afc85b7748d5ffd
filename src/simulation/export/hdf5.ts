// A simulation as an HDF5 file.

import { stat } from "node:fs/promises";
import { writeSimulation } from "../hdf5/index.ts";
import type { SimulationSource } from "../types.ts";
import { chosenData, chosenDatasets, chosenInitial, chosenUpdates } from "./selection.ts";
import type { ExportOptions, StateChoice, Written } from "./types.ts";

/** Of all states together with "auto": 400 MB of floats before compression. */
const autoStateValues = 50_000_000;

const stateValues: Record<StateChoice, number> = {
  none: 0,
  auto: autoStateValues,
  all: Number.POSITIVE_INFINITY,
};

export async function writeHdf5(
  source: SimulationSource,
  path: string,
  options: ExportOptions,
): Promise<Written> {
  const { from, ...upTo } = options;
  const start = performance.now();
  const datasets = await chosenDatasets(source, options);
  const total = datasets.reduce((sum, { updates }) => sum + updates, 0);
  const done = { survey: 0, initial: 0, updates: 0 };
  const counts = await writeSimulation(path, {
    datasets: datasets.map(({ name }) => name),
    readInitial: async (name) => {
      const initial = await source.readInitial(name);
      return initial === null ? null : chosenInitial(initial, options);
    },
    choose: (data) => chosenData(data, options),
    readUpdates: (name) => chosenUpdates(source, name, upTo),
    from: from ?? Number.NEGATIVE_INFINITY,
    stateValues: stateValues[options.states ?? "auto"],
    timeline: options.timeline ?? null,
    scenario: options.scenario ?? source.name,
    onStep: (phase) => {
      done[phase] += 1;
      const elapsedMs = Math.round(performance.now() - start);
      options.onProgress?.({ phase, done: done[phase], total, elapsedMs });
    },
  });
  return { ...counts, rows: null, bytes: (await stat(path)).size };
}

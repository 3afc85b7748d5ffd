// The same simulation in everything that can keep one, so that tests of results run over each.

import { openFolder, openSqliteSource } from "../../../src/simulation/formats/index.ts";
import { exportSimulation, openHdf5Simulation, openSimulationStore } from "../../../src/simulation/index.ts";
import type { SimulationSource } from "../../../src/simulation/types.ts";
import { useDatabase } from "../../support/database.ts";
import { type TestFolder, useFolder } from "../../support/files.ts";
import { type Groups, type SqliteInitial, type SqliteUpdate, writeSqlite } from "../formats/support.ts";
import { type MemoryDataset, memorySource } from "./memorySource.ts";

export type Datasets = Record<string, MemoryDataset>;
export type Keep = (datasets: Datasets) => Promise<SimulationSource>;

/**
 * For a file of tests: names, and how each keeps a simulation.
 *
 * @param options.hdf5 as well: it takes a second each
 */
export function useKeeps({ hdf5 = false }: { hdf5?: boolean } = {}): [name: string, keep: Keep][] {
  const folder = useFolder();
  const database = useDatabase({ empty: true });
  let made = 0;
  const keeps: [string, Keep][] = [
    ["memory", async (datasets) => memorySource(datasets)],
    ["a folder of JSON files", (datasets) => keepFiles(datasets, folder, `simulation-${made++}`)],
    ["an SQLite file", (datasets) => keepSqlite(datasets, folder.path(`simulation-${made++}.db`))],
    [
      "PostgreSQL",
      async (datasets) => {
        const scenario = `simulation ${made++}`;
        const store = await openSimulationStore(database.database, { scenario });
        const source = memorySource(datasets);
        for (const name of Object.keys(datasets)) {
          const initial = await source.readInitial(name);
          if (initial !== null) await store.storeInitialDataset(initial);
          await store.storeUpdates(source.readUpdates({ dataset: name }));
        }
        return store;
      },
    ],
  ];
  if (hdf5)
    keeps.push(["an HDF5 file", (datasets) => keepHdf5(datasets, folder.path(`simulation-${made++}.h5`))]);
  return keeps;
}

async function keepHdf5(datasets: Datasets, path: string): Promise<SimulationSource> {
  await exportSimulation(memorySource(datasets), { format: "hdf5", path });
  return openHdf5Simulation(path);
}

/** As its programs write it: initial data as the bytes of their document. */
function keepSqlite(datasets: Datasets, path: string): Promise<SimulationSource> {
  const initials: SqliteInitial[] = [];
  const updates: SqliteUpdate[] = [];
  for (const [name, dataset] of Object.entries(datasets)) {
    if (dataset.initial !== undefined) {
      const text = JSON.stringify({ name, ...dataset.metadata, data: dataset.initial });
      initials.push({ name, format: "UNSTRUCTURED", document: new TextEncoder().encode(text) });
    }
    for (const { timestamp, iteration = 0, data } of dataset.updates ?? []) {
      updates.push({ dataset: name, timestamp, iteration, data: data as Groups });
    }
  }
  return openSqliteSource(writeSqlite(path, { initials, updates }));
}

function keepFiles(datasets: Datasets, folder: TestFolder, name: string): Promise<SimulationSource> {
  folder.folder(`${name}/init_data`);
  folder.folder(`${name}/updates`);
  for (const [dataset, { initial, metadata, updates = [] }] of Object.entries(datasets)) {
    if (initial !== undefined) {
      const document = { name: dataset, ...metadata, data: initial };
      folder.text(`${name}/init_data/${dataset}.json`, JSON.stringify(document));
    }
    for (const { timestamp, iteration = 0, data } of updates) {
      const file = `${name}/updates/t${timestamp}_${iteration}_${dataset}.json`;
      folder.text(file, JSON.stringify({ [dataset]: data }));
    }
  }
  return openFolder(folder.path(name));
}

// Results from wherever they are kept.

import { openDatabase } from "../database/index.ts";
import type { FolderSourceOptions } from "./formats/index.ts";
import { openFiles } from "./openFiles.ts";
import { openSimulationStore } from "./store/index.ts";
import type { SimulationSource } from "./types.ts";

export interface OpenResultsOptions extends FolderSourceOptions {
  /** Of a store: which run; default "default". */
  scenario?: string;
  /** Of a store: where its tables live; default "simulation". */
  schema?: string;
}

/**
 * Opens results for reading: `postgres://...` is a scenario of a store, anything else is a path, of which it is seen what
 * it holds. Closing the source closes all that was opened for it.
 *
 * @throws CopycatError UNREADABLE_SOURCE (a path that holds no simulation), NOT_FOUND (no such scenario), CONNECTION
 *
 * @example
 * const source = await openSimulationResults("run_7/simulation_results.db");
 * const timestamps = await source.listTimestamps("roads");
 */
export async function openSimulationResults(
  pathOrDsn: string,
  options: OpenResultsOptions = {},
): Promise<SimulationSource> {
  return /^postgres(?:ql)?:\/\//.test(pathOrDsn)
    ? openStored(pathOrDsn, options)
    : openFiles(pathOrDsn, options);
}

async function openStored(dsn: string, { schema, scenario }: OpenResultsOptions): Promise<SimulationSource> {
  const database = await openDatabase({ dsn });
  try {
    const store: SimulationSource = await openSimulationStore(database, {
      create: false,
      ...(schema === undefined ? {} : { schema }),
      ...(scenario === undefined ? {} : { scenario }),
    });
    return {
      kind: store.kind,
      name: store.name,
      listDatasets: () => store.listDatasets(),
      readInitial: (dataset) => store.readInitial(dataset),
      readUpdates: (query) => store.readUpdates(query),
      listTimestamps: (dataset, group) => store.listTimestamps(dataset, group),
      readBase: async (dataset, group, timestamp) =>
        (await store.readBase?.(dataset, group, timestamp)) ?? null,
      listAttributes: async (dataset) => (await store.listAttributes?.(dataset)) ?? [],
      summarize: async (dataset) => (await store.summarize?.(dataset)) ?? { groups: [] },
      close: async () => {
        await store.close();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

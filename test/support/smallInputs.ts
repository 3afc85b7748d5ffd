// The smallest inputs: a data set of one file, and node records.

import type { TestFolder } from "./files.ts";

export interface SmallInputs {
  /** Writes a data set of one file, key and label alike; the path of its YAML. Without an artifact `m` its only one is a reject. */
  dataset(label: string, artifact?: string): Promise<string>;
  /** Writes a file with a container for each path; its path. */
  records(name: string, ...paths: string[]): string;
}

export function smallInputs(folder: TestFolder): SmallInputs {
  return {
    dataset: async (label, artifact = "m") => {
      await folder.hdf5(`${label}/a.h5`, { children: { T: { data: 1 }, [artifact]: { data: 1 } } });
      return folder.text(
        `${label}.yaml`,
        `label: ${label}\ndata: { directory: ${label}, layout: per_entity }\nartifacts: [{ type: m, dataset: /m }]\n`,
      );
    },
    records: (name, ...paths) => folder.text(name, paths.map((path) => JSON.stringify({ path })).join("\n")),
  };
}

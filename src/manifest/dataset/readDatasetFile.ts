// A dataset YAML from disk.

import { describeDataset } from "./describeDataset.ts";
import { readYaml } from "./readYaml.ts";
import type { DatasetDescription } from "./types.ts";

const kind = { what: "a dataset YAML", keys: "label, data and artifacts" };

/**
 * Reads the description of a dataset: every default filled in, paths absolute, metadata as exact JSON.
 *
 * @throws CopycatError INVALID_INPUT with every mistake in `details`, one a line and in the order of the file:
 * `vdp.yaml:12:5: parameters.location: expected one of root_scalars, ..., got "root_scalar" (did you mean
 * root_scalars?)`. UNREADABLE_SOURCE when the file cannot be read.
 *
 * @example const { key, artifacts } = await readDatasetFile("datasets/vdp.yaml");
 */
export function readDatasetFile(path: string): Promise<DatasetDescription> {
  return readYaml(path, kind, describeDataset);
}

// The whole description from its tree.

import { finishData, readData, readParameters } from "./describeData.ts";
import type { Mistakes } from "./mistakes.ts";
import { MappingReader } from "./reader.ts";
import { readExtraMetadata, readKey, readTypedDatasets } from "./sections.ts";
import type { MappingValue } from "./tree.ts";
import { mappingToEntries } from "./treeToJson.ts";
import type { DatasetDescription, JsonEntry } from "./types.ts";

const rootKeys = [
  "label",
  "key",
  "metadata",
  "data",
  "parameters",
  "artifacts",
  "shared",
  "extra_metadata",
  "provenance",
];

/** Keys that descriptions of the predecessor carry for people or for its other commands. */
const commentaryKeys = ["unclassified", "generator", "key_prefix"];

/** Null when there are mistakes; all of them are noted in `mistakes`. */
export function describeDataset(tree: MappingValue, mistakes: Mistakes): DatasetDescription | null {
  const root = new MappingReader(tree, "", mistakes);
  root.onlyKeys(rootKeys, commentaryKeys);
  const label = root.text("label", "text", true);
  const key = readDatasetKey(root, label);
  const metadata = readEntries(root, "metadata", mistakes);
  const parts = readData(root, mistakes.file);
  const { entityGroup, ...parameters } = readParameters(root, parts);
  const { artifacts, shared } = readTypedDatasets(root);
  const extraMetadata = readExtraMetadata(root);
  const provenance = readEntries(root, "provenance", mistakes);
  const data = finishData(parts, entityGroup);
  if (mistakes.count > 0 || label === null || key === null || data === null) return null;
  return {
    file: mistakes.file,
    label,
    key,
    metadata,
    data,
    parameters,
    artifacts,
    shared,
    extraMetadata,
    provenance,
  };
}

/**
 * The key that a label gives: upper case, anything but A-Z and 0-9 an underscore.
 *
 * @example keyFromLabel("Broad Sigma (v2)") // "BROAD_SIGMA_V2"
 */
export function keyFromLabel(label: string): string {
  return label
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, "_")
    .replace(/^_|_$/g, "");
}

function readDatasetKey(root: MappingReader, label: string | null): string | null {
  if (root.find("key") !== null) return readKey(root, "key");
  if (label === null) return null;
  const key = keyFromLabel(label);
  if (key !== "" && key.length <= 1023) return key;
  return root.mismatch(
    "label",
    "letters or digits (A-Z, 0-9, 1023 at most) to make a key from",
    ", or write a key",
  );
}

function readEntries(root: MappingReader, key: string, mistakes: Mistakes): JsonEntry[] {
  const section = root.inner(key, "a mapping");
  return section === null ? [] : mappingToEntries(section.mapping, key, mistakes);
}

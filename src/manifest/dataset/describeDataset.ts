// The whole description from its tree.

import { finishData, readData, readDirectory, readParameters, readServerDirectory } from "./describeData.ts";
import { readDataTables, readTablesBeside } from "./describeTables.ts";
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

const baseDirectoryKeys = ["base_dir", "key", "label", "metadata", "provenance", "server_base_dir"];

/** Keys that descriptions of the predecessor carry for people or for its other commands. */
const commentaryKeys = ["unclassified", "generator", "key_prefix"];

/** Null when there are mistakes; all of them are noted in `mistakes`. */
export function describeDataset(tree: MappingValue, mistakes: Mistakes): DatasetDescription | null {
  const root = new MappingReader(tree, "", mistakes);
  if (root.find("base_dir") !== null) return describeWithBaseDirectory(root, mistakes);
  const label = root.text("label", "text", true);
  const key = readDatasetKey(root, label);
  const metadata = readEntries(root, "metadata", mistakes);
  const parts = readData(root, mistakes.file);
  const isManifest = parts?.layout === "manifest";
  root.onlyKeys(isManifest ? [...rootKeys, "artifact_datasets"] : rootKeys, commentaryKeys);
  const { entityGroup, ...parameters } = readParameters(root, parts);
  const hasTables = isManifest || parameters.location === "manifest";
  const tables = hasTables ? readDataTables(root, { label, layout: parts?.layout ?? null, mistakes }) : null;
  const { artifacts, shared } = readTypedDatasets(root, !hasTables);
  const extraMetadata = readExtraMetadata(root);
  const provenance = readEntries(root, "provenance", mistakes);
  const data = finishData(parts, entityGroup);
  if (mistakes.count > 0 || label === null || key === null || data === null) return null;
  return {
    file: mistakes.file,
    label,
    key,
    metadata,
    data: tables === null ? data : { ...data, layout: "manifest" },
    tables,
    parameters,
    artifacts,
    shared,
    extraMetadata,
    provenance,
  };
}

/** The short form: a folder, and the tables beside the description say the rest. */
function describeWithBaseDirectory(root: MappingReader, mistakes: Mistakes): DatasetDescription | null {
  root.onlyKeys(baseDirectoryKeys, commentaryKeys);
  const directory = readDirectory(root, "base_dir", mistakes.file);
  const givenLabel = root.text("label", "text");
  const key =
    root.find("key") === null && givenLabel === null
      ? root.mismatch("key", "text that can be a key")
      : readDatasetKey(root, givenLabel);
  const metadata = readEntries(root, "metadata", mistakes);
  const provenance = readEntries(root, "provenance", mistakes);
  const serverBaseDir = readServerDirectory(root);
  const tables = readTablesBeside(root, mistakes.file);
  if (mistakes.count > 0 || key === null || directory === null) return null;
  return {
    file: mistakes.file,
    label: givenLabel ?? key,
    key,
    metadata,
    data: { directory, filePattern: "**/*.h5", layout: "manifest", serverBaseDir, entityGroup: "/" },
    parameters: { location: "manifest", group: null },
    tables,
    artifacts: [],
    shared: [],
    extraMetadata: [],
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

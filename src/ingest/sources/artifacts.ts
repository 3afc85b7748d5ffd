// The metadata that every layout gives its artifacts and entities.

import type { NodeRecord, Reject } from "../../catalog/index.ts";
import type { DatasetItem, JsonRecord, ProblemItem } from "../../hdf5/index.ts";
import { asJsonText, integerToJson, stringToJson } from "../../json.ts";
import type { ArtifactDataset, DatasetDescription } from "../../manifest/index.ts";
import { type CatalogFile, dataTypeName, type MetadataEntry, makeArray, reject } from "../shape.ts";

/** Type, shape and data type for people and queries; then the attributes of the data set itself. */
export function* artifactMetadata(
  type: string,
  item: DatasetItem,
  shape: readonly number[],
): Generator<MetadataEntry> {
  yield ["type", stringToJson(type)];
  yield ["shape", asJsonText(JSON.stringify(shape))];
  yield ["dtype", stringToJson(dataTypeName(item.dataType))];
  for (const [name, value] of Object.entries(item.attributes)) {
    if (name !== "type" && name !== "shape" && name !== "dtype") yield [name, value];
  }
}

/**
 * Where each artifact lies, in the metadata of its entity: `path_<type>` below the data directory,
 * `dataset_<type>` in that file, `index_<type>` along the leading axis. Programs read files by these directly.
 */
export function* locators(
  artifacts: readonly { type: string; dataset: string }[],
  relativePath: string,
  index: number | null,
  items: readonly (DatasetItem | ProblemItem | undefined)[],
): Generator<MetadataEntry> {
  for (const [position, { type }] of artifacts.entries()) {
    const item = items[position];
    if (item === undefined || item.kind === "problem") continue;
    yield [`path_${type}`, stringToJson(relativePath)];
    yield [`dataset_${type}`, stringToJson(item.path)];
    if (index !== null) yield [`index_${type}`, integerToJson(index)];
  }
}

/** One artifact of an entity, or why it is none. */
export function makeArtifact(
  parentPath: string[],
  type: string,
  item: DatasetItem | ProblemItem,
  file: CatalogFile,
): NodeRecord | Reject {
  const place = { parentPath, key: type, source: file.path, position: item.path };
  if (item.kind === "problem") return reject(place, item.code, item.message);
  return makeArray(place, item, file, artifactMetadata(type, item, item.shape ?? []));
}

/** An optional artifact whose data set is not there is no reject. Its file or entity simply lacks it. */
export function isPassedOver({ isOptional }: ArtifactDataset, item: DatasetItem | ProblemItem): boolean {
  return isOptional === true && item.kind === "problem" && item.code === "missing_dataset";
}

/** Extra metadata goes by the path of its data set, without the leading slash. */
export function* extraEntries(single: JsonRecord): Generator<MetadataEntry> {
  for (const [path, value] of Object.entries(single)) yield [path.replace(/^\//, ""), value];
}

/** A group named for parameters that gives none is a mistake in the YAML or the file, not an entity without any. */
export function lacksParameters(
  { parameters }: DatasetDescription,
  values: Readonly<Record<string, unknown>>,
): boolean {
  return parameters.location === "group" && Object.keys(values).length === 0;
}

export function noParameters({ parameters }: DatasetDescription, file: CatalogFile): Reject {
  const group = parameters.group ?? "/";
  return reject(
    { source: file.path, position: group },
    "no_parameters",
    `the group ${group} is not there or holds no parameters; check parameters.group`,
  );
}

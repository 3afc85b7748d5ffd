// The sections of a description that list datasets in the files.

import { checkKey } from "../checkKey.ts";
import type { MappingReader } from "./reader.ts";
import type { ArtifactDataset, TypedDataset } from "./types.ts";

const example = "{type: ..., dataset: /path}";

/** Artifacts (one at least when `required`) and shared axes; no type may be there twice, in either list. */
export function readTypedDatasets(
  root: MappingReader,
  required: boolean,
): {
  artifacts: ArtifactDataset[];
  shared: TypedDataset[];
} {
  const places = new Map<string, string>();
  const artifacts = root
    .mappings("artifacts", example, required)
    .map((reader) => readArtifact(reader, places));
  const shared = root.mappings("shared", example).map((reader) => {
    reader.onlyKeys(["type", "dataset"]);
    return readTyped(reader, places);
  });
  return { artifacts: artifacts.filter(isThere), shared: shared.filter(isThere) };
}

function readArtifact(reader: MappingReader, places: Map<string, string>): ArtifactDataset | null {
  reader.onlyKeys(["type", "dataset", "optional"]);
  const isOptional = readFlag(reader, "optional");
  const typed = readTyped(reader, places);
  return typed !== null && isOptional ? { ...typed, isOptional } : typed;
}

function readFlag(reader: MappingReader, key: string): boolean {
  const value = reader.find(key);
  if (value === null) return false;
  if (value.kind === "scalar" && typeof value.value === "boolean") return value.value;
  reader.mismatch(key, "true or false");
  return false;
}

function readTyped(reader: MappingReader, places: Map<string, string>): TypedDataset | null {
  const type = readType(reader, places);
  const dataset = readDatasetPath(reader, "dataset", true);
  return type === null || dataset === null ? null : { type, dataset };
}

function readType(reader: MappingReader, places: Map<string, string>): string | null {
  const type = readKey(reader, "type", true);
  if (type === null) return null;
  const other = places.get(type);
  if (other !== undefined) {
    return reader.fail(
      "type",
      `expected a type of its own, got ${JSON.stringify(type)}, which is that of ${other}`,
    );
  }
  places.set(type, reader.path);
  return type;
}

/** Text that can be the key of a node. */
export function readKey(reader: MappingReader, key: string, required = false): string | null {
  const expected = "text that can be a key";
  const text = reader.text(key, expected, required);
  const problem = text === null ? null : checkKey(text);
  return problem === null ? text : reader.fail(key, `expected ${expected}. ${problem.message}`);
}

/** The datasets whose values become metadata. */
export function readExtraMetadata(root: MappingReader): { dataset: string }[] {
  return root.mappings("extra_metadata", "{dataset: /path}").flatMap((reader) => {
    reader.onlyKeys(["dataset"]);
    const dataset = readDatasetPath(reader, "dataset", true);
    return dataset === null ? [] : [{ dataset }];
  });
}

/** A path in an HDF5 file, with a slash in front and none doubled or at the end. */
export function readDatasetPath(reader: MappingReader, key: string, required = false): string | null {
  const expected = "the path of a dataset in the HDF5 file";
  const text = reader.text(key, expected, required);
  if (text === null) return null;
  const path = normaliseHdf5Path(text);
  return path === "/" ? reader.mismatch(key, expected) : path;
}

export function normaliseHdf5Path(path: string): string {
  return `/${path
    .split("/")
    .filter((name) => name !== "" && name !== ".")
    .join("/")}`;
}

function isThere<T>(value: T | null): value is T {
  return value !== null;
}

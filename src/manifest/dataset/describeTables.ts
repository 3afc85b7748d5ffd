// Where the tables of a description are: named in it, or found beside it by their names.

import { basename, dirname, join, resolve } from "node:path";
import { findTable, isFile } from "../tables/openTable.ts";
import type { Mistakes } from "./mistakes.ts";
import type { MappingReader } from "./reader.ts";
import { normaliseHdf5Path } from "./sections.ts";
import { describeValue } from "./tree.ts";
import type { Layout, ManifestTables, TypedDataset } from "./types.ts";

const uidColumns = { entityUid: "uid", artifactUid: null, file: "file" };

/** `manifests/<stem>_entities.*` and `_artifacts.*`; an entity has its key in a column. */
export function readTablesBeside(root: MappingReader, file: string): ManifestTables | null {
  const place = tablesOfStem(file);
  const found = findPair(root, "base_dir", [place]);
  return found === null
    ? null
    : { ...found, columns: uidColumns, entityKey: "column", fanOut: null, promotesConstants: false };
}

export interface TablesContext {
  label: string | null;
  layout: Layout | null;
  mistakes: Mistakes;
}

/** The tables of `data.layout: manifest`, or else of `parameters.location: manifest`. */
export function readDataTables(root: MappingReader, context: TablesContext): ManifestTables | null {
  return context.layout === "manifest" ? readNamedTables(root, context) : readLabelledTables(root, context);
}

function readLabelledTables(root: MappingReader, { label, mistakes }: TablesContext): ManifestTables | null {
  const parameters = root.inner("parameters", "a mapping with location");
  const named = parameters?.text("manifest", "the folder of the tables") ?? null;
  if (parameters === null || label === null) return null;
  const folder = dirname(mistakes.file);
  const places =
    named === null
      ? [label, label.replaceAll(" ", "_")].map((name) => tablesIn(join(folder, "manifests", name)))
      : [tablesIn(resolve(folder, named))];
  if (named === null) places.push(tablesOfStem(mistakes.file));
  const found = findPair(parameters, named === null ? "location" : "manifest", places);
  return found === null
    ? null
    : { ...found, columns: uidColumns, entityKey: "prefixed", fanOut: null, promotesConstants: false };
}

function readNamedTables(root: MappingReader, { mistakes }: TablesContext): ManifestTables | null {
  const data = root.inner("data", "a mapping with directory and layout");
  if (data === null) return null;
  const entities = readTable(data, "entity_manifest", mistakes.file);
  const artifacts = readTable(data, "artifact_manifest", mistakes.file);
  const columns = {
    entityUid: data.text("entity_uid_column", "the name of a column") ?? "huid",
    artifactUid: data.text("artifact_uid_column", "the name of a column") ?? "auid",
    file: data.text("file_column", "the name of a column") ?? "path_rel",
  };
  const fanOut = readFanOut(root, mistakes);
  if (entities === null || artifacts === null) return null;
  return { entities, artifacts, columns, entityKey: "prefixed", fanOut, promotesConstants: true };
}

function readTable(data: MappingReader, key: string, file: string): string | null {
  const expected = "the path of a table (.parquet, .csv, .tsv, .ndjson)";
  const text = data.text(key, expected, true);
  if (text === null) return null;
  const path = resolve(dirname(file), text);
  return isFile(path) ? path : data.mismatch(key, expected, ` (there is no ${path})`);
}

/** `{type: [/path, ...]}`: a file of this type holds these arrays. */
function readFanOut(root: MappingReader, mistakes: Mistakes): ManifestTables["fanOut"] {
  const expected = "a mapping of types to lists of paths";
  const section = root.inner("artifact_datasets", expected);
  if (section === null) return null;
  const fanOut = new Map<string, TypedDataset[]>();
  for (const type of section.mapping.entries.keys()) {
    fanOut.set(type, readArrays(section, type, mistakes));
  }
  return fanOut;
}

function readArrays(section: MappingReader, type: string, mistakes: Mistakes): TypedDataset[] {
  const expected = "a list of paths of data sets";
  const list = section.list(type, expected, true);
  const arrays: TypedDataset[] = [];
  for (const [index, item] of (list?.items ?? []).entries()) {
    const path = `${section.pathOf(type)}[${index}]`;
    const dataset =
      item.kind === "scalar" && typeof item.value === "string" ? normaliseHdf5Path(item.value) : "/";
    const name = dataset.slice(dataset.lastIndexOf("/") + 1);
    const twin = arrays.find((other) => other.type === name);
    if (name === "") {
      mistakes.add(item.offset, path, `expected the path of a data set, got ${describeValue(item)}`);
    } else if (twin !== undefined) {
      mistakes.add(item.offset, path, `expected a name of its own, got that of ${twin.dataset} (${name})`);
    } else arrays.push({ type: name, dataset });
  }
  return arrays;
}

/** Two tables without the endings of their names. */
interface TablePlace {
  folder: string;
  entities: string;
  artifacts: string;
}

function tablesIn(folder: string): TablePlace {
  return { folder, entities: "entities", artifacts: "artifacts" };
}

function tablesOfStem(file: string): TablePlace {
  const stem = basename(file).replace(/\.[^.]+$/, "");
  return {
    folder: join(dirname(file), "manifests"),
    entities: `${stem}_entities`,
    artifacts: `${stem}_artifacts`,
  };
}

/** The first place with one of the tables must have both. */
function findPair(
  reader: MappingReader,
  key: string,
  places: readonly TablePlace[],
): { entities: string; artifacts: string } | null {
  for (const place of places) {
    const entities = findTable(place.folder, place.entities);
    const artifacts = findTable(place.folder, place.artifacts);
    if (entities !== null && artifacts !== null) return { entities, artifacts };
    if (entities === null && artifacts === null) continue;
    const missing = join(place.folder, entities === null ? place.entities : place.artifacts);
    return reader.fail(key, `expected a table ${missing} (.parquet, .csv, .tsv, .ndjson), got none`);
  }
  const tried = places.map(({ folder, entities }) => join(folder, entities));
  const unique = [...new Set(tried)].join(" or ");
  return reader.fail(
    key,
    `expected tables of entities and artifacts, got none (looked for ${unique} .parquet, .csv, .tsv or .ndjson)`,
  );
}

// From descriptions of files to records of the catalog.

import {
  type AssetRecord,
  countBlocks,
  type DataSourceRecord,
  makeArrayStructure,
  maxBlocks,
  type NodeRecord,
  type Reject,
  type StructureRecord,
} from "../catalog/index.ts";
import type { DatasetItem, DataType } from "../hdf5/index.ts";
import { asJsonText, type JsonText, objectToJson, stringToJson } from "../json.ts";
import { checkKey, fileUri, type Problem } from "../manifest/index.ts";

export const hdf5Mimetype = "application/x-hdf5";
const emptyList = asJsonText("[]");
const emptyObject = asJsonText("{}");

export type MetadataEntry = readonly [string, JsonText];

/** A file as the catalog sees it. */
export interface CatalogFile {
  path: string;
  uri: string;
  sizeBytes: number;
}

/** Where a node goes and where it comes from. */
export interface Place {
  parentPath: readonly string[];
  key: string;
  source: string;
  position: string;
}

export function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && "code" in value && "message" in value;
}

/** The file's URI for the server, or why the server could never open it. */
export function catalogFile(path: string, servedPath: string, sizeBytes: number): CatalogFile | Problem {
  const uri = fileUri(servedPath);
  return isProblem(uri) ? uri : { path, uri, sizeBytes };
}

/** JSON, or what becomes an object of it. */
export type Metadata = JsonText | Iterable<MetadataEntry>;

export function makeContainer(place: Place, metadata: Metadata): NodeRecord | Reject {
  return makeNode(place, "container", metadata, null);
}

export interface ArrayOptions {
  /** Row of the leading axis that this array is; the structure then lacks that axis. */
  index?: number;
}

/** An array in an HDF5 file, as Tiled itself registers one. */
export function makeArray(
  place: Place,
  item: DatasetItem,
  file: CatalogFile,
  metadata: Metadata,
  options: ArrayOptions = {},
): NodeRecord | Reject {
  if (item.shape === null) {
    return reject(
      place,
      "null_dataspace",
      `${item.path} has no values (null dataspace); a server cannot serve it`,
    );
  }
  const { index } = options;
  const isRow = index !== undefined;
  const structure = structureOf(item, item.shape, isRow);
  if (structure === null) {
    const message = `${item.path} has shape [${item.shape}], more than ${maxBlocks} blocks that could be served`;
    return reject(place, "too_many_blocks", message);
  }
  const dataset = stringToJson(item.path);
  return makeNode(place, "array", metadata, {
    mimetype: hdf5Mimetype,
    structure,
    // A string: Tiled takes the number 0 for "no slice".
    parameters: asJsonText(isRow ? `{"dataset":${dataset},"slice":"${index}"}` : `{"dataset":${dataset}}`),
    properties: emptyObject,
    management: "external",
    assets: assetsOf(file),
  });
}

/** One file may be behind a million rows. */
const assets = new WeakMap<CatalogFile, readonly AssetRecord[]>();

function assetsOf(file: CatalogFile): readonly AssetRecord[] {
  const known = assets.get(file);
  if (known !== undefined) return known;
  const made = [
    { dataUri: file.uri, isDirectory: false, size: file.sizeBytes, parameter: "data_uri", num: null },
  ];
  assets.set(file, made);
  return made;
}

/** Rows of one data set are as many arrays with one structure. */
const structures = {
  whole: new WeakMap<DatasetItem, StructureRecord | null>(),
  row: new WeakMap<DatasetItem, StructureRecord | null>(),
};

/** Null when it would be longer than anybody reads: a small file can declare any shape. */
function structureOf(item: DatasetItem, shape: readonly number[], isRow: boolean): StructureRecord | null {
  const cache = isRow ? structures.row : structures.whole;
  const known = cache.get(item);
  if (known !== undefined) return known;
  const input = {
    shape: isRow ? shape.slice(1) : shape,
    dataType: item.dataType,
    chunks: isRow ? (item.chunks?.slice(1) ?? null) : item.chunks,
  };
  const structure = countBlocks(input) > maxBlocks ? null : makeArrayStructure(input);
  cache.set(item, structure);
  return structure;
}

function makeNode(
  place: Place,
  structureFamily: "array" | "container",
  metadata: Metadata,
  dataSource: DataSourceRecord | null,
): NodeRecord | Reject {
  const problem = checkKey(place.key);
  if (problem !== null) return reject(place, problem.code, problem.message);
  return {
    parentPath: place.parentPath,
    key: place.key,
    structureFamily,
    metadata: typeof metadata === "string" ? metadata : objectToJson(metadata),
    specs: emptyList,
    accessBlob: emptyObject,
    dataSource,
    source: place.source,
    position: place.position,
  };
}

export function reject(place: Pick<Place, "source" | "position">, code: string, message: string): Reject {
  return { source: place.source, position: place.position, code, message, record: null };
}

/** The record of a file that could not be taken: mended, it is read again with the input it belongs to. */
export function fileRecord(input: string, file: string, label?: string | null): JsonText {
  const entries: MetadataEntry[] = [
    ["input", stringToJson(input)],
    ["file", stringToJson(file)],
  ];
  if (label !== undefined && label !== null) entries.push(["label", stringToJson(label)]);
  return objectToJson(entries);
}

export function isReject(value: NodeRecord | Reject): value is Reject {
  return "code" in value;
}

/** numpy's name of a data type, for people: "float64", "S12", "compound". */
export function dataTypeName(dataType: DataType): string {
  if (!("kind" in dataType)) return "compound";
  const bits = dataType.itemsize * 8;
  switch (dataType.kind) {
    case "b":
      return "bool";
    case "i":
      return `int${bits}`;
    case "u":
      return `uint${bits}`;
    case "f":
      return `float${bits}`;
    case "c":
      return `complex${bits}`;
    case "U":
      return `U${dataType.itemsize / 4}`;
    default:
      return `${dataType.kind}${dataType.itemsize}`;
  }
}

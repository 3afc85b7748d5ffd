// A dataset or a group as plain data.

import { posix } from "node:path";
import { CopycatError } from "../errors.ts";
import type { JsonText } from "../json.ts";
import { elementTypeOf } from "./dataType.ts";
import { HdfFile, type Target } from "./file.ts";
import type { NativeArray } from "./native.ts";
import { originOf, realPath } from "./origin.ts";
import { maxStrings } from "./readLimit.ts";
import { elementCount } from "./slabs.ts";
import type { DatasetItem, DataType, JsonRecord, ProblemItem } from "./types.ts";
import { attributeToJson, datasetToJson, longestString, UnreadableValues } from "./values.ts";

/** Attributes with more elements than this are data in the wrong place: they are left out. */
export const maxAttributeElements = 1000;

/** Filters compiled into the library. Others are plug-ins, which wasm cannot load from the system. */
const knownFilters = new Set([1, 2, 3, 4, 5, 6]);

/** numpy makes an array of nothing but empty strings as wide as the object pointers it came from. */
const allEmptyWidth = 8;

/** All attributes of an object that can be read and said in JSON, in the order of the file. */
export function attributesOf(file: HdfFile, path: string): JsonRecord {
  const { library } = file;
  const before = library.filesOpened;
  const names = file.attributeNames(path);
  if (library.filesOpened > before && names.length > 0) return attributesElsewhere(file, path);
  const entries: [string, JsonText][] = [];
  for (const name of names) {
    const type = file.attribute(path, name);
    if (!type || (type.shape !== null && elementCount(type.shape) > maxAttributeElements)) continue;
    const value = attributeToJson(file, { path, name, type });
    if (value !== undefined) entries.push([name, value]);
  }
  return Object.fromEntries(entries);
}

/**
 * Behind an external link HDF5 looks for variable-length strings and references in the linking file, which
 * gives errors or, worse, other strings: such attributes are read from the object's own file.
 */
function attributesElsewhere(file: HdfFile, path: string): JsonRecord {
  const origin = originOf(file, path);
  if (origin.path === path && origin.file === realPath(file.path)) return {};
  try {
    const home = HdfFile.open(file.library, origin.file);
    try {
      return attributesOf(home, origin.path);
    } finally {
      home.close();
    }
  } catch (error) {
    if (error instanceof CopycatError) return {};
    throw error;
  }
}

/** Describes the dataset at a path. `type` and `seen` are what the caller knows about it already. */
export function describeDataset(
  file: HdfFile,
  path: string,
  known: { type: NativeArray; withoutAttributes?: boolean } | { seen?: Target } = {},
): DatasetItem | ProblemItem {
  const type = "type" in known ? known.type : file.dataset(path, known.seen);
  if (type === undefined) return explainMissing(file, path);
  const element = elementTypeOf(type);
  if ("unsupported" in element) {
    return problem(path, "unsupported_type", `${path} cannot be served as an array: ${element.unsupported}`);
  }
  const missingFilters = type.chunks ? missingFilterNames(file.filters(path)) : [];
  let { dataType } = element;
  if (type.vlen) {
    const widened = stringsAsServed(file, path, { type, missingFilters });
    if ("kind" in widened && widened.kind === "problem") return widened;
    dataType = widened as DataType;
  }
  return {
    kind: "dataset",
    path,
    shape: type.shape && [...type.shape, ...element.innerShape],
    dataType,
    chunks: type.chunks && [...type.chunks, ...element.innerShape],
    missingFilters,
    attributes: "type" in known && known.withoutAttributes === true ? {} : attributesOf(file, path),
  };
}

/** A dataset's value when it has at most `maxElements`, is readable, and can be said in JSON. */
export function smallValueOf(
  file: HdfFile,
  path: string,
  { type, maxElements }: { type: NativeArray; maxElements: number },
): JsonText | undefined {
  if (type.shape !== null && elementCount(type.shape) > maxElements) return undefined;
  try {
    return datasetToJson(file, path, type);
  } catch (error) {
    if (error instanceof UnreadableValues) return undefined;
    throw error;
  }
}

export function problem(path: string, code: ProblemItem["code"], message: string): ProblemItem {
  return { kind: "problem", path, code, message };
}

/** Tiled serves variable-length strings as fixed ones of the longest (tiled/adapters/hdf5.py, 0.2.16). */
function stringsAsServed(
  file: HdfFile,
  path: string,
  { type, missingFilters }: { type: NativeArray; missingFilters: string[] },
): DataType | ProblemItem {
  if (type.shape !== null && elementCount(type.shape) > maxStrings) {
    const message = `${path} declares ${elementCount(type.shape)} strings of variable length; at most ${maxStrings} are looked through`;
    return problem(path, "unsupported_type", message);
  }
  let itemsize: number;
  try {
    itemsize = longestString(file, path, type);
  } catch (error) {
    if (!(error instanceof UnreadableValues)) throw error;
    const reason =
      missingFilters.length > 0 ? `the filter ${missingFilters.join(", ")} is not built in` : error.message;
    return problem(path, "unreadable_object", `the strings of ${path} cannot be read: ${reason}`);
  }
  return stringType(itemsize, type.shape);
}

/** The type of variable-length strings whose longest has so many bytes. */
export function stringType(longest: number, shape: readonly number[] | null): DataType {
  const many = shape !== null && shape.length > 0 && elementCount(shape) > 0;
  const itemsize = longest > 0 ? longest : many ? allEmptyWidth : 1;
  return { endianness: "not_applicable", kind: "S", itemsize, dt_units: null };
}

/** Those of a dataset's filters that this build cannot decode. */
export function missingFilterNames(filters: readonly { id: number; name: string }[]): string[] {
  return filters
    .filter(({ id }) => !knownFilters.has(id))
    .map(({ id, name }) => name.split(";")[0]?.trim() || `filter ${id}`);
}

export function noDataset(file: string, path: string): ProblemItem {
  return problem(path, "missing_dataset", `there is no dataset ${path} in ${file}`);
}

export function groupInstead(file: string, path: string): ProblemItem {
  return problem(path, "missing_dataset", `${path} in ${file} is a group, not a dataset`);
}

/** Why `file.dataset` had nothing to say. */
function explainMissing(file: HdfFile, path: string): ProblemItem {
  switch (file.target(path)) {
    case "dataset":
      return problem(path, "unreadable_object", `${path} cannot be opened: ${file.library.reason}`);
    case "softLink":
    case "userLink":
      return problem(path, "dangling_link", danglingMessage(file, path));
    case "missing":
      return noDataset(file.path, path);
    default:
      return groupInstead(file.path, path);
  }
}

/** Names where a link that leads nowhere wanted to lead. */
export function danglingMessage(file: HdfFile, path: string): string {
  const link = file.target(posix.dirname(path)) === "group" ? file.linkAt(path) : undefined;
  if (!link) return `${path} lies behind a link to something that is not there`;
  const place = link.kind === "userLink" ? `${link.path} in the file ${link.file}` : link.path;
  return `${path} links to ${place}, which is not there`;
}

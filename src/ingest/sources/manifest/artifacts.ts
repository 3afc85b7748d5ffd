// What a row of the artifacts says: which array, in which file, under which key.

import type { Reject } from "../../../catalog/index.ts";
import { integerToJson, stringToJson } from "../../../json.ts";
import { cellText, normaliseHdf5Path, type TableRow } from "../../../manifest/index.ts";
import { type MetadataEntry, reject } from "../../shape.ts";
import { onlyType } from "./columns.ts";
import type { ManifestContext } from "./context.ts";

/** Characters of an artifact's uid in its key, as the predecessor has it. */
const uidCharacters = 8;

export interface Artifact {
  row: TableRow;
  /** Key of its node, and the last part of its locators in the entity. */
  key: string;
  type: string;
  path: string;
  /** Below the data directory. */
  relativePath: string;
  dataset: string;
  /** Row of the leading axis that the array is; null for the whole data set. */
  index: number | null;
}

/** The arrays of a row; a fan-out makes several of one file. */
export function readArtifacts(context: ManifestContext, row: TableRow): (Artifact | Reject)[] {
  const refuse = (code: string, message: string): Reject[] => [rowReject(context, row, code, message)];
  if (row.problem !== null) return refuse(row.problem.code, row.problem.message);
  const { columns, fanOut } = context.tables;
  const type = cellText(row.cells.get("type")) ?? onlyType(fanOut);
  if (type === null) return refuse("missing_value", "the row has no type");
  const file = cellText(row.cells.get(columns.file));
  if (file === null) return refuse("missing_value", `the row has no ${columns.file}`);
  const located = context.files.locate(file);
  if (located === null) {
    const { directory } = context.description.data;
    return refuse("outside_directory", `${JSON.stringify(file)} leads outside of ${directory}`);
  }
  const index = readIndex(row);
  if (index === undefined) {
    const found = cellText(row.cells.get("index")) ?? "";
    return refuse("bad_index", `the index ${found} is no whole number from 0`);
  }
  const arrays = arraysOf(context, row, type);
  if (typeof arrays === "string") return refuse("missing_value", arrays);
  return arrays.map((array) => ({ row, type, index, ...located, ...array }));
}

/** Keys and data sets, or why there are none. */
function arraysOf(
  { tables }: ManifestContext,
  row: TableRow,
  type: string,
): { key: string; dataset: string }[] | string {
  const uidColumn = tables.columns.artifactUid;
  const uid = uidColumn === null ? null : cellText(row.cells.get(uidColumn));
  if (uidColumn !== null && uid === null) return `the row has no ${uidColumn}`;
  const keyOf = (name: string): string => (uid === null ? name : `${name}_${uid.slice(0, uidCharacters)}`);
  if (tables.fanOut === null) {
    const dataset = cellText(row.cells.get("dataset"));
    if (dataset === null) return "the row has no dataset";
    return [{ key: keyOf(type), dataset: normaliseHdf5Path(dataset) }];
  }
  const arrays = tables.fanOut.get(type);
  if (arrays === undefined) return `artifact_datasets has no type ${JSON.stringify(type)}`;
  return arrays.map((array) => ({ key: keyOf(array.type), dataset: array.dataset }));
}

/** Null when there is none; undefined for anything but a whole number. A column with nulls is one of floats. */
function readIndex({ cells }: TableRow): number | null | undefined {
  const text = cellText(cells.get("index"));
  if (text === null) return null;
  const index = text.trim() === "" ? Number.NaN : Number(text);
  return Number.isSafeInteger(index) && index >= 0 ? index : undefined;
}

/** A reject of a row of the artifacts. */
export function rowReject(
  { artifacts }: ManifestContext,
  row: TableRow,
  code: string,
  message: string,
): Reject {
  return reject({ source: artifacts.path, position: row.position }, code, message);
}

/** Where the array lies, in the metadata of its entity: programs read files by these directly. */
export function* artifactLocators({ key, relativePath, dataset, index }: Artifact): Generator<MetadataEntry> {
  yield [`path_${key}`, stringToJson(relativePath)];
  yield [`dataset_${key}`, stringToJson(dataset)];
  if (index !== null) yield [`index_${key}`, integerToJson(index)];
}

// What a row of the artifacts says: which array, in which file, under which key.

import type { Reject } from "../../../catalog/index.ts";
import { stringToJson } from "../../../json.ts";
import type { TableColumn, TableRow } from "../../../manifest/index.ts";
import { reject } from "../../shape.ts";
import type { ArtifactColumns } from "./blockColumns.ts";
import { onlyType } from "./columns.ts";
import type { ManifestContext } from "./context.ts";
import type { KnownArray, KnownFile, RowTexts } from "./item.ts";

/** Characters of an artifact's uid in its key, as the predecessor has it. */
const uidCharacters = 8;

export interface Artifact {
  row: TableRow;
  /** Key of its node, and the last part of its locators in the entity. */
  key: string;
  type: string;
  array: KnownArray;
  /** Row of the leading axis that the array is; null for the whole data set. */
  index: number | null;
}

/** Adds the arrays of a row, or why there are none; a fan-out makes several of one file. */
export function addArtifacts(context: ManifestContext, row: TableRow, found: (Artifact | Reject)[]): void {
  const refusal = row.problem ?? readRow(context, row, found);
  if (refusal !== null) found.push(rowReject(context, row, refusal.code, refusal.message));
}

interface Refusal {
  code: string;
  message: string;
}

function readRow(context: ManifestContext, row: TableRow, found: (Artifact | Reject)[]): Refusal | null {
  const { tables, files, description } = context;
  const columns = context.blocks.ofArtifacts(row.block);
  const type = columns.type?.text(row.index) ?? onlyType(tables.fanOut);
  if (type === null) return missing("type");
  const name = columns.file?.text(row.index) ?? null;
  if (name === null) return missing(tables.columns.file);
  const file = files.locate(name);
  if (file === null) {
    const { directory } = description.data;
    return { code: "outside_directory", message: `${JSON.stringify(name)} leads outside of ${directory}` };
  }
  const index = readIndex(columns.index, row.index);
  if (index === undefined) {
    const said = columns.index?.text(row.index) ?? "";
    return { code: "bad_index", message: `the index ${said} is no whole number from 0` };
  }
  return addArrays(context, columns, { row, type, file, index }, found);
}

function missing(column: string): Refusal {
  return { code: "missing_value", message: `the row has no ${column}` };
}

interface ReadRow {
  row: TableRow;
  type: string;
  file: KnownFile;
  index: number | null;
}

function addArrays(
  { tables, files }: ManifestContext,
  columns: ArtifactColumns,
  { row, type, file, index }: ReadRow,
  found: (Artifact | Reject)[],
): Refusal | null {
  const { artifactUid } = tables.columns;
  const uid = columns.uid?.text(row.index) ?? null;
  if (artifactUid !== null && uid === null) return missing(artifactUid);
  if (tables.fanOut === null) {
    const name = columns.dataset?.text(row.index) ?? null;
    if (name === null) return missing("dataset");
    const shape = columns.shape?.text(row.index) ?? null;
    const dtype = columns.dtype?.text(row.index) ?? null;
    const array =
      shape === null || dtype === null
        ? files.array(file, name)
        : files.declaredArray(file, name, { shape, dtype });
    found.push({ row, key: makeKey(type, uid), type, array, index });
    return null;
  }
  const arrays = tables.fanOut.get(type);
  if (arrays === undefined) {
    return { code: "missing_value", message: `artifact_datasets has no type ${JSON.stringify(type)}` };
  }
  for (const { type: name, dataset } of arrays) {
    found.push({ row, key: makeKey(name, uid), type, array: files.array(file, dataset), index });
  }
  return null;
}

function makeKey(name: string, uid: string | null): string {
  return uid === null ? name : `${name}_${uid.slice(0, uidCharacters)}`;
}

/** Null when there is none; undefined for anything but a whole number. A column with nulls is one of floats. */
function readIndex(column: TableColumn | undefined, row: number): number | null | undefined {
  const text = column?.text(row) ?? null;
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
export function locatorText({ key, array, index }: Artifact): string {
  if (array.texts?.key !== key) array.texts = makeTexts(key, array);
  const { locators, index: name } = array.texts;
  return index === null ? locators : `${locators}${name}${index}`;
}

function makeTexts(key: string, { file, datasetJson }: KnownArray): RowTexts {
  const name = (kind: string): string => stringToJson(`${kind}_${key}`);
  return {
    key,
    locators: `,${name("path")}:${file.relativeJson},${name("dataset")}:${datasetJson}`,
    index: `,${name("index")}:`,
  };
}

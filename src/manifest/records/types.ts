// What a line of NDJSON says, checked and exact.

import type { JsonText } from "../../json.ts";
import type { Problem } from "../problem.ts";

export const structureFamilies = [
  "array",
  "awkward",
  "bytes",
  "container",
  "ragged",
  "sparse",
  "table",
] as const;

export type StructureFamily = (typeof structureFamilies)[number];

export const managements = ["external", "immutable", "locked", "writable"] as const;

export type Management = (typeof managements)[number];

export interface Asset {
  /** `file://localhost/absolute/path`, not percent-encoded; or another scheme, as given. */
  dataUri: string;
  isDirectory: boolean;
  /** Bytes, as decimal digits: an int8 does not fit into a JavaScript number. */
  size: string | null;
  parameter: string | null;
  num: number | null;
}

export interface DataSource {
  mimetype: string;
  structureFamily: StructureFamily;
  /** With every field that Tiled would write; for arrays the canonical text that its id is the md5 of. */
  structure: JsonText | null;
  parameters: JsonText;
  properties: JsonText;
  management: Management;
  assets: readonly Asset[];
}

export interface NodeRecord {
  /** Keys from the root to the node itself. */
  path: readonly string[];
  structureFamily: StructureFamily;
  metadata: JsonText;
  specs: JsonText;
  accessBlob: JsonText;
  dataSource: DataSource | null;
  /** The record as it was written. */
  text: string;
}

/** A file that an earlier run could not read, and the input (dataset YAML, folder) that it belongs to. */
export interface FileReference {
  input: string;
  file: string;
  /** The label that the earlier run was told to use, if it was. */
  label: string | null;
}

/** A line that cannot be taken. */
export interface RefusedLine {
  problem: Problem;
  /** The record as it was written, for the rejects file; the first 1000 bytes when the line is too long. */
  raw: string;
  /** Whether `raw` is valid JSON. */
  isJson: boolean;
}

export type LineContent = { record: NodeRecord } | RefusedLine | { file: FileReference };

/** One line that is not blank; `line` counts from 1, blank lines included. */
export type NodeLine = { line: number } & LineContent;

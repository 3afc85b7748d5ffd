// Rows of the catalog -> where an array lies, or why it cannot be read here.

import { CopycatError, type ErrorCode, errorMessage } from "../../errors.ts";
import { type ArrayView, type DataType, parseSlice, type Slice } from "../../hdf5/index.ts";
import type { ArrayLocator } from "./types.ts";

export const hdf5Mimetype = "application/x-hdf5";

/** One row an asset, or a single one without any. */
export interface SourceRow {
  source: number | null;
  mimetype: string | null;
  parameters: Record<string, unknown> | null;
  structureId: string | null;
  structure: readonly [shape: number[] | null, dataType: DataType | null] | null;
  assetId: number | null;
  uri: string | null;
  parameter: string | null;
  num: number | null;
}

export interface LocatedRow extends SourceRow {
  place: number;
  nodeId: number;
  family: string;
}

/** Nothing but the entity where it has no such array. */
export interface ArtifactRow extends SourceRow {
  entityId: number;
  entity: string;
  family: string | null;
}

export interface FamilyRow extends SourceRow {
  family: string | null;
}

/** @param rows of one node, at least one */
export function makeLocator(
  path: string,
  rows: readonly [FamilyRow, ...FamilyRow[]],
): ArrayLocator | CopycatError {
  const [{ family, source, mimetype, parameters, structure }] = rows;
  const [shape, dataType] = structure ?? [null, null];
  const refuse = (code: ErrorCode, reason: string): CopycatError =>
    new CopycatError(code, `${path} ${reason}`);
  if (family === "container") {
    return refuse(
      "USAGE",
      `is a container; name an array in it. \`copycat show ${path}\` lists what it holds.`,
    );
  }
  if (family !== "array") return refuse("USAGE", `is of the family ${family}; only arrays are read.`);
  if (source === null)
    return refuse("UNREADABLE_SOURCE", "has no data source, so nothing says where its values are.");
  if (mimetype !== hdf5Mimetype) {
    return refuse(
      "UNREADABLE_SOURCE",
      `is stored as ${mimetype}; only HDF5 is read here. Ask a Tiled server for it.`,
    );
  }
  if (shape === null || dataType === null) {
    return refuse("UNREADABLE_SOURCE", "has no structure, so its shape is not known. Ingest it again.");
  }
  const dataset = datasetOf(parameters);
  if (dataset === null)
    return refuse("UNREADABLE_SOURCE", "has a data source that names no data set of its file.");
  const files = filesOf(rows.filter((row) => row.source === source));
  if (typeof files === "string") return refuse("UNREADABLE_SOURCE", files);
  const slice = sliceOf(parameters);
  if (typeof slice === "string") return refuse("UNREADABLE_SOURCE", slice);
  return { path, files, dataset, slice, squeeze: parameters?.squeeze === true, shape, dataType };
}

/** Fills in, where they stand, the structures and files that were left out because the row before has them. */
export function fillRepeated(rows: readonly SourceRow[]): void {
  let last: SourceRow | undefined;
  for (const row of rows) {
    if (last !== undefined && row.structureId === last.structureId) row.structure ??= last.structure;
    if (last !== undefined && row.assetId === last.assetId) row.uri ??= last.uri;
    last = row;
  }
}

/** A path, or its segments. */
export function datasetOf(parameters: Record<string, unknown> | null): string | null {
  const dataset = parameters?.dataset;
  if (Array.isArray(dataset)) return `/${dataset.join("/")}`;
  return typeof dataset === "string" ? dataset : null;
}

/** As Tiled takes it: an empty text is no slice. */
function sliceOf(parameters: Record<string, unknown> | null): Slice | string | undefined {
  const slice = parameters?.slice;
  if (typeof slice !== "string" || slice === "") return undefined;
  try {
    return parseSlice(slice);
  } catch (error) {
    return `has a data source whose slice is not read here. ${errorMessage(error)}`;
  }
}

/** All files of `data_uris` by their number, else the first of any; a sentence when that is no file of this machine. */
function filesOf(rows: readonly SourceRow[]): string[] | string {
  const several = rows.filter(({ parameter }) => parameter === "data_uris");
  const uris = (several.length > 0 ? several : rows.slice(0, 1)).flatMap(({ uri }) => uri ?? []);
  if (uris.length === 0) return "has a data source without a file.";
  const files: string[] = [];
  for (const uri of uris) {
    const file = fileOfUri(uri);
    if (file === null) return `lies at ${uri}, which is no file of this machine.`;
    files.push(file);
  }
  return files;
}

/** `file://localhost/path` and `file:///path`; nothing in them is percent-encoded. */
export function fileOfUri(uri: string): string | null {
  return /^file:\/\/(?:localhost)?(\/.*)$/s.exec(uri)?.[1] ?? null;
}

/** As Tiled does it: slice, squeeze, then whatever shape is registered; and the part of that which is asked for. */
export function viewOf({ slice, squeeze, shape }: ArrayLocator, part: Slice): ArrayView {
  return { shape, part, ...(slice === undefined ? {} : { slice }), ...(squeeze ? { squeeze } : {}) };
}

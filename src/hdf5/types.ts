// What the hdf5 room says about files: plain data that crosses a thread boundary.

import type { CopycatError } from "../errors.ts";
import type { JsonText } from "../json.ts";
import type { ArrayView } from "./view.ts";

/** Tiled's data type of an array element (tiled/structures/array.py); `itemsize` in bytes. */
export interface ScalarDataType {
  endianness: "big" | "little" | "not_applicable";
  kind: "b" | "i" | "u" | "f" | "c" | "m" | "M" | "S" | "U" | "V";
  itemsize: number;
  dt_units: string | null;
}

/** A compound: `itemsize` in bytes of the whole element, padding included. */
export interface StructDataType {
  itemsize: number;
  fields: { name: string; dtype: DataType; shape: number[] | null }[];
}

export type DataType = ScalarDataType | StructDataType;

/** JSON text by name, in the order of the file. */
export type JsonRecord = Record<string, JsonText>;

export interface GroupItem {
  kind: "group";
  /** Absolute path in the file; "/" for the root. */
  path: string;
  attributes: JsonRecord;
}

export interface DatasetItem {
  kind: "dataset";
  path: string;
  /** Extent; [] for a scalar, null for a null dataspace. */
  shape: number[] | null;
  /** As a Tiled server will see it through h5py: variable-length strings are fixed strings of the longest. */
  dataType: DataType;
  /** Native chunk shape; null when contiguous. */
  chunks: number[] | null;
  /** Names of filters that this build cannot decode; the dataset is described but cannot be read here. */
  missingFilters: string[];
  attributes: JsonRecord;
  /** The value, only when asked for (`values`) and small enough. */
  value?: JsonText;
}

/** Something in the file that is not described, and why. Data, not an exception. */
export interface ProblemItem {
  kind: "problem";
  path: string;
  code: "dangling_link" | "link_cycle" | "missing_dataset" | "unsupported_type" | "unreadable_object";
  message: string;
}

export type WalkItem = GroupItem | DatasetItem | ProblemItem;

export interface WalkRequest {
  /** Start here instead of at "/". */
  root?: string;
  /** Also give the value of datasets with at most so many elements; 0 gives none. */
  valueElements?: number;
}

export interface PickRequest {
  /** Describe these datasets; one that is not in the file comes back as a problem `missing_dataset`. */
  datasets: readonly string[];
  /** Values of every attribute of the object at this path. */
  attributesOf?: string;
  /** Values of every dataset directly in this group. */
  valuesIn?: string;
  /** With `valuesIn`: only 0-d datasets (true), or every dataset with at most `valueElements` elements. */
  scalarsOnly?: boolean;
  /** Values of these single datasets. */
  valuesOf?: readonly string[];
  /** Values of arrays longer than this are left out; default 1000. */
  valueElements?: number;
}

export interface PickResult {
  datasets: (DatasetItem | ProblemItem)[];
  attributes: JsonRecord;
  /** `valuesIn`, by the dataset's own name (last path segment). */
  values: JsonRecord;
  /** `valuesOf`, by the path as asked for; datasets that are not there are left out. */
  single: JsonRecord;
}

export interface ColumnsRequest {
  /** Rows [start, start + count) of the leading axis. */
  start: number;
  count: number;
  /** Every dataset directly in this group whose leading axis has `rows` elements. */
  group?: string;
  /** The length that marks a column in `group`. */
  rows: number;
  /** Single datasets by path; those whose leading axis has another length are left out. */
  datasets?: readonly string[];
  /** Datasets with more elements than this in a row are no columns and are left out; default 1000. */
  rowElements?: number;
}

export interface ColumnsResult {
  /** By dataset name: one JSON text a row (a scalar for 1-d, a nested array for more). */
  group: Record<string, JsonText[]>;
  /** By path as asked for. */
  datasets: Record<string, JsonText[]>;
}

/** Where each field of a compound begins in its element, in bytes, and the same of compounds within it. */
export type FieldOffsets = readonly { offset: number; inner: FieldOffsets | null }[];

export interface ArrayData {
  shape: number[];
  dataType: DataType;
  /** Row-major element bytes in the data type's own byte order. */
  bytes: Uint8Array;
  /** Only of compounds. */
  offsets?: FieldOffsets;
}

/** One array to read: a data set of a file, or what a view makes of it. */
export interface ArrayPart {
  file: string;
  dataset: string;
  view?: ArrayView;
}

/** Half-open ranges, one an axis; null for the whole axis. */
export type Slices = readonly ({ start: number; stop: number; step?: number } | null)[];

/** A file that is not HDF5, is truncated, or cannot be opened rejects with CopycatError UNREADABLE_SOURCE. */
export interface Hdf5Reader {
  /** Groups and datasets in depth-first order, parents before children, streamed with backpressure. */
  walk(file: string, request?: WalkRequest): AsyncIterable<WalkItem>;
  /** A few named things of one file in one go. */
  pick(file: string, request: PickRequest): Promise<PickResult>;
  /** A window of rows of column-like datasets. */
  columns(file: string, request: ColumnsRequest): Promise<ColumnsResult>;
  /**
   * Values of many arrays in one go, in the order asked for. What cannot be read is an error in its place. Files stay
   * open for a moment, so that the next part of one costs little; one that was replaced meanwhile is opened anew.
   */
  readParts(parts: readonly ArrayPart[]): Promise<(ArrayData | CopycatError)[]>;
  /** Values of one dataset. */
  read(file: string, dataset: string, slices?: Slices): Promise<ArrayData>;
  /** How many files can be worked on side by side. */
  readonly workers: number;
  close(): Promise<void>;
}

// What reading takes and gives.

import type { ArrayValues, DataType, FieldOffsets, Hdf5Reader, Slice } from "../../hdf5/index.ts";
import type { SearchQuery } from "../search/types.ts";

/** Where the values of an array are: what the catalog knows of it, checked as far as that goes without the files. */
export interface ArrayLocator {
  /** Of the node, keys from the root: "/VDP/H_0001/mh_powder_30T". */
  path: string;
  /** Absolute; several are one array, one after the other along its first axis. */
  files: string[];
  /** Path of the data set in each of them. */
  dataset: string;
  /** The part of the data set that the array is; undefined for all of it. */
  slice: Slice | undefined;
  /** Axes of length 1 are taken away. */
  squeeze: boolean;
  /** As registered; may be the data set's elements seen in another shape. */
  shape: number[];
  dataType: DataType;
}

/** An array or a part of one, read. */
export interface CatalogArray {
  path: string;
  /** Of what was read: without the axes that the slice took one index of. */
  shape: number[];
  /** As in the file; `data` has the machine's own byte order. */
  dataType: DataType;
  /** Row-major elements, byte by byte as in the file. Arrays of one file may share a buffer. */
  bytes: Uint8Array;
  /** Where the fields of a compound lie in its element. */
  offsets?: FieldOffsets;
  /** Row-major values: a typed array of numbers, strings, or objects. Made when first asked for. */
  readonly data: ArrayValues;
}

export interface ReadOptions {
  /** numpy-style, of the array as it is registered: "0:10,:", "-1", "::2", "...,0". Default: all of it. */
  slice?: string;
  /** Of the catalog; default: the database's (`catalogSchema`). */
  schema?: string;
  /** Default: one that all reads of this process share. */
  reader?: Hdf5Reader;
}

export interface ReadManyOptions extends ReadOptions {
  /** Batches of arrays under way at a time; default two a thread. Each is some megabytes, or one larger array. */
  concurrency?: number;
  /** Gets what cannot be read, and the rest goes on. Without it the first such array ends the reading. */
  onProblem?: (path: string, error: Error) => void;
}

/** Paths of arrays; or one artifact of all entities of a dataset, of those that a search finds, in its order. */
export type WantedArrays =
  | readonly string[]
  | { dataset: string; artifact: string; query?: Pick<SearchQuery, "where" | "sort"> };

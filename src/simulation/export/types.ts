// What exports take and report.

import type { TimeReference } from "../hdf5/index.ts";

export const exportFormats = ["json", "msgpack", "parquet", "arrow", "arrows", "hdf5"] as const;

/** `arrow` is the file format of Arrow IPC, `arrows` its stream; both hold the rows that `parquet` holds. */
export type ExportFormat = (typeof exportFormats)[number];

/** How much of the full states goes into an HDF5 file: nothing, what is not too large, or all. */
export const stateChoices = ["none", "auto", "all"] as const;
export type StateChoice = (typeof stateChoices)[number];

/** What is exported; without any of these everything. */
export interface ExportFilter {
  datasets?: readonly string[];
  groups?: readonly string[];
  attributes?: readonly string[];
  /** Only updates from this timestamp on. */
  from?: number;
  /** Only updates up to this timestamp, which is included. */
  to?: number;
}

export interface ExportOptions extends ExportFilter {
  format: ExportFormat;
  /** A file; of `json` and `msgpack` a folder. */
  path: string;
  /** Replaces what is there; default false. */
  force?: boolean;
  /** Rows of the initial datasets, too, with no timestamp; only of `parquet`, `arrow`, `arrows`; default false. */
  initial?: boolean;
  /** Only of `hdf5`; default "auto". */
  states?: StateChoice;
  /** The name of the scenario, written into the file; only of `hdf5`. */
  scenario?: string;
  /** What dates the timestamps stand for, so that readers show them; only of `hdf5`. */
  timeline?: TimeReference | null;
  signal?: AbortSignal;
  onProgress?: (progress: ExportProgress) => void;
}

export interface ExportProgress {
  phase: "survey" | "initial" | "updates" | "states" | "finish";
  done: number;
  /** Null when nobody knows. */
  total: number | null;
  elapsedMs: number;
}

export interface ExportReport {
  format: ExportFormat;
  path: string;
  datasets: number;
  initialDatasets: number;
  updates: number;
  /** Rows of a table; null of formats that have none. */
  rows: number | null;
  bytes: number;
  elapsedMs: number;
  /** What the format could not take, in sentences. */
  notices: string[];
  /** Only of `hdf5`: path of an array of states in the file, `/states/roads/segments/speed`; absent when there is none. */
  firstState?: string;
}

/** What a format's writer says it has written. */
export type Written = Omit<ExportReport, "format" | "path" | "datasets" | "elapsedMs">;

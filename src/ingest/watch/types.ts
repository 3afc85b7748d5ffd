// What watching takes and tells.

import type { LoadReport } from "../../catalog/index.ts";
import type { WriteState } from "../../hdf5/index.ts";
import type { Log } from "../../log.ts";
import type { IngestOptions } from "../types.ts";

export interface WatchOptions {
  /** Dataset YAMLs whose files are listed, and folders of HDF5 files. */
  inputs: readonly string[];
  /** Pause between two looks at the folders; longer where looking takes more than a tenth of it. Default 2000. */
  intervalMs?: number;
  /** A file is ready when its size and time of change have stayed for so long. Default 2000. */
  settleMs?: number;
  /** One look, and another after `settleMs` if files were new; what is ready goes in, and a failure is thrown. */
  once?: boolean;
  /** How each batch is ingested. */
  ingest?: WatchIngestOptions;
  /** Pauses after a failure double from the first to the second. Default 1000 and 60,000. */
  retry?: { minDelayMs: number; maxDelayMs: number };
  /** A file that is unchanged for so long and not ready is told about, once. Default 60,000. */
  stuckMs?: number;
  /** Ends the watch; a batch that runs goes in first. */
  stop?: AbortSignal;
  /** Ends the watch at once; a batch that runs is rolled back. */
  signal?: AbortSignal;
  /** Asked before each batch, with the key of its dataset; what it throws is what the batch fails with. */
  beforeBatch?: (dataset: string) => Promise<void>;
  onEvent?: (event: WatchEvent) => void;
  log?: Log;
}

/** Rejects of all batches go to the end of `rejectsFile`, where one is named. */
export type WatchIngestOptions = Pick<
  IngestOptions,
  "policy" | "mode" | "triggers" | "rejectsFile" | "workers" | "source" | "beforeCommit"
>;

export interface WatchFailure {
  code: string;
  message: string;
}

/** `time` is ISO 8601 in UTC. */
export type WatchEvent =
  | { time: string; event: "start"; inputs: string[]; intervalMs: number; settleMs: number }
  | BatchEvent
  | FailedBatchEvent
  /** The database was away, or, with `input`, a folder could not be listed. */
  | { time: string; event: "retry"; input?: string; attempt: number; delayMs: number; error: WatchFailure }
  /** A file that is not getting ready; told once, until it changes. */
  | {
      time: string;
      event: "waiting";
      file: string;
      state: Exclude<WriteState, "complete">;
      modified: string;
      message: string;
    }
  /** The description of a data set was changed; without `error`, what it says now holds from now on. */
  | { time: string; event: "reload"; input: string; error?: WatchFailure }
  | { time: string; event: "stop"; batches: number; files: number; error?: WatchFailure };

/** Files of an input that are in now. */
export interface BatchEvent {
  time: string;
  event: "batch";
  input: string;
  run: string;
  status: "completed" | "completed_with_rejects";
  /** Files handed on. */
  files: number;
  /** Of these the ones that were opened; the others were in as they are. */
  filesRead: number;
  nodes: LoadReport["nodes"];
  elapsedMs: number;
  /** Files of the input that are not ready yet. */
  waiting: number;
  rejectsFile: string | null;
}

/** Nothing has changed; the same files are tried again after `delayMs`, and other inputs go on. */
export interface FailedBatchEvent {
  time: string;
  event: "batch";
  input: string;
  run: null;
  status: "failed";
  files: number;
  elapsedMs: number;
  waiting: number;
  attempt: number;
  delayMs: number;
  error: WatchFailure;
}

export interface WatchSummary {
  batches: number;
  /** Files handed on; one that changed counts again. */
  files: number;
  rejected: number;
  /** Files that were not ready at the last look. */
  waiting: number;
}

/** An event to which its time is still to come. */
export type UntimedEvent = WatchEvent extends infer Event
  ? Event extends WatchEvent
    ? Omit<Event, "time">
    : never
  : never;

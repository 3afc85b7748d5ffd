// What a scan is asked, and what it answers.

import type { Log } from "../../log.ts";
import type { LibraryFile } from "../types.ts";

/** `audio`: files with tags alone. `any`: all files; those that have no tags are known by their content. */
export type ScanKind = "audio" | "any";

export type RejectCode =
  /** It cannot be opened or read to its end. */
  | "unreadable_file"
  /** A folder that cannot be listed; what is known below it stays as it is. */
  | "unreadable_folder"
  /** Its name says audio, its content does not. */
  | "not_audio"
  /** It has tags, and not one of them can be understood. */
  | "unreadable_tags"
  /** Reading it stopped the thread, or took too long. */
  | "reader_stopped"
  /** The database refused the row; the message says why. */
  | "refused_row";

export interface FileReject {
  code: RejectCode;
  message: string;
}

/** A file that is not in the library, or not as it is now. */
export interface ScanReject {
  /** Relative to the library's root, as text (see `encodePath`). */
  path: string;
  /** A `RejectCode`, or the code of a row that the store refused. */
  code: string;
  message: string;
}

export interface ReadFileOptions {
  /** Default: audio. */
  kind?: ScanKind;
  /** Also the SHA-256 of all bytes. Default: false. */
  fullHash?: boolean;
  /** The path that the record gets; default: the absolute one without its leading slash. */
  as?: string;
}

export type ReadResult = LibraryFile | FileReject;

export interface ScanProgress {
  phase: "walk" | "read" | "write";
  /** Files that the walk found so far. */
  seen: number;
  /** Files that are to be read; null while that is not known. */
  total: number | null;
  /** Files that were read so far. */
  read: number;
  /** Size of these files. */
  bytes: number;
  rejected: number;
  filesPerSecond: number;
}

export interface ScanOptions {
  /** The root when there is no library yet: for a dry run. */
  root?: string;
  /** A folder below the root, relative to it or absolute; the rest of the library is left alone. */
  folder?: string;
  /** Default: audio. */
  kind?: ScanKind;
  /** Files without a suffix are recognised by their content. Default: with kind `any`. */
  sniff?: boolean;
  /** Also the SHA-256 of all bytes, of files that have none yet as well. Default: false. */
  fullHash?: boolean;
  /** Reads files that look unchanged as well. Default: false. */
  reread?: boolean;
  /** What becomes of known files that have changed. Default: update. */
  policy?: "update" | "skip" | "error";
  /** Threads. Default: one a processor. */
  workers?: number;
  /** Reads and reports, and writes nothing. Default: false. */
  dryRun?: boolean;
  /** Files that are gone are marked as missing. Default: true. */
  deactivateMissing?: boolean;
  /** Says that a folder that is gone or empty is no mistake. Default: false. */
  allowEmpty?: boolean;
  /** Files a transaction. Default: 0, all in one at the end. */
  commitEvery?: number;
  signal?: AbortSignal;
  onProgress?: (progress: ScanProgress) => void;
  /** Called for each reject, in no order; what it throws ends the scan. */
  onReject?: (reject: ScanReject) => void | Promise<void>;
  log?: Log;
}

/** `read` is the sum of `inserted` to `rejected`; files that moved or came back are among the updated ones. */
export interface ScanReport {
  /** Files that were found. */
  read: number;
  inserted: number;
  updated: number;
  unchanged: number;
  /** Files that vanished while they were read, and changed ones under policy `skip`. */
  skipped: number;
  duplicates: number;
  rejected: number;
  /** Rows whose file was not found where it was. */
  missing: number;
  moved: number;
  /** Rows that were missing and are active again. */
  reactivated: number;
  elapsedMs: number;
}

export const isReject = (result: object): result is FileReject => "code" in result;

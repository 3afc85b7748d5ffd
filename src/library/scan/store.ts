// What a scan asks of the library's tables.

import type { Log } from "../../log.ts";
import type { KnownFile } from "../store/index.ts";
import type { HashType, LibraryFile, RowFailure } from "../types.ts";

export type { KnownFile } from "../store/index.ts";

export interface ScanChanges {
  insert: LibraryFile[];
  /** By id. */
  update: LibraryFile[];
  move: { id: number; file: LibraryFile }[];
  reactivate: number[];
  missing: number[];
  verified: number[];
}

export interface ScanOutcome {
  /** Updates of rows that were equal already. */
  unchanged: number;
  missing: number;
  /** Of `reactivate`, and of `update`. */
  reactivated: number;
  /** Ids of `reactivate` and `missing` that had nothing to be changed. */
  asBefore: readonly number[];
  failures: (RowFailure & { change: "insert" | "update" | "move" })[];
}

/** A `Library`, as far as a scan needs it. */
export interface ScanStore {
  readonly root: string | null;
  listKnown(prefix: string): AsyncIterable<KnownFile>;
  applyScan(changes: ScanChanges, options?: { signal?: AbortSignal | undefined }): Promise<ScanOutcome>;
  withScanLock<Result>(
    work: () => Promise<Result>,
    options?: { log?: Log; signal?: AbortSignal | undefined },
  ): Promise<Result>;
  /** Says when the library was scanned last, too. */
  saveStatistics(options: { scanMs?: number }): Promise<unknown>;
  batchGetFilesByPaths(paths: readonly string[]): Promise<Map<string, LibraryFile | null>>;
  batchGetFilesByHashes(hashes: readonly string[], type: HashType): Promise<Map<string, LibraryFile[]>>;
}

export const noChanges = (): ScanChanges => ({
  insert: [],
  update: [],
  move: [],
  reactivate: [],
  missing: [],
  verified: [],
});

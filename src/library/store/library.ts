// One library of a store: files with tags and hashes, written and looked up by thousands.

import type { Database } from "../../database/index.ts";
import type { Log } from "../../log.ts";
import type { BatchReport, HashType, LibraryFile, LibraryFileInput } from "../types.ts";
import { type ApplyScanReport, applyScan, type ScanChanges } from "./applyScan.ts";
import { type BatchCollector, type BatchKind, batchOperation } from "./batchOperation.ts";
import { deleteFiles, markInactive } from "./changePaths.ts";
import { findSimilar, type SimilarFile, type SimilarityKey, type SimilarityOptions } from "./findSimilar.ts";
import { Growth } from "./growth.ts";
import { IdSupply } from "./idSupply.ts";
import { insertFiles } from "./insertFiles.ts";
import { type KnownFile, listFiles, listKnown } from "./listFiles.ts";
import { listGroups } from "./listGroups.ts";
import { findFilesByHashes, findFilesByPaths } from "./lookups.ts";
import type { BatchOptions } from "./options.ts";
import { withScanLock } from "./scanLock.ts";
import { searchByArtistTitle } from "./searchByArtistTitle.ts";
import { addFile, countFiles, deleteFile, fileExists, markFileInactive, updateFile } from "./singles.ts";
import { getStatistics, type LibraryStatistics, saveStatistics } from "./statistics.ts";
import type { GrowingScope, Tables } from "./tables.ts";
import { updateFiles } from "./updateFiles.ts";
import { listVettings, requireHistory, saveVetting, type Vetting, type VettingInput } from "./vettings.ts";

export interface ActiveOption {
  /** Leaves out files that were marked inactive; default true. */
  activeOnly?: boolean;
}

/**
 * Opened by `openLibrary`. Every function may be called at once, from several processes too.
 *
 * @example
 * const library = await openLibrary(database, { root: "/music" });
 * const report = await library.batchInsertFiles([{ path: "a/song.mp3", size: 3_000_000, artist: "A", title: "Song" }]);
 * // { read: 1, changed: 1, unchanged: 0, failures: [] }
 */
export class Library {
  readonly database: Database;
  readonly schema: string;
  readonly id: number;
  readonly name: string;
  /** The folder that paths are relative to, as `encodePath` writes it; null while nobody has said it. */
  readonly root: string | null;
  readonly tables: Tables;
  readonly #scope: GrowingScope;

  constructor(
    database: Database,
    { tables, id, name, root }: { tables: Tables; id: number; name: string; root: string | null },
  ) {
    this.database = database;
    this.schema = tables.schema;
    this.tables = tables;
    this.id = id;
    this.name = name;
    this.root = root;
    this.#scope = {
      database,
      tables,
      libraryId: id,
      growth: new Growth(database, tables),
      ids: new IdSupply(database, tables),
    };
  }

  // Many at once.

  /**
   * Adds files. One that cannot go in is a failure, the others go in: `invalid_file`, `duplicate_path` (it is there, or stands
   * in the input before), or what the server says.
   *
   * @throws CopycatError USAGE `files cannot be null or empty`, CANCELLED, CONNECTION, DATABASE; nothing was changed then
   */
  batchInsertFiles(files: readonly LibraryFileInput[], options: BatchOptions = {}): Promise<BatchReport> {
    return insertFiles(this.#scope, files, options);
  }

  /**
   * Writes all columns of files by their ids; `indexedAt` null leaves the one that is stored. Failures: `no_id`, `not_found`,
   * `duplicate_id` (the last one of the input counts), `duplicate_path`, `invalid_file`. Equal rows are `unchanged`.
   */
  batchUpdateFiles(files: readonly LibraryFileInput[], options: BatchOptions = {}): Promise<BatchReport> {
    return updateFiles(this.#scope, files, options);
  }

  /** Deletes the rows, never the files. Paths that are not there are failures, `not_found`. */
  batchDeleteFiles(paths: readonly string[], options: BatchOptions = {}): Promise<BatchReport> {
    return deleteFiles(this.#scope, paths, options);
  }

  /**
   * Keeps the rows but leaves them out of searches. Those that are inactive already are `unchanged`. A scan, or a check that
   * marks, makes a row active again when its file is there.
   */
  batchMarkInactive(paths: readonly string[], options: BatchOptions = {}): Promise<BatchReport> {
    return markInactive(this.#scope, paths, options);
  }

  /** Each path with its file, active or not; null for none. In the order of the paths, each once. */
  batchGetFilesByPaths(
    paths: readonly string[],
    options: BatchOptions = {},
  ): Promise<Map<string, LibraryFile | null>> {
    return findFilesByPaths(this.#scope, paths, options);
  }

  /** Each hash with the active files that have it, in the order of their ids; an empty list for none. */
  batchGetFilesByHashes(
    hashes: readonly string[],
    type: HashType = "metadata",
    options: BatchOptions = {},
  ): Promise<Map<string, LibraryFile[]>> {
    return findFilesByHashes(this.#scope, hashes, { ...options, type });
  }

  /**
   * Collects files (or paths, to delete), and writes them when `work` is done; nothing when it throws.
   *
   * @throws CopycatError USAGE at once, for a kind that is none
   *
   * @example
   * await library.batchOperation("insert", async ({ add }) => {
   *   for (const file of files) add(file);
   * });
   */
  batchOperation<Kind extends BatchKind>(
    kind: Kind,
    work: (batch: BatchCollector<Kind>) => Promise<void> | void,
    options: BatchOptions = {},
  ): Promise<BatchReport> {
    return batchOperation(this.#scope, kind, { work, options });
  }

  // One by one.

  /**
   * Checked as many are, and tried again as they are when it fails for a reason that passes.
   *
   * @returns its id
   * @throws CopycatError INVALID_INPUT, CONFLICT (the path is there): `details` has the code that `batchInsertFiles` gives;
   * DATABASE, CONNECTION
   */
  addFile(file: LibraryFileInput): Promise<number> {
    return addFile(this.#scope, file);
  }

  /** Active or not; null for none. */
  async findFileByPath(path: string): Promise<LibraryFile | null> {
    return (await findFilesByPaths(this.#scope, [path])).get(path) ?? null;
  }

  /** The oldest active one; null for none. */
  async findFileByMetadataHash(hash: string): Promise<LibraryFile | null> {
    return (await this.listFilesByMetadataHash(hash))[0] ?? null;
  }

  /** Active ones, the oldest first. */
  async listFilesByMetadataHash(hash: string): Promise<LibraryFile[]> {
    return (await findFilesByHashes(this.#scope, [hash], { type: "metadata" })).get(hash) ?? [];
  }

  /** The oldest active one; null for none. */
  async findFileByContentHash(hash: string): Promise<LibraryFile | null> {
    return (await findFilesByHashes(this.#scope, [hash], { type: "content" })).get(hash)?.[0] ?? null;
  }

  /** Active files with this artist, this title, or both, in any case and with letters composed in any way; at most 1000. */
  searchByArtistTitle(query: { artist?: string | null; title?: string | null }): Promise<LibraryFile[]> {
    return searchByArtistTitle(this.#scope, query);
  }

  /**
   * In the order of the paths' bytes, as they are when the first one is asked for: what is written meanwhile is not seen. Holds
   * a connection of the database until the end, or until the loop is left.
   *
   * @throws CopycatError DATABASE, CONNECTION
   */
  listFiles(options: ActiveOption = {}): AsyncIterable<LibraryFile> {
    return listFiles(this.#scope, options);
  }

  /** @returns whether anything changed @throws CopycatError INVALID_INPUT, NOT_FOUND, CONFLICT */
  updateFile(file: LibraryFileInput): Promise<boolean> {
    return updateFile(this.#scope, file);
  }

  /** @returns whether it was active; false for none, too */
  markInactive(path: string): Promise<boolean> {
    return markFileInactive(this.#scope, path);
  }

  /** The row, never the file. @returns whether it was there */
  deleteFile(path: string): Promise<boolean> {
    return deleteFile(this.#scope, path);
  }

  countFiles(options: ActiveOption = {}): Promise<number> {
    return countFiles(this.#scope, options);
  }

  /** Whether the library has an active file of this path; the disk is not asked. */
  fileExists(path: string): Promise<boolean> {
    return fileExists(this.#scope, path);
  }

  // In numbers, and what was done.

  /** Of the active files. */
  getStatistics(): Promise<LibraryStatistics> {
    return getStatistics(this.#scope);
  }

  /** Stores the numbers of now; with the duration of a scan, it was just now. */
  saveStatistics(options: { scanMs?: number } = {}): Promise<LibraryStatistics> {
    return saveStatistics(this.#scope, options);
  }

  /** @throws CopycatError PERMISSION when a vetting could not be stored: the message says which right it takes */
  requireHistory(): Promise<void> {
    return requireHistory(this.#scope);
  }

  /** @returns its id */
  saveVetting(vetting: VettingInput): Promise<number> {
    return saveVetting(this.#scope, vetting);
  }

  /** The newest first. @param options limit 1 to 1000, default 10 */
  listVettings(options: { limit?: number } = {}): Promise<Vetting[]> {
    return listVettings(this.#scope, options);
  }

  // For scans.

  /** What is known of the files below a folder ("" for all), active or not, in the order of the paths' bytes. */
  listKnown(prefix = ""): AsyncIterable<KnownFile> {
    return listKnown(this.#scope, prefix);
  }

  /** Writes what a scan found, in one transaction; rows that cannot be written are failures, the others are. */
  applyScan(changes: ScanChanges, options: Pick<BatchOptions, "signal"> = {}): Promise<ApplyScanReport> {
    return applyScan(this.#scope, changes, options);
  }

  /** One scan of a library at a time, in all processes: the next one says so, and waits. */
  withScanLock<Result>(
    work: () => Promise<Result>,
    options: { log?: Log; signal?: AbortSignal | undefined } = {},
  ): Promise<Result> {
    return withScanLock(this.#scope, work, { ...options, name: this.name });
  }

  // For duplicates.

  /** Active files whose artist and title are like those of the keys, best first; thousands of keys at once. */
  findSimilar(keys: readonly SimilarityKey[], options: SimilarityOptions): Promise<SimilarFile[]> {
    return findSimilar(this.#scope, keys, options);
  }

  /** Two and more active files that have a hash in common, group by group. */
  listGroups(options: { by: HashType }): AsyncIterable<LibraryFile[]> {
    return listGroups(this.#scope, options);
  }
}

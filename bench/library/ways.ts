// What each way has to do: insert, update, find by path, find by hash; and how many rows it is asked for.

import type { LibraryFile } from "../../src/library/index.ts";

export interface Way {
  insert(files: readonly LibraryFile[]): Promise<void>;
  /** Rows with these paths get all columns of these files; ids are looked up before the clock starts. */
  prepareUpdate(files: readonly LibraryFile[]): Promise<() => Promise<void>>;
  /** How many were found. */
  findByPath(paths: readonly string[]): Promise<number>;
  findByHash(hashes: readonly string[]): Promise<number>;
  /** Of all files, in any order, so that what was stored can be compared. */
  titles(): Promise<string[]>;
  close(): Promise<void>;
}

export const wayNames = ["sqliteReopen", "sqliteKept", "sqliteBatch", "oursSequential", "oursBatch"] as const;
export type WayName = (typeof wayNames)[number];

export const labels: Record<WayName, string> = {
  sqliteReopen: "SQLite, the old approach: a connection and a commit a row",
  sqliteKept: "SQLite, one connection, a commit a row",
  sqliteBatch: "SQLite, the note's batches: one transaction, executemany, IN lists of 500",
  oursSequential: "copycat, single functions",
  oursBatch: "copycat, batch functions",
};

export const isSequential = (way: WayName): boolean => way !== "sqliteBatch" && way !== "oursBatch";

export const operations = ["insert", "update", "path", "hash"] as const;
export type Operation = (typeof operations)[number];

export const operationLabels: Record<Operation, string> = {
  insert: "INSERT",
  update: "UPDATE",
  path: "LOOKUP by path",
  hash: "LOOKUP by hash",
};

/** One row at a time is asked for no more than this: with more of them it only takes longer. */
export const mostSequential = 1000;

// What a way into a catalog is asked for, and what it answers.

import type { LoadReport } from "../../src/catalog/index.ts";
import type { BenchDatabase } from "../support/server.ts";

export const wayNames = [
  "ours",
  "floor",
  "trigger",
  "literal",
  "insert1000",
  "insert",
  "sqlite",
  "sqlalchemy",
  "http",
] as const;
export type WayName = (typeof wayNames)[number];

export interface LoadTask {
  /** Any database of the server that is measured: a way makes one of its own there. */
  server: BenchDatabase;
  /** Files that are made before the clock starts, and kept for the next round. */
  files: SourceFiles;
  entities: number;
  locators: boolean;
  /** Once a way all is verified, otherwise the rows are counted. */
  isThorough: boolean;
}

export interface SourceFiles {
  /** For files of one's own. */
  folder: string;
  tsv(entities: number): Promise<string>;
  ndjson(entities: number): Promise<string>;
}

export interface Loaded {
  /** Fewer than asked for when the way is measured on a sample. */
  entities: number;
  elapsedMs: number;
  phases?: LoadReport["phases"];
  /** Of the process that loads, and what of it was there before the clock started: records held in memory. */
  memory?: { peakBytes: number; beforeBytes: number };
}

export interface Way {
  name: WayName;
  label: string;
  /** Slow ways are measured on a sample. */
  maxEntities?: number;
  /** Why it cannot run on this machine, as a sentence, or null. */
  missing(): Promise<string | null>;
  load(task: LoadTask): Promise<Loaded>;
}

export const isAlwaysThere = async (): Promise<null> => null;

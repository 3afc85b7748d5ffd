// What both sides are asked to do, as JSON on their command line.

/** One array, from a file that is not in the system's cache, by a process that has just started. */
export interface ColdTask {
  kind: "cold";
  dsn: string;
  path: string;
  file: string;
  dataset: string;
  /** Of all values, which is checked. */
  sum: number;
  /** True when finding out where it is does not count. */
  isKnown: boolean;
}

/** Something that is done over and over. `path` is read for `files` of one; many are an artifact of a container. */
export interface Work {
  path?: string;
  container?: string;
  artifact?: string;
  files: readonly string[];
  dataset: string;
  /** Rows of the one file; each is an array. */
  rows?: number;
  sum: number;
}

export interface WarmTask {
  kind: "warm";
  dsn: string;
  works: Record<string, Work>;
  warmUps: number;
  repetitions: number;
}

export const workNames = ["single", "map", "curves", "rows", "zippedRows"] as const;

export type WorkName = (typeof workNames)[number];

export const labels: Record<WorkName, string> = {
  single: "one curve (200 numbers)",
  map: "one map (600 x 400, gzip)",
  curves: "100 curves, a file each",
  rows: "100 curves, rows of one file",
  zippedRows: "100 curves, rows of one file, gzip",
};

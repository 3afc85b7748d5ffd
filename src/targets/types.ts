// Several servers with a catalog each, as a targets file names them.

import type { Database } from "../database/index.ts";

export interface Target {
  /** Also the path under which Tiled serves it. */
  name: string;
  dsn: string;
  /** Of the catalog; where there is none, it is where search_path leads. */
  schema?: string;
  /** Keys of datasets, or patterns with * and ?, that go to it. */
  datasets: readonly string[];
  /** Takes the datasets that no other one names. */
  isDefault: boolean;
}

export interface Targets {
  /** The file they stand in. */
  path: string;
  /** In its order, which is also the order of answers. */
  list: readonly Target[];
}

/** A target that answers, or why it does not. */
export type OpenedTarget = { target: Target } & (
  | { database: Database; error: null }
  | { database: null; error: unknown }
);

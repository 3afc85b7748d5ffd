// A table of entities or artifacts, whatever file it comes from.

import type { JsonText } from "../../json.ts";
import type { Problem } from "../problem.ts";

export interface TableRow {
  /** `row 17`, counted from 0 as Python does, in Parquet; `line 18` in text. */
  position: string;
  /** By column. What is null or empty is left out. */
  cells: ReadonlyMap<string, JsonText>;
  /** Why the row cannot be taken; its cells are then those before the mistake. */
  problem: Problem | null;
}

export interface Table {
  /** Absolute. */
  path: string;
  /** Of NDJSON those of the first row; later rows may have others. */
  columns: readonly string[];
  /** The rows, a list at a time; each call begins anew. */
  rows(columns?: readonly string[]): AsyncGenerator<readonly TableRow[]>;
}

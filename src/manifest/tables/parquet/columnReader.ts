// What reads a top-level column, whatever is in it.

import type { ParquetColumn } from "./cells.ts";

export interface ColumnReader {
  /** Rows that `take` can give without reading. */
  readonly available: number;
  /** Reads on until there are some. */
  fill(): Promise<void>;
  /** The next rows, at most `available` of them. */
  take(count: number): ParquetColumn;
}

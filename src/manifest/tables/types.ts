// A table of entities or artifacts, whatever file it comes from.

import type { JsonText } from "../../json.ts";
import type { Problem } from "../problem.ts";

/** A column of a block; rows are counted within the block. Not asked for rows that have a problem. */
export interface TableColumn {
  /** The cell as exact JSON; null for an empty one. */
  json(row: number): JsonText | null;
  /** Of a string its characters, of anything else its JSON; null for an empty cell. */
  text(row: number): string | null;
}

/** Rows that follow each other. By columns, since most rows are only passed on, and an object a cell is dear. */
export interface TableBlock {
  readonly length: number;
  /** By name; a column of which all these rows lack a value may be missing. */
  readonly columns: ReadonlyMap<string, TableColumn>;
  /** `row 17`, counted from 0 as Python does, in Parquet; `line 18` in text. */
  position(row: number): string;
  /** Why the row cannot be taken, if so. */
  problem(row: number): Problem | null;
}

export interface Table {
  /** Absolute. */
  path: string;
  /** Of NDJSON those of the first row; later rows may have others. */
  columns: readonly string[];
  /** The rows, a block at a time; each call begins anew. */
  blocks(columns?: readonly string[]): AsyncGenerator<TableBlock>;
}

/** One row of a block. */
export class TableRow {
  readonly block: TableBlock;
  readonly index: number;

  constructor(block: TableBlock, index: number) {
    this.block = block;
    this.index = index;
  }

  get position(): string {
    return this.block.position(this.index);
  }

  get problem(): Problem | null {
    return this.block.problem(this.index);
  }

  text(column: string): string | null {
    return this.block.columns.get(column)?.text(this.index) ?? null;
  }

  /** By column, without the empty ones: not for rows with a problem. */
  cells(): Map<string, JsonText> {
    const cells = new Map<string, JsonText>();
    for (const [name, column] of this.block.columns) {
      const cell = column.json(this.index);
      if (cell !== null) cells.set(name, cell);
    }
    return cells;
  }
}

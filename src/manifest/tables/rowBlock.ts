// Rows that were read one by one, as a block.

import type { JsonText } from "../../json.ts";
import type { Problem } from "../problem.ts";
import { cellText } from "./cells.ts";
import type { TableBlock, TableColumn } from "./types.ts";

export interface ParsedRow {
  position: string;
  /** By column. What is null or empty is left out. */
  cells: ReadonlyMap<string, JsonText>;
  /** Why the row cannot be taken; its cells are then those before the mistake. */
  problem: Problem | null;
}

/** @param names of the columns; default: those that any of the rows has */
export function blockOfRows(rows: readonly ParsedRow[], names?: Iterable<string>): TableBlock {
  const columns = new Map<string, TableColumn>();
  for (const name of names ?? namesOf(rows)) columns.set(name, new RowColumn(rows, name));
  return {
    length: rows.length,
    columns,
    position: (row) => rows[row]?.position ?? "",
    problem: (row) => rows[row]?.problem ?? null,
  };
}

function namesOf(rows: readonly ParsedRow[]): Set<string> {
  const names = new Set<string>();
  for (const { cells } of rows) for (const name of cells.keys()) names.add(name);
  return names;
}

class RowColumn implements TableColumn {
  readonly #rows: readonly ParsedRow[];
  readonly #name: string;

  constructor(rows: readonly ParsedRow[], name: string) {
    this.#rows = rows;
    this.#name = name;
  }

  json(row: number): JsonText | null {
    return this.#rows[row]?.cells.get(this.#name) ?? null;
  }

  text(row: number): string | null {
    return cellText(this.json(row));
  }
}

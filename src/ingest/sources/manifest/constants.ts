// Columns with one value in every row say something of the dataset, not of its entities.

import type { Table, TableBlock } from "../../../manifest/index.ts";
import type { MetadataEntry } from "../../shape.ts";

/** Such columns and their values; none of a table of one row. One pass over the table, as long as there may be any. */
export async function constantColumns(
  table: Table,
  except: readonly string[],
): Promise<Map<string, MetadataEntry[1]>> {
  const constants = new Map<string, MetadataEntry[1]>();
  const candidates = table.columns.filter((column) => !except.includes(column));
  let rows = 0;
  for await (const block of candidates.length === 0 ? [] : table.blocks(candidates)) {
    for (let row = 0; row < block.length; row++) {
      if (block.problem(row) !== null) continue;
      if (rows === 0) noteFirst(constants, block, row);
      else dropOthers(constants, block, row);
      rows += 1;
    }
    if (rows > 0 && constants.size === 0) break;
  }
  return rows > 1 ? constants : new Map();
}

function noteFirst(constants: Map<string, MetadataEntry[1]>, { columns }: TableBlock, row: number): void {
  for (const [name, column] of columns) {
    const value = column.json(row);
    if (value !== null) constants.set(name, value);
  }
}

function dropOthers(constants: Map<string, MetadataEntry[1]>, { columns }: TableBlock, row: number): void {
  for (const [name, value] of constants) {
    if (columns.get(name)?.json(row) !== value) constants.delete(name);
  }
}

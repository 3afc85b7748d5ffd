// Columns with one value in every row say something of the dataset, not of its entities.

import type { Table } from "../../../manifest/index.ts";
import type { MetadataEntry } from "../../shape.ts";

/** Such columns and their values; none of a table of one row. One pass over the table, as long as there may be any. */
export async function constantColumns(
  table: Table,
  except: readonly string[],
): Promise<Map<string, MetadataEntry[1]>> {
  const constants = new Map<string, MetadataEntry[1]>();
  const candidates = table.columns.filter((column) => !except.includes(column));
  let rows = 0;
  for await (const list of candidates.length === 0 ? [] : table.rows(candidates)) {
    for (const { cells, problem } of list) {
      if (problem !== null) continue;
      if (rows === 0) for (const [column, value] of cells) constants.set(column, value);
      else for (const [column, value] of constants) if (cells.get(column) !== value) constants.delete(column);
      rows += 1;
    }
    if (rows > 0 && constants.size === 0) break;
  }
  return rows > 1 ? constants : new Map();
}

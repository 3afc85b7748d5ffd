// Several connections for one load: rows of one key always take the same lane, so their order holds.

import { keyText } from "./directPath.ts";
import type { ResolvedTable } from "./resolveTable.ts";
import type { BulkRecord } from "./types.ts";

/** Which lane a record takes; tables without a key are spread evenly. */
export function makeLaneOf(table: ResolvedTable, lanes: number): (record: BulkRecord) => number {
  const keys = table.conflictKey.map((name) => table.columns.findIndex((column) => column.name === name));
  let turn = 0;
  if (keys.length === 0) return () => turn++ % lanes;
  return (record) => {
    let hash = 0x811c9dc5;
    for (const index of keys) {
      const column = table.columns[index];
      if (column === undefined) continue;
      let text = "";
      try {
        text = keyText(record, column, index);
      } catch {
        // A record that will be refused: any lane will do.
      }
      hash = fnv1a(text, hash);
    }
    return hash % lanes;
  };
}

/** http://www.isthe.com/chongo/tech/comp/fnv/, over UTF-16 units, with a separator between parts. */
function fnv1a(text: string, seed: number): number {
  let hash = seed;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return Math.imul(hash ^ 0xffff, 0x01000193) >>> 0;
}

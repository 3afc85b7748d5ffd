// Which kind of table a file is goes by its name.

import { statSync } from "node:fs";
import { join } from "node:path";
import { CopycatError } from "../../errors.ts";
import { openCsv } from "./csv.ts";
import { openNdjson } from "./ndjson.ts";
import { openParquet } from "./parquet/openParquet.ts";
import type { Table } from "./types.ts";

const textEndings = [".csv", ".tsv", ".ndjson", ".jsonl"];

/** Names of tables, in the order in which they are looked for. */
export const tableEndings: readonly string[] = [
  ".parquet",
  ...textEndings.flatMap((ending) => [ending, `${ending}.gz`, `${ending}.zst`]),
];

/**
 * Opens a table: Parquet, CSV, TSV or NDJSON, the latter three optionally packed with gzip or zstd.
 *
 * @param texts columns that hold text whatever it looks like (CSV and TSV have no types)
 * @throws CopycatError UNREADABLE_SOURCE, then or while it is read; INVALID_INPUT for a name of another kind
 * @example for await (const { length } of (await openTable("artifacts.parquet", [])).blocks()) console.log(length);
 */
export async function openTable(path: string, texts: readonly string[]): Promise<Table> {
  const name = path.toLowerCase().replace(/\.(gz|zst)$/, "");
  if (path.toLowerCase().endsWith(".parquet")) return openParquet(path);
  if (name.endsWith(".csv")) return openCsv(path, { delimiter: ",", texts: new Set(texts) });
  if (name.endsWith(".tsv")) return openCsv(path, { delimiter: "\t", texts: new Set(texts) });
  if (name.endsWith(".ndjson") || name.endsWith(".jsonl")) return openNdjson(path);
  throw new CopycatError("INVALID_INPUT", `${path} is no table by its name (${tableEndings.join(", ")}).`);
}

/** The table of a name without ending in a folder; null when there is none. */
export function findTable(folder: string, stem: string): string | null {
  for (const ending of tableEndings) {
    const path = join(folder, `${stem}${ending}`);
    if (isFile(path)) return path;
  }
  return null;
}

export function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

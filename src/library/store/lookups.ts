// Files by their paths or hashes, thousands of keys in one statement.

import { CopycatError } from "../../errors.ts";
import { isStorableText } from "../paths.ts";
import type { HashType, LibraryFile } from "../types.ts";
import { ask } from "./ask.ts";
import { type FileRow, fileColumns } from "./fileRow.ts";
import { type BatchOptions, clampBatchSize, insertLimits, requireSome } from "./options.ts";
import { makeFileReader } from "./origin.ts";
import type { LibraryScope } from "./tables.ts";

const hashColumns: Readonly<Record<HashType, string>> = {
  metadata: "metadata_hash",
  content: "content_hash",
  audio: "audio_hash",
  full: "full_hash",
};

/** @throws CopycatError USAGE */
export function hashColumn(type: HashType): string {
  if (Object.hasOwn(hashColumns, type)) return hashColumns[type];
  throw new CopycatError("USAGE", `hash_type must be 'metadata', 'content', 'audio' or 'full', got ${type}`);
}

/**
 * Keys of one statement: more are no quicker, the rows need not be in memory twice, and the server compiles (JIT, 0.2 s) what
 * it expects to be long. The batch size of the caller is no matter here: results are the same.
 */
const keysAtOnce = 5000;

export async function findFilesByPaths(
  scope: LibraryScope,
  paths: readonly string[],
  { batchSize, signal }: BatchOptions = {},
): Promise<Map<string, LibraryFile | null>> {
  clampBatchSize(batchSize, insertLimits);
  requireSome(paths, "paths");
  const found = new Map<string, LibraryFile | null>(paths.map((path) => [path, null]));
  const read = makeFileReader(scope);
  for await (const rows of findRows(scope, found.keys(), { column: "path", where: "true", signal })) {
    for (const row of rows) found.set(row.path, read(row));
  }
  return found;
}

export async function findFilesByHashes(
  scope: LibraryScope,
  hashes: readonly string[],
  { type, batchSize, signal }: BatchOptions & { type: HashType },
): Promise<Map<string, LibraryFile[]>> {
  clampBatchSize(batchSize, insertLimits);
  const column = hashColumn(type);
  requireSome(hashes, "hashes");
  const found = new Map<string, LibraryFile[]>(hashes.map((hash) => [hash, []]));
  const read = makeFileReader(scope);
  for await (const rows of findRows(scope, found.keys(), { column, where: "is_active", signal })) {
    for (const row of rows) found.get(row[column as "metadata_hash"])?.push(read(row));
  }
  for (const files of found.values()) files.sort((a, b) => (a.id as number) - (b.id as number));
  return found;
}

/** Row by row through the index: a join is planned by statistics, which a table that has just been filled has none of. */
function lookupSql({ tables }: LibraryScope, column: string, where: string): string {
  return `
    select ${fileColumns("f")} from unnest($2::text[]) as wanted (key)
      cross join lateral (
        select * from ${tables.file} where library_id = $1 and ${column} = wanted.key and ${where}
        ${column === "path" ? "limit 1" : "offset 0"}
      ) f`;
}

async function* findRows(
  scope: LibraryScope,
  keys: Iterable<string>,
  { column, where, signal }: { column: string; where: string; signal: AbortSignal | undefined },
): AsyncGenerator<FileRow[]> {
  const text = lookupSql(scope, column, where);
  const storable = [...keys].filter(isStorableText);
  for (let start = 0; start < storable.length; start += keysAtOnce) {
    if (signal?.aborted === true) {
      throw new CopycatError("CANCELLED", "Cancelled while files were looked up.", { cause: signal.reason });
    }
    const values = [scope.libraryId, storable.slice(start, start + keysAtOnce)];
    yield await ask<FileRow>(scope, { text, values, doing: "Looking up files" });
  }
}

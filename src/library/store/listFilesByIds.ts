// Files by their ids, in one statement.

import type { LibraryFile } from "../types.ts";
import { ask } from "./ask.ts";
import { type FileRow, fileColumns } from "./fileRow.ts";
import { makeFileReader } from "./origin.ts";
import type { LibraryScope } from "./tables.ts";

/**
 * Those of this library that are there, by id.
 *
 * @throws CopycatError DATABASE, CONNECTION
 */
export async function listFilesByIds(
  scope: LibraryScope,
  ids: readonly number[],
): Promise<Map<number, LibraryFile>> {
  if (ids.length === 0) return new Map();
  const rows = await ask<FileRow>(scope, {
    text: `select ${fileColumns("f")} from ${scope.tables.file} f where f.library_id = $1 and f.id = any($2::bigint[])`,
    values: [scope.libraryId, ids],
    doing: "Reading files of the library",
  });
  const read = makeFileReader(scope);
  return new Map(rows.map((row) => [Number(row.id), read(row)]));
}

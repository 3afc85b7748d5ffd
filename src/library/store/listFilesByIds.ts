// Files by their ids, in one statement.

import { wrapDatabaseError } from "../../database/index.ts";
import type { LibraryFile } from "../types.ts";
import { type FileRow, fileColumns, fileOfRow } from "./fileRow.ts";
import type { LibraryScope } from "./tables.ts";

/** Those of this library that are there, by id. */
export async function listFilesByIds(
  { database, tables, libraryId }: LibraryScope,
  ids: readonly number[],
): Promise<Map<number, LibraryFile>> {
  if (ids.length === 0) return new Map();
  try {
    const { rows } = await database.pool.query<FileRow>(
      `select ${fileColumns("f")} from ${tables.file} f where f.library_id = $1 and f.id = any($2::bigint[])`,
      [libraryId, ids],
    );
    return new Map(rows.map(fileOfRow).map((file) => [file.id as number, file]));
  } catch (error) {
    throw wrapDatabaseError(error, "Reading files of the library failed");
  }
}

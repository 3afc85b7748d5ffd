// Active files that have a hash in common.

import { withClientCursor, wrapDatabaseError } from "../../database/index.ts";
import type { HashType, LibraryFile } from "../types.ts";
import { type FileRow, fileColumns } from "./fileRow.ts";
import { hashColumn } from "./lookups.ts";
import { makeFileReader } from "./origin.ts";
import type { LibraryScope } from "./tables.ts";

/**
 * Groups of two and more active files with an equal hash, in the order of their first paths; members by path. Read by a
 * cursor: memory holds one group. Files without the hash are in none.
 *
 * @throws CopycatError DATABASE, CONNECTION
 */
export async function* listGroups(
  scope: LibraryScope,
  { by }: { by: HashType },
): AsyncGenerator<LibraryFile[]> {
  const read = makeFileReader(scope);
  let group: LibraryFile[] = [];
  let current: string | null = null;
  try {
    const rows = withClientCursor<FileRow & { group_hash: string }>(scope.database, groupsSql(scope, by), [
      scope.libraryId,
    ]);
    for await (const row of rows) {
      if (row.group_hash !== current) {
        if (group.length > 1) yield group;
        group = [];
        current = row.group_hash;
      }
      group.push(read(row));
    }
  } catch (error) {
    throw wrapDatabaseError(error, "Looking for files with the same hash failed");
  }
  if (group.length > 1) yield group;
}

/** Hashes are counted first, without the rows; only those that are there twice are sorted. */
function groupsSql({ tables }: LibraryScope, by: HashType): string {
  const column = hashColumn(by);
  return `
    with repeated as (
      select ${column} as group_hash, min(path collate "C") as first_path
      from ${tables.file}
      where library_id = $1 and is_active and ${column} is not null
      group by ${column}
      having count(*) > 1
    )
    select repeated.group_hash, ${fileColumns("f")}
    from repeated join ${tables.file} f on f.${column} = repeated.group_hash
    where f.library_id = $1 and f.is_active
    order by repeated.first_path, repeated.group_hash, f.path collate "C"`;
}

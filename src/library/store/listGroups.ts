// Files that have a hash in common.

import type { HashType, LibraryFile } from "../types.ts";
import { findFilesByHashes, hashColumn } from "./lookups.ts";
import type { LibraryScope } from "./tables.ts";

const groupsAtOnce = 500;

/** Group by group, in the order of their hashes; nothing is held open between pages. */
export async function* listGroups(
  scope: LibraryScope,
  { by }: { by: HashType },
): AsyncGenerator<LibraryFile[]> {
  const column = hashColumn(by);
  for (let after = ""; ; ) {
    const { rows } = await scope.database.pool.query<{ hash: string }>(
      `select ${column} as hash from ${scope.tables.file}
        where library_id = $1 and is_active and ${column} is not null and ${column} > $2
        group by ${column} having count(*) > 1 order by ${column} limit ${groupsAtOnce}`,
      [scope.libraryId, after],
    );
    const hashes = rows.map(({ hash }) => hash);
    if (hashes.length === 0) return;
    for (const files of (await findFilesByHashes(scope, hashes, { type: by })).values()) {
      // One may have gone since it was counted.
      if (files.length > 1) yield files;
    }
    after = hashes.at(-1) as string;
  }
}

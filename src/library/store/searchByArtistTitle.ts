// Files by artist and title, as people write them.

import { wrapDatabaseError } from "../../database/index.ts";
import { CopycatError } from "../../errors.ts";
import { artistKey } from "../normalise.ts";
import { isStorableText } from "../paths.ts";
import type { LibraryFile } from "../types.ts";
import { type FileRow, fileColumns, storedArtistKey, storedTitleKey } from "./fileRow.ts";
import { makeFileReader } from "./origin.ts";
import type { LibraryScope } from "./tables.ts";

const mostFound = 1000;

/**
 * Keys find them by the index: `lower()` in the server knows the letters of its own locale only. They say less than what is
 * asked (titles without "(Radio Edit)"), so that what they find is compared again.
 */
export async function searchByArtistTitle(
  scope: LibraryScope,
  { artist = null, title = null }: { artist?: string | null; title?: string | null },
): Promise<LibraryFile[]> {
  const { database, tables, libraryId } = scope;
  const keys = [
    { column: "artist_key", key: storedArtistKey(artist) },
    { column: "title_key", key: storedTitleKey(title) },
  ].filter(({ key }) => key !== null);
  if (keys.length === 0) {
    throw new CopycatError("USAGE", "There is nothing to search for: name an artist, a title, or both.");
  }
  // No file has such tags.
  if (!keys.every(({ key }) => isStorableText(key))) return [];
  const conditions = keys.map(({ column }, index) => `f.${column} = $${index + 2}`);
  try {
    const { rows } = await database.pool.query<FileRow>(
      `select ${fileColumns("f")} from ${tables.file} f
        where f.library_id = $1 and f.is_active and ${conditions.join(" and ")} order by f.path limit ${mostFound}`,
      [libraryId, ...keys.map(({ key }) => key)],
    );
    return rows
      .map(makeFileReader(scope))
      .filter((file) => isSame(file.artist, artist) && isSame(file.title, title));
  } catch (error) {
    throw wrapDatabaseError(error, "Searching files failed");
  }
}

/** In any case, composed in any way, whatever space is around it. */
function isSame(stored: string | null, wanted: string | null): boolean {
  return artistKey(wanted) === "" || artistKey(stored) === artistKey(wanted);
}

// Titles of all artists, as they are compared.

import { withClientCursor, wrapDatabaseError } from "../../database/index.ts";
import { artistKey, titleKey } from "../normalise.ts";
import { keyCharacters } from "./fileRow.ts";
import type { LibraryScope } from "./tables.ts";

export interface TitleOfArtist {
  id: number;
  artistKey: string;
  titleKey: string;
}

/**
 * Of every active file that has artist and title; all of one artist together, by id.
 *
 * @throws CopycatError DATABASE, CONNECTION
 */
export async function* listTitles(scope: LibraryScope): AsyncGenerator<TitleOfArtist[]> {
  let titles: TitleOfArtist[] = [];
  let stored: string | null = null;
  try {
    for await (const row of withClientCursor<Row>(scope.database, titlesSql(scope), [scope.libraryId])) {
      if (row.artist_key !== stored) yield* byArtist(titles);
      if (row.artist_key !== stored) titles = [];
      stored = row.artist_key;
      titles.push({
        id: Number(row.id),
        artistKey: row.artist === null ? row.artist_key : artistKey(row.artist),
        titleKey: row.title === null ? row.title_key : titleKey(row.title),
      });
    }
  } catch (error) {
    throw wrapDatabaseError(error, "Reading the titles of the library failed");
  }
  yield* byArtist(titles);
}

interface Row {
  id: string;
  artist_key: string;
  title_key: string;
  /** As they are in the tags, where the key was cut; else null. */
  artist: string | null;
  title: string | null;
}

/** Long keys are cut in the table, so that two artists may have the same. */
function* byArtist(titles: readonly TitleOfArtist[]): Generator<TitleOfArtist[]> {
  const artists = new Map<string, TitleOfArtist[]>();
  for (const title of titles) {
    const known = artists.get(title.artistKey);
    if (known === undefined) artists.set(title.artistKey, [title]);
    else known.push(title);
  }
  yield* artists.values();
}

function titlesSql({ tables }: LibraryScope): string {
  return `
    select f.id, f.artist_key, f.title_key,
      case when char_length(f.artist_key) >= ${keyCharacters} then f.artist end as artist,
      case when char_length(f.title_key) >= ${keyCharacters} then f.title end as title
    from ${tables.file} f
    where f.library_id = $1 and f.is_active and f.artist_key is not null and f.title_key is not null
    order by f.artist_key collate "C", f.id`;
}

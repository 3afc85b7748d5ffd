// Artists of a library that are nearly the same as some others: "Beatles" and "The Beatles".
//
// Each different artist is judged here, which loses none. Trigrams would lose those without letters, and find through the
// index every file of an artist instead of the artist: 20 s for 100 artists of 1,000 files each, which take 0.1 s here.

import { wrapDatabaseError } from "../../database/index.ts";
import { Likeness, prepareText } from "../likeness.ts";
import { keyCharacters } from "./fileRow.ts";
import type { LibraryScope } from "./tables.ts";

export interface NearArtist {
  asked: string;
  found: string;
  similarity: number;
}

/** Lowest ratio of artists that may be the same: "beatles" and "the beatles" have 0.78. */
const leastSimilarity = 0.75;

/**
 * All pairs that are not the same. Artists of 256 letters and more are lists of people, and are left out.
 *
 * @throws CopycatError DATABASE, CONNECTION
 */
export async function listNearArtists(
  scope: LibraryScope,
  artists: readonly string[],
): Promise<NearArtist[]> {
  const known = (await listArtists(scope)).map(prepareText);
  const likeness = new Likeness();
  const near: NearArtist[] = [];
  for (const asked of artists) {
    likeness.aim(prepareText(asked));
    for (const artist of known) {
      const similarity = likeness.ratio(artist, leastSimilarity);
      if (similarity > 0 && artist.text !== asked) near.push({ asked, found: artist.text, similarity });
    }
  }
  return near;
}

async function listArtists({ database, tables, libraryId }: LibraryScope): Promise<string[]> {
  try {
    const { rows } = await database.pool.query<{ artist_key: string }>(
      `select distinct f.artist_key from ${tables.file} f
        where f.library_id = $1 and f.is_active and char_length(f.artist_key) < ${keyCharacters}`,
      [libraryId],
    );
    return rows.map(({ artist_key }) => artist_key);
  } catch (error) {
    throw wrapDatabaseError(error, "Reading the artists of the library failed");
  }
}

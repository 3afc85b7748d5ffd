// Files of the same artist whose titles are alike: the database gives the titles, the judge is difflib's ratio.
//
// Trigrams cannot choose the titles. "abcdefghijkl" and "abdeghjk" have a ratio of 0.8 and no trigrams in common but the two
// of their beginning: each letter that is left out takes three trigrams with it. Only above 0.8 must some remain, and the
// default is 0.8; titles of signs alone have none at all, and what is a letter depends on the server's locale. So the
// server compares lengths, which loses no pair, and likeness.ts does the rest.

import { withClientCursor, wrapDatabaseError } from "../../database/index.ts";
import { Likeness, lengthsAlike, prepareText } from "../likeness.ts";
import { artistKey, titleKey } from "../normalise.ts";
import { isStorableText } from "../paths.ts";
import type { LibraryFile } from "../types.ts";
import { keyCharacters, storedKey } from "./fileRow.ts";
import { BestMatches, judgeTitles, type StoredTitle, type Wanted } from "./judgeTitles.ts";
import { listFilesByIds } from "./listFilesByIds.ts";
import { listNearArtists } from "./nearArtists.ts";
import type { LibraryScope } from "./tables.ts";

export interface SimilarityKey {
  /** The caller's own number. */
  index: number;
  artistKey: string;
  titleKey: string;
}

export interface SimilarityOptions {
  /** Lowest ratio of the titles, 0 to 1. */
  threshold: number;
  /** The best matches of each key; default 10. */
  most?: number;
  /** Also artists that are nearly the same: their likeness times that of the title must reach the threshold. */
  fuzzyArtists?: boolean;
}

export interface SimilarFile {
  index: number;
  file: LibraryFile;
  /** Of the titles. */
  similarity: number;
  /** 1 for the same artist. */
  artistSimilarity: number;
}

/**
 * The active files that are alike, best first for each key: those of the same artist whose title has at least this ratio.
 *
 * Any number of keys is one query for titles and one for the files found. 10,000 keys in a library of 100,000 files of
 * 100 artists, 10 million pairs of titles, take 1.5 to 2.5 s with the five best of each (difflib: 24 µs a pair, 4 minutes).
 *
 * @throws CopycatError PERMISSION (no pg_trgm for `fuzzyArtists`, and it cannot be made), DATABASE, CONNECTION
 */
export async function findSimilar(
  scope: LibraryScope,
  keys: readonly SimilarityKey[],
  { threshold, most = 10, fuzzyArtists = false }: SimilarityOptions,
): Promise<SimilarFile[]> {
  // No row has a key that cannot be stored.
  const asked = keys.filter(
    ({ artistKey, titleKey }) => artistKey !== "" && titleKey !== "" && isStorableText(artistKey),
  );
  if (asked.length === 0) return [];
  const artists = groupByArtist(asked, { threshold, most });
  if (fuzzyArtists) await addNearArtists(scope, artists);
  await compareTitles(scope, artists, threshold);
  return attachFiles(scope, [...new Set([...artists.values()].flat().map(({ best }) => best))]);
}

type WantedByArtist = Map<string, Wanted[]>;

function groupByArtist(
  keys: readonly SimilarityKey[],
  limits: { threshold: number; most: number },
): WantedByArtist {
  const artists: WantedByArtist = new Map();
  for (const { index, artistKey, titleKey } of keys) {
    const best = new BestMatches(index, limits);
    const wanted = { title: prepareText(titleKey), artistSimilarity: 1, best };
    const known = artists.get(artistKey);
    if (known === undefined) artists.set(artistKey, [wanted]);
    else known.push(wanted);
  }
  return artists;
}

async function addNearArtists(scope: LibraryScope, artists: WantedByArtist): Promise<void> {
  const own = new Map([...artists].map(([artist, wanted]) => [artist, [...wanted]]));
  for (const { asked, found, similarity } of await listNearArtists(scope, [...own.keys()])) {
    const wanted = (own.get(asked) ?? []).map((one) => ({ ...one, artistSimilarity: similarity }));
    artists.set(found, [...(artists.get(found) ?? []), ...wanted]);
  }
}

interface TitleRow {
  id: string;
  artist_key: string;
  title_key: string;
  /** As they are in the tags, where the key was cut; else null. */
  artist: string | null;
  title: string | null;
}

/** Each title is compared with all that are wanted of its artist, so many are gathered first. */
const gatheredTitles = 20_000;

async function compareTitles(scope: LibraryScope, artists: WantedByArtist, threshold: number): Promise<void> {
  const likeness = new Likeness();
  let gathered = new Map<string, TitleRow[]>();
  let count = 0;
  const judge = (): void => {
    for (const [artist, rows] of gathered) {
      const wanted = artists.get(artist) ?? [];
      if (wanted.length > 0) judgeTitles(likeness, wanted, rows.map(readTitle));
    }
    gathered = new Map();
    count = 0;
  };
  try {
    const { text, values } = titlesSql(scope, artists, threshold);
    for await (const row of withClientCursor<TitleRow>(scope.database, text, values)) {
      const artist = row.artist === null ? row.artist_key : artistKey(row.artist);
      const rows = gathered.get(artist);
      if (rows === undefined) gathered.set(artist, [row]);
      else rows.push(row);
      if (++count === gatheredTitles) judge();
    }
  } catch (error) {
    throw wrapDatabaseError(error, "Looking for titles that are alike failed");
  }
  judge();
}

const readTitle = ({ id, title_key, title }: TitleRow): StoredTitle => ({
  id: Number(id),
  title: prepareText(title === null ? title_key : titleKey(title)),
});

/**
 * Each artist once, with the shortest and the longest title that could be alike to one of those wanted. Long keys are
 * cut in the table: then the artist and the title themselves say which they are.
 */
function titlesSql(
  { tables, libraryId }: LibraryScope,
  artists: WantedByArtist,
  threshold: number,
): { text: string; values: unknown[] } {
  const lengths = new Map<string, { shortest: number; longest: number }>();
  for (const [artist, wanted] of artists) {
    const key = storedKey(artist);
    const known = lengths.get(key) ?? { shortest: 2 ** 31 - 1, longest: 0 };
    for (const { title } of wanted) {
      const { shortest, longest } = lengthsAlike(title.codes.length, threshold);
      known.shortest = Math.min(known.shortest, shortest);
      known.longest = Math.max(known.longest, longest);
    }
    lengths.set(key, known);
  }
  const bounds = [...lengths.values()];
  return {
    text: `
      select f.id, f.artist_key, f.title_key,
        case when char_length(f.artist_key) >= ${keyCharacters} then f.artist end as artist,
        case when char_length(f.title_key) >= ${keyCharacters} then f.title end as title
      from unnest($2::text[], $3::int[], $4::int[]) as asked (artist_key, shortest, longest)
      join ${tables.file} f on f.library_id = $1 and f.artist_key = asked.artist_key
      where f.is_active and (
        char_length(f.title_key) between asked.shortest and asked.longest
        or char_length(f.title_key) >= ${keyCharacters}
      )`,
    values: [
      libraryId,
      [...lengths.keys()],
      bounds.map(({ shortest }) => shortest),
      bounds.map(({ longest }) => longest),
    ],
  };
}

async function attachFiles(scope: LibraryScope, found: readonly BestMatches[]): Promise<SimilarFile[]> {
  const ids = new Set(found.flatMap(({ matches }) => matches.map(({ id }) => id)));
  const files = await listFilesByIds(scope, [...ids]);
  return found.flatMap(({ index, matches }) =>
    matches.flatMap(({ id, similarity, artistSimilarity }) => {
      const file = files.get(id);
      // Gone in the meantime.
      return file === undefined ? [] : [{ index, file, similarity, artistSimilarity }];
    }),
  );
}

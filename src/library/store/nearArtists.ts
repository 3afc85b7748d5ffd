// Artists of a library that are nearly the same as some others: "Beatles" and "The Beatles". Trigrams choose, the ratio
// judges.

import type { ClientBase } from "pg";
import { withTransaction, wrapDatabaseError } from "../../database/index.ts";
import { Likeness, prepareText } from "../likeness.ts";
import { keyCharacters } from "./fileRow.ts";
import type { LibraryScope } from "./tables.ts";
import { ensureTrigrams } from "./trigrams.ts";

export interface NearArtist {
  asked: string;
  found: string;
  similarity: number;
}

/** What trigrams must have in common for an artist to be looked at: "beatles" and "beetles" have 0.45. */
const leastTrigrams = 0.4;
/** Lowest ratio of artists that may be the same: "beatles" and "the beatles" have 0.78. */
const leastSimilarity = 0.75;

/**
 * Pairs that are not the same. Through trigrams, so it finds many and promises none: artists without letters have no trigrams.
 * Those of 256 letters and more are lists of people, and are left out.
 *
 * @throws CopycatError PERMISSION (no pg_trgm, and it cannot be made), DATABASE, CONNECTION
 */
export async function listNearArtists(
  scope: LibraryScope,
  artists: readonly string[],
  { pairsWithoutIndex = mostPairs } = {},
): Promise<NearArtist[]> {
  const schema = await ensureTrigrams(scope);
  try {
    const rows = await withTransaction(
      scope.database,
      (client) => findPairs(client, scope, { schema, artists, pairsWithoutIndex }),
      `set local pg_trgm.similarity_threshold = ${leastTrigrams}`,
    );
    return judge(rows);
  } catch (error) {
    throw wrapDatabaseError(error, "Looking for artists that are nearly the same failed");
  }
}

interface PairRow {
  asked: string;
  found: string;
}

/**
 * Up to so many pairs are compared without the index: it finds each file of an artist, not the artist. 100 artists of
 * 1,000 files each, all of them alike, take 20 to 40 s by the index and 1 s so.
 */
const mostPairs = 1_000_000;

interface Asked {
  artists: readonly string[];
  /** Of pg_trgm, quoted. */
  schema: string;
  pairsWithoutIndex: number;
}

async function findPairs(
  client: ClientBase,
  { tables, libraryId }: LibraryScope,
  { artists, schema, pairsWithoutIndex }: Asked,
): Promise<PairRow[]> {
  const most = Math.floor(pairsWithoutIndex / artists.length);
  const active = `select distinct f.artist_key from ${tables.file} f
    where f.library_id = $1 and f.is_active and char_length(f.artist_key) < ${keyCharacters}`;
  const known = await client.query<{ artist_key: string }>(`${active} limit $2`, [libraryId, most + 1]);
  if (known.rows.length <= most) {
    const all = known.rows.map(({ artist_key }) => artist_key);
    const text = `
      select asked.artist_key as asked, near.artist_key as found
      from unnest($1::text[]) as asked (artist_key), unnest($2::text[]) as near (artist_key)
      where near.artist_key operator(${schema}.%) asked.artist_key and near.artist_key <> asked.artist_key`;
    return (await client.query<PairRow>(text, [artists, all])).rows;
  }
  const text = `
    select asked.artist_key as asked, near.artist_key as found
    from unnest($2::text[]) as asked (artist_key)
    cross join lateral (${active} and f.artist_key operator(${schema}.%) asked.artist_key) as near
    where near.artist_key <> asked.artist_key`;
  return (await client.query<PairRow>(text, [libraryId, artists])).rows;
}

function judge(rows: readonly PairRow[]): NearArtist[] {
  const likeness = new Likeness();
  return rows.flatMap(({ asked, found }) => {
    likeness.aim(prepareText(asked));
    const similarity = likeness.ratio(prepareText(found), leastSimilarity);
    return similarity === 0 ? [] : [{ asked, found, similarity }];
  });
}

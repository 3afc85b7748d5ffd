// Artists of a library that are nearly the same as some others: "Beatles" and "The Beatles".

import { quoteIdentifier, withTransaction, wrapDatabaseError } from "../../database/index.ts";
import { CopycatError } from "../../errors.ts";
import { similarity } from "../ratio.ts";
import type { LibraryScope } from "./tables.ts";
import { findTrigrams } from "./trigrams.ts";

export interface NearArtist {
  asked: string;
  found: string;
  similarity: number;
}

/** What trigrams must have in common for an artist to be looked at, and what the ratio must be then. */
const leastTrigrams = 0.45;
const leastSimilarity = 0.75;

/**
 * Through the trigrams of the artists, so it finds many and promises none: those without letters have no trigrams.
 *
 * @throws CopycatError USAGE when the database has not pg_trgm
 */
export async function listNearArtists(
  scope: LibraryScope,
  artists: readonly string[],
): Promise<NearArtist[]> {
  try {
    const schema = await schemaOfTrigrams(scope);
    const rows = await withTransaction(
      scope.database,
      async (client) =>
        (await client.query<{ asked: string; found: string }>(nearSql(scope, schema), [scope.libraryId, artists]))
          .rows,
      `set local pg_trgm.similarity_threshold = ${leastTrigrams}`,
    );
    return rows.flatMap(({ asked, found }) => {
      const near = similarity(asked, found);
      return near < leastSimilarity ? [] : [{ asked, found, similarity: near }];
    });
  } catch (error) {
    throw wrapDatabaseError(error, "Looking for artists that are nearly the same failed");
  }
}

async function schemaOfTrigrams({ database }: LibraryScope): Promise<string> {
  const schema = await findTrigrams(database);
  if (schema !== null) return quoteIdentifier(schema);
  throw new CopycatError(
    "USAGE",
    "Artists that are nearly the same are found with the extension pg_trgm, which this database has not. Let its owner " +
      "run: create extension pg_trgm. Titles that are alike are found without it.",
  );
}

/** Each artist is one look into the index of trigrams; the files of an artist are put together there. */
function nearSql({ tables }: LibraryScope, schema: string): string {
  return `
    select asked.artist_key as asked, near.artist_key as found
    from unnest($2::text[]) as asked (artist_key)
    cross join lateral (
      select distinct f.artist_key
      from ${tables.file} f
      where f.library_id = $1 and f.is_active and f.artist_key operator(${schema}.%) asked.artist_key
    ) as near
    where near.artist_key <> asked.artist_key`;
}

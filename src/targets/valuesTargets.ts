// The values of keys over all targets, and how often each is there.

import {
  byFacet,
  checkFacets,
  type FacetText,
  type FacetValue,
  type KeyPath,
  listFacetTexts,
  type SearchQuery,
  type ValueCount,
} from "../catalog/index.ts";
import { makeParameters, type Statement } from "../catalog/search/parameters.ts";
import { type Answer, askAll, kindOf } from "./askAll.ts";
import { askOneOf } from "./rankPlaces.ts";
import { type Missing, scopePath } from "./searchTargets.ts";
import type { OpenedTarget } from "./types.ts";

/** The different values of a key at all targets, as `distinctValues` has them of one catalog. */
export async function distinctTargets(
  opened: readonly OpenedTarget[],
  query: SearchQuery,
  path: KeyPath,
  options: { limit?: number } = {},
): Promise<{ values: ValueCount[] } & Missing> {
  const { limit = 1000 } = options;
  const { facets, missing } = await facetsTargets(opened, query, [path], { limit });
  return { values: Object.values(facets)[0] ?? [], missing };
}

/**
 * The values of several keys, as `facets` has them of one catalog: counts are added up. Where a key has more values than
 * asked for, all of them are read: the most frequent of all need not be among those of any target.
 */
export async function facetsTargets(
  opened: readonly OpenedTarget[],
  query: SearchQuery,
  paths: readonly KeyPath[],
  options: { limit?: number } = {},
): Promise<{ facets: Record<string, ValueCount[]> } & Missing> {
  const { limit = 100 } = options;
  checkFacets(paths, limit);
  if (paths.length === 0) return { facets: {}, missing: [] };
  const { answers, missing } = await askAll(opened, scopePath(query), (database) =>
    // One more than asked for says whether there are more.
    listFacetTexts(database, query, { paths, limit: limit + 1 }),
  );
  const shared = limit === 0 ? [] : sharedFacets(answers, paths.length);
  const gone: string[] = [];
  const rows = await Promise.all(
    answers.map(async (answer) => {
      const cut = shared.filter((facet) => valuesOf(answer, facet).length > limit);
      try {
        return await readWhole(answer, query, { paths, cut });
      } catch (error) {
        kindOf(error, answer.target);
        gone.push(answer.target.name);
        return [];
      }
    }),
  );
  const databases = answers.map(({ database }) => database);
  const summed = await askOneOf<FacetValue>(databases, sumSql(rows.flat(), limit));
  return { facets: byFacet(paths, summed), missing: [...missing, ...gone] };
}

/** Places of the keys that more than one target has: only there the counts are not known yet. */
function sharedFacets(answers: readonly Answer<FacetText[]>[], keys: number): number[] {
  return [...new Array(keys).keys()].filter(
    (facet) => answers.filter((answer) => valuesOf(answer, facet).length > 0).length > 1,
  );
}

function valuesOf({ result }: Answer<FacetText[]>, facet: number): FacetText[] {
  return result.filter((row) => row.facet === facet);
}

/** What the target said, with all values of the keys of which it has more than it was asked for. */
async function readWhole(
  { database, result }: Answer<FacetText[]>,
  query: SearchQuery,
  { paths, cut }: { paths: readonly KeyPath[]; cut: readonly number[] },
): Promise<FacetText[]> {
  if (cut.length === 0) return result;
  const wanted = cut.flatMap((facet) => paths.slice(facet, facet + 1));
  const all = await listFacetTexts(database, query, { paths: wanted, limit: Number.MAX_SAFE_INTEGER });
  const others = result.filter(({ facet }) => !cut.includes(facet));
  return [...others, ...all.map((row) => ({ ...row, facet: cut[row.facet] ?? 0 }))];
}

/** Rows of FacetValue, in the order of one catalog: PostgreSQL knows which values are equal, 0.5 and 0.50. */
export function sumSql(rows: readonly FacetText[], limit: number): Statement {
  const parameters = makeParameters();
  const facets = parameters.add(rows.map(({ facet }) => facet));
  const values = parameters.add(rows.map(({ value }) => value));
  const counts = parameters.add(rows.map(({ count }) => count));
  return {
    text: `\
select facet, value, count
from (
  select facet, value, sum(count)::float8 as count,
    row_number() over (partition by facet order by sum(count) desc, value) as place
  from unnest(${facets}::int[], ${values}::jsonb[], ${counts}::int8[]) f (facet, value, count)
  group by facet, value) ranked
where place <= ${parameters.add(limit)}::int8
order by facet, place`,
    values: parameters.values,
  };
}

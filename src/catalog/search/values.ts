// The values that a key has among the nodes that fit, and how often.

import type { Database } from "../../database/index.ts";
import { CopycatError } from "../../errors.ts";
import { checkPath } from "./checks.ts";
import type { KeyPath } from "./condition.ts";
import { foundSql } from "./conditionSql.ts";
import { makeParameters, type Statement } from "./parameters.ts";
import { matchesSql, type ResolvedSearch, resolveSearch } from "./resolve.ts";
import { runSearch } from "./run.ts";
import { formatKey } from "./scan.ts";
import { checkLimit } from "./searchNodes.ts";
import type { SearchQuery, ValueCount } from "./types.ts";

const maxFacets = 50;

/**
 * The different values of a key, the most frequent first. Nodes without the key are not counted.
 *
 * @param options.limit so many values at most; default 1000
 */
export async function distinctValues(
  database: Database,
  query: SearchQuery,
  path: KeyPath,
  options: { limit?: number } = {},
): Promise<ValueCount[]> {
  const { limit = 1000 } = options;
  checkLimit(limit);
  checkPath(path);
  const search = await resolveSearch(database, query);
  return runSearch<{ value: unknown; count: number }>(database, distinctSql(search, path, limit));
}

/**
 * The values of several keys, each as `distinctValues` has them, in one query. By the keys as the filter language writes
 * them.
 *
 * @param options.limit so many values of each key at most; default 100
 *
 * @example
 * await facets(database, { dataset: "VDP" }, [["material"], ["instrument", "name"]])
 * // { material: [{ value: "NiPS3", count: 12 }], "instrument.name": [] }
 */
export async function facets(
  database: Database,
  query: SearchQuery,
  paths: readonly KeyPath[],
  options: { limit?: number } = {},
): Promise<Record<string, ValueCount[]>> {
  const { limit = 100 } = options;
  checkFacets(paths, limit);
  if (paths.length === 0) return {};
  const search = await resolveSearch(database, query);
  return byFacet(paths, await runSearch<FacetValue>(database, facetsSql(search, paths, limit)));
}

/** A value of the key at place `facet` of those that were asked for. */
export interface FacetValue extends ValueCount {
  facet: number;
}

/** A value as JSON text: 9007199254740993 stays what it is. */
export interface FacetText extends FacetValue {
  value: string;
}

/** The rows of `facets`, for who adds up those of several catalogs. */
export async function listFacetTexts(
  database: Database,
  query: SearchQuery,
  { paths, limit }: { paths: readonly KeyPath[]; limit: number },
): Promise<FacetText[]> {
  const { text, values } = facetsSql(await resolveSearch(database, query), paths, limit);
  const asText = `select facet, value::text as value, count from (${text}) f`;
  return runSearch<FacetText>(database, { text: asText, values });
}

/** @throws CopycatError USAGE */
export function checkFacets(paths: readonly KeyPath[], limit: number): void {
  checkLimit(limit);
  paths.forEach(checkPath);
  if (paths.length <= maxFacets) return;
  throw new CopycatError("USAGE", `${paths.length} facets are too many: ${maxFacets} at most.`);
}

/** Rows by the names of their keys, in the order of these. */
export function byFacet(
  paths: readonly KeyPath[],
  rows: readonly FacetValue[],
): Record<string, ValueCount[]> {
  return Object.fromEntries(
    paths.map((path, index) => [
      formatKey(path),
      rows.filter(({ facet }) => facet === index).map(({ value, count }) => ({ value, count })),
    ]),
  );
}

/** Rows of ValueCount. */
export function distinctSql(search: ResolvedSearch, path: KeyPath, limit: number): Statement {
  const parameters = makeParameters();
  const found = foundSql(path, parameters);
  const matches = matchesSql(search, parameters, [`${found} is not null`]);
  return {
    text: `\
select ${found} as value, count(*)::int as count
${matches}
group by 1
order by 2 desc, 1
limit ${parameters.add(limit)}::int8`,
    values: parameters.values,
  };
}

/** Rows of ValueCount with the place of their key in `paths`. The nodes are read once. */
export function facetsSql(search: ResolvedSearch, paths: readonly KeyPath[], limit: number): Statement {
  const parameters = makeParameters();
  const values = paths.map((path, index) => `(${index}, ${foundSql(path, parameters)})`).join(", ");
  return {
    text: `\
select facet, value, count
from (
  select f.facet, f.value, count(*)::int as count,
    row_number() over (partition by f.facet order by count(*) desc, f.value) as place
  from (select n.metadata ${matchesSql(search, parameters)}) n
  cross join lateral (values ${values}) f (facet, value)
  where f.value is not null
  group by f.facet, f.value) ranked
where place <= ${parameters.add(limit)}::int8
order by facet, place`,
    values: parameters.values,
  };
}

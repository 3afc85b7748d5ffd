// Which of the places in several catalogs comes first. PostgreSQL says it: values are ordered as jsonb, texts by the
// collation of the database, numbers to the last digit.

import { type Place, runSearch, type SortKey } from "../catalog/index.ts";
import { makeParameters, type Statement } from "../catalog/search/parameters.ts";
import type { Database } from "../database/index.ts";
import { kindOf } from "./askAll.ts";

/**
 * For each place of each list its rank in the order of all; equal values have the same.
 *
 * @param databases the first that answers compares
 */
export async function rankPlaces(
  databases: readonly Database[],
  sort: readonly SortKey[],
  lists: readonly (readonly Place[])[],
): Promise<number[][]> {
  const isOrdered = sort.length === 0 || lists.filter(({ length }) => length > 0).length < 2;
  if (isOrdered) return lists.map((places) => places.map(() => 0));
  const rows = await askOneOf<{ rank: number }>(databases, rankSql(sort, lists.flat()));
  let at = 0;
  return lists.map((places) => places.map(() => rows[at++]?.rank ?? 0));
}

/** Asks the first that answers. */
export async function askOneOf<Row extends object>(
  databases: readonly Database[],
  statement: Statement,
): Promise<Row[]> {
  for (const database of databases.slice(0, -1)) {
    try {
      return await runSearch<Row>(database, statement);
    } catch (error) {
      kindOf(error);
    }
  }
  const last = databases.at(-1);
  return last === undefined ? [] : runSearch<Row>(last, statement);
}

/** Rows of { rank }, one for each place. */
export function rankSql(sort: readonly SortKey[], places: readonly Place[]): Statement {
  const parameters = makeParameters();
  const values = sort.map((_key, index) => places.map((place) => place.values[index] ?? null));
  const lists = values.map((list) => `${parameters.add(list)}::jsonb[]`);
  const names = sort.map((_key, index) => `k${index}`);
  const order = sort.map(
    ({ descending }, index) => `k${index}${descending === true ? " desc" : ""} nulls last`,
  );
  return {
    text: `\
select dense_rank() over (order by ${order.join(", ")})::int as rank
from unnest(${lists.join(", ")}) with ordinality p (${names.join(", ")}, place)
order by place`,
    values: parameters.values,
  };
}

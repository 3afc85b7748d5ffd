// Finds nodes by what they hold: a page at a time, all of them as a stream, or only their number.

import type { Database } from "../../database/index.ts";
import { CopycatError } from "../../errors.ts";
import { makeParameters } from "./parameters.ts";
import { readPlace, writePlace } from "./place.ts";
import { findPlaced, streamPlaced } from "./placedNodes.ts";
import { checkSort, matchesSql, resolveSearch } from "./resolve.ts";
import { runSearch } from "./run.ts";
import type { FoundNode, SearchPage, SearchQuery } from "./types.ts";

export interface PageQuery extends SearchQuery {
  /** Default 20. */
  limit?: number;
  /** `next` of the page before. */
  after?: string;
}

/**
 * One page of the nodes that fit. A page is one or two queries, however far it is from the first.
 *
 * @throws CopycatError USAGE, NOT_FOUND (no such dataset)
 *
 * @example
 * const where = key("Ja_meV").gt(0.5);
 * const { nodes, next } = await searchNodes(database, { dataset: "VDP", where, limit: 100 });
 */
export async function searchNodes(database: Database, query: PageQuery = {}): Promise<SearchPage> {
  const { limit = 20, sort = [] } = query;
  checkLimit(limit);
  checkSort(sort);
  const after = query.after === undefined ? null : readPlace(sort, query.after);
  // One more than asked for says whether there is another page.
  const found = await findPlaced(database, query, { after, limit: limit + 1 });
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  return {
    nodes: shown.map(({ node }) => node),
    next: found.length > limit && last !== undefined ? writePlace(sort, last.place) : null,
  };
}

/**
 * All nodes that fit, in the order of the pages, as of one moment and in flat memory.
 *
 * @example
 * for await (const { path, metadata } of streamNodes(database, { under: "/VDP" })) console.log(path, metadata);
 */
export async function* streamNodes(database: Database, query: SearchQuery = {}): AsyncGenerator<FoundNode> {
  for await (const { node } of streamPlaced(database, query)) yield node;
}

/** How many nodes fit, exactly. */
export async function countNodes(database: Database, query: SearchQuery = {}): Promise<number> {
  const search = await resolveSearch(database, query);
  const parameters = makeParameters();
  const text = `select count(*)::int as count\n${matchesSql(search, parameters)}`;
  const [row] = await runSearch<{ count: number }>(database, { text, values: parameters.values });
  return row?.count ?? 0;
}

/** @throws CopycatError USAGE */
export function checkLimit(limit: number): void {
  if (Number.isSafeInteger(limit) && limit >= 0 && limit < Number.MAX_SAFE_INTEGER) return;
  throw new CopycatError("USAGE", `limit is ${limit}; it must be a whole number of at least 0.`);
}

// Found nodes with their places, for who puts several searches together.

import type { Database } from "../../database/index.ts";
import { type FoundRow, listParts, pageSql } from "./pageSql.ts";
import type { Place } from "./place.ts";
import { checkSort, resolveSearch } from "./resolve.ts";
import { runSearch, streamSearch } from "./run.ts";
import { pathAbove, type Scope } from "./scope.ts";
import type { FoundNode, SearchQuery } from "./types.ts";

export interface PlacedNode {
  node: FoundNode;
  /** Where it stands in the order of the search. */
  place: Place;
}

/** @param options.limit so many nodes at most, from the first one after `after` on; null is the beginning */
export async function findPlaced(
  database: Database,
  query: SearchQuery,
  { after, limit }: { after: Place | null; limit: number },
): Promise<PlacedNode[]> {
  const { sort = [] } = query;
  checkSort(sort);
  const search = await resolveSearch(database, query);
  let rows: FoundRow[] = [];
  for (const part of listParts(sort, after)) {
    const missing = limit - rows.length;
    if (missing > 0) {
      const found = await runSearch<FoundRow>(database, pageSql(search, { part, after, limit: missing }));
      rows = rows.concat(found);
    }
  }
  return rows.map((row) => toPlaced(row, search.scope));
}

/** All that fit, in one transaction and in flat memory. */
export async function* streamPlaced(database: Database, query: SearchQuery): AsyncGenerator<PlacedNode> {
  const search = await resolveSearch(database, query);
  const statement = pageSql(search, { part: "all", after: null, limit: null });
  for await (const row of streamSearch<FoundRow>(database, statement)) yield toPlaced(row, search.scope);
}

function toPlaced({ id, path, structureFamily, metadata, place = [] }: FoundRow, scope: Scope): PlacedNode {
  return {
    node: { id, path: pathAbove(scope) + path, structureFamily, metadata },
    place: { values: place, id },
  };
}

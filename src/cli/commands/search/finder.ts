// What copycat search asks, of one catalog or of all targets.

import {
  countNodes,
  distinctValues,
  type FoundNode,
  facets,
  type KeyPath,
  type PageQuery,
  type SearchPage,
  type SearchQuery,
  searchNodes,
  streamNodes,
  type ValueCount,
} from "../../../catalog/index.ts";
import type { Database } from "../../../database/index.ts";
import {
  countTargets,
  distinctTargets,
  facetsTargets,
  type Missing,
  type OpenedTarget,
  searchTargets,
  streamTargets,
  type TargetNode,
} from "../../../targets/index.ts";

/** A node that was found; with the name of its target where there are several. */
export type Found = FoundNode & Partial<Pick<TargetNode, "target">>;

/** Of one catalog, no answer has `missing`. */
type MaybeMissing = Partial<Missing>;

export interface Finder {
  page(query: PageQuery): Promise<SearchPage & { nodes: Found[] } & MaybeMissing>;
  /** `missing` is whole at the end. */
  stream(query: SearchQuery): AsyncIterable<Found> & MaybeMissing;
  count(query: SearchQuery): Promise<{ count: number } & MaybeMissing>;
  distinct(
    query: SearchQuery,
    path: KeyPath,
    limit: number,
  ): Promise<{ values: ValueCount[] } & MaybeMissing>;
  facets(
    query: SearchQuery,
    paths: readonly KeyPath[],
    options: { limit?: number },
  ): Promise<{ facets: Record<string, ValueCount[]> } & MaybeMissing>;
}

export function findInCatalog(database: Database): Finder {
  return {
    page: (query) => searchNodes(database, query),
    stream: (query) => streamNodes(database, query),
    count: async (query) => ({ count: await countNodes(database, query) }),
    distinct: async (query, path, limit) => ({
      values: await distinctValues(database, query, path, { limit }),
    }),
    facets: async (query, paths, options) => ({ facets: await facets(database, query, paths, options) }),
  };
}

export function findInTargets(opened: readonly OpenedTarget[]): Finder {
  return {
    page: (query) => searchTargets(opened, query),
    stream: (query) => streamTargets(opened, query),
    count: (query) => countTargets(opened, query),
    distinct: (query, path, limit) => distinctTargets(opened, query, path, { limit }),
    facets: (query, paths, options) => facetsTargets(opened, query, paths, options),
  };
}

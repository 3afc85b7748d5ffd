// Searches over all targets: what one catalog with all of their datasets would find.

import {
  checkLimit,
  checkSort,
  countNodes,
  type FoundNode,
  findPlaced,
  type PageQuery,
  type PlacedNode,
  type SearchQuery,
  type SortKey,
} from "../catalog/index.ts";
import { type Answer, askAll } from "./askAll.ts";
import { goesBackward, mergeRanked } from "./mergeRanked.ts";
import { readPlaces, writePlaces } from "./places.ts";
import { rankPlaces } from "./rankPlaces.ts";
import type { OpenedTarget } from "./types.ts";

export interface TargetNode extends FoundNode {
  /** Name of the target that it lies on. */
  target: string;
}

/** What all that answered have. */
export interface Missing {
  /** Names of targets that are down and may hold more; empty when the answer is whole. */
  missing: string[];
}

export interface TargetsPage extends Missing {
  nodes: TargetNode[];
  /** For `after` of the next page; null when this one is the last. */
  next: string | null;
}

/**
 * One page of the nodes that fit, as `searchNodes` has it of one catalog. Equal ones are in the order of the targets file,
 * then in the order in which they were made. With an order, one query more than for one catalog: PostgreSQL compares.
 * Servers with different collations do not agree on the order of texts: then each keeps its own, and no node is lost.
 *
 * @throws CopycatError USAGE, NOT_FOUND (no target has the dataset), CONNECTION (none answers)
 *
 * @example
 * const opened = await openTargets(await readTargets("targets.yaml"));
 * const { nodes, next, missing } = await searchTargets(opened, { where: key("Ja_meV").gt(0.5), limit: 100 });
 */
export async function searchTargets(
  opened: readonly OpenedTarget[],
  query: PageQuery = {},
): Promise<TargetsPage> {
  const { limit = 20, sort = [] } = query;
  checkLimit(limit);
  checkSort(sort);
  const places = query.after === undefined ? new Map() : readPlaces(sort, query.after, opened);
  const { answers, missing } = await askAll(opened, scopePath(query), (database, { name }) =>
    // One more than asked for says whether there is another page.
    findPlaced(database, query, { after: places.get(name) ?? null, limit: limit + 1 }),
  );
  const nodes: TargetNode[] = [];
  let hasMore = false;
  for (const { target, placed } of await mergeAnswers(answers, sort)) {
    hasMore = nodes.length === limit;
    if (hasMore) break;
    nodes.push({ target, ...placed.node });
    places.set(target, placed.place);
  }
  return { nodes, next: hasMore && limit > 0 ? writePlaces(sort, places) : null, missing };
}

/** How many nodes fit at all targets together. */
export async function countTargets(
  opened: readonly OpenedTarget[],
  query: SearchQuery = {},
): Promise<{ count: number } & Missing> {
  const { answers, missing } = await askAll(opened, scopePath(query), (database) =>
    countNodes(database, query),
  );
  return { count: answers.reduce((sum, { result }) => sum + result, 0), missing };
}

/** The container that is searched; undefined for all entities. */
export function scopePath({ dataset, under }: SearchQuery): string | undefined {
  return dataset ?? under;
}

async function mergeAnswers(
  answers: readonly Answer<PlacedNode[]>[],
  sort: readonly SortKey[],
): Promise<Iterable<{ target: string; placed: PlacedNode }>> {
  const ranks = await rankPlaces(
    answers.map(({ database }) => database),
    sort,
    answers.map(({ result }) => result.map(({ place }) => place)),
  );
  const lists = answers.map(({ target, result }, list) =>
    result.map((placed, index) => ({
      item: { target: target.name, placed },
      rank: ranks[list]?.[index] ?? 0,
    })),
  );
  return mergeRanked(lists, { isBackward: goesBackward(sort) });
}

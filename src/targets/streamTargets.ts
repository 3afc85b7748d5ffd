// All nodes that fit, of all targets, in flat memory: a block of each is held, and the next one read when it is used up.

import {
  checkSort,
  type PlacedNode,
  type SearchQuery,
  type SortKey,
  streamPlaced,
} from "../catalog/index.ts";
import type { Database } from "../database/index.ts";
import { kindOf, listMissing, type Outcome } from "./askAll.ts";
import { goesBackward, mergeRanked } from "./mergeRanked.ts";
import { rankPlaces } from "./rankPlaces.ts";
import { type Missing, scopePath, type TargetNode } from "./searchTargets.ts";
import type { OpenedTarget, Target } from "./types.ts";

/** As many as the cursor of the server gives at once. */
const blockNodes = 1000;

export interface TargetsStream extends AsyncIterable<TargetNode>, Missing {
  /** Whole when all nodes have been read. */
  missing: string[];
}

/**
 * All nodes that fit, in the order of the pages of `searchTargets`; at each target as of one moment. A target that goes down
 * on the way is missing with what it has not sent.
 *
 * @throws CopycatError as `searchTargets`, when it is read
 *
 * @example
 * const nodes = streamTargets(opened, { dataset: "VDP" });
 * for await (const { target, path } of nodes) console.log(target, path);
 * console.log(nodes.missing);
 */
export function streamTargets(opened: readonly OpenedTarget[], query: SearchQuery = {}): TargetsStream {
  const missing: string[] = [];
  return {
    missing,
    [Symbol.asyncIterator]: () => readAll(opened, query, missing),
  };
}

async function* readAll(
  opened: readonly OpenedTarget[],
  query: SearchQuery,
  missing: string[],
): AsyncGenerator<TargetNode> {
  const { sort = [] } = query;
  checkSort(sort);
  const sources = opened.map((one) => openSource(one, query));
  try {
    if (sort.length === 0) {
      for (const source of sources) yield* readOne(source);
    } else {
      yield* mergeSources(sources, sort);
    }
    missing.splice(0, missing.length, ...listMissing(sources.map(outcomeOf), scopePath(query)));
  } finally {
    // Who stops reading gives the connections back.
    await Promise.all(sources.map(({ rows }) => rows?.return(undefined)));
  }
}

interface Source {
  target: Target;
  database: Database | null;
  rows: AsyncGenerator<PlacedNode> | null;
  block: PlacedNode[];
  isAtEnd: boolean;
  /** What ended it before its end. */
  failure: { kind: "absent" | "down"; error: unknown } | null;
}

function openSource({ target, database, error }: OpenedTarget, query: SearchQuery): Source {
  const isDown = database === null;
  return {
    target,
    database,
    rows: isDown ? null : streamPlaced(database, query),
    block: [],
    isAtEnd: isDown,
    failure: isDown ? { kind: "down", error } : null,
  };
}

function outcomeOf({ target, database, failure }: Source): Outcome<null> {
  if (failure !== null) return { target, ...failure };
  if (database === null) return { kind: "down", target, error: null };
  return { kind: "answer", target, database, result: null };
}

/** The next block, where the last one is used up. */
async function fill(source: Source): Promise<void> {
  const { rows } = source;
  if (rows === null || source.isAtEnd || source.block.length > 0) return;
  try {
    while (source.block.length < blockNodes && !source.isAtEnd) {
      const { done, value } = await rows.next();
      if (done === true) source.isAtEnd = true;
      else source.block.push(value);
    }
  } catch (error) {
    source.failure = { kind: kindOf(error, source.target), error };
    source.isAtEnd = true;
  }
}

async function* readOne(source: Source): AsyncGenerator<TargetNode> {
  for (;;) {
    await fill(source);
    if (source.block.length === 0) return;
    for (const { node } of source.block) yield { target: source.target.name, ...node };
    source.block = [];
  }
}

/** Ranks what is held, gives it out until the block of a target ends, and reads on there. */
async function* mergeSources(
  sources: readonly Source[],
  sort: readonly SortKey[],
): AsyncGenerator<TargetNode> {
  const databases = sources.flatMap(({ database }) => database ?? []);
  for (;;) {
    await Promise.all(sources.map(fill));
    if (sources.every(({ block }) => block.length === 0)) return;
    const places = sources.map(({ block }) => block.map(({ place }) => place));
    const ranks = await rankPlaces(databases, sort, places);
    const lists = sources.map((source, list) =>
      source.block.map(({ node }, index) => ({ item: { source, node }, rank: ranks[list]?.[index] ?? 0 })),
    );
    const taken = new Map<Source, number>();
    const isOpen = (list: number): boolean => sources[list]?.isAtEnd === false;
    for (const { source, node } of mergeRanked(lists, { isBackward: goesBackward(sort), isOpen })) {
      taken.set(source, (taken.get(source) ?? 0) + 1);
      yield { target: source.target.name, ...node };
    }
    for (const [source, count] of taken) source.block.splice(0, count);
  }
}

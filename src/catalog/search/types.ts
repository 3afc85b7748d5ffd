// What a search takes and what it finds.

import type { Condition, KeyPath } from "./condition.ts";

export interface SearchQuery {
  /** Path of a container, whose children are searched. Without it and `under`: the entities of all datasets. */
  dataset?: string;
  /** Path of a container, all of whose descendants are searched, at any depth. */
  under?: string;
  /** Default: all nodes. */
  where?: Condition;
  /** Default: the order in which nodes were made. */
  sort?: readonly SortKey[];
  /** The catalog's; default: the database's (`catalogSchema`). */
  schema?: string;
}

/**
 * An order by the values of a key: null, texts, numbers, booleans, lists, objects. Nodes without the key come last, in
 * both directions.
 */
export interface SortKey {
  path: KeyPath;
  descending?: boolean;
}

export interface FoundNode {
  id: number;
  path: string;
  structureFamily: string;
  metadata: Record<string, unknown>;
}

export interface SearchPage {
  nodes: FoundNode[];
  /** For `after` of the next page; null when this one is the last. */
  next: string | null;
}

export interface ValueCount {
  /** A value of the key, as JSON has it. */
  value: unknown;
  /** Nodes that have it. */
  count: number;
}

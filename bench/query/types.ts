// What is asked of a catalog, what is answered, and who answers.

/** Where an answer may be all matches, a page of them or only their number. */
export type Wanted = "page" | "count";

export type Ask =
  /** Children of the dataset. */
  | { kind: "count" }
  /** Keys of the children that follow the entity of this number. */
  | { kind: "keys"; after: number }
  | { kind: "metadata"; entity: number }
  | { kind: "artifacts"; entity: number }
  | { kind: "range"; key: string; above: number; wanted: Wanted }
  /** Both ends included; a page. */
  | { kind: "between"; key: string; low: number; high: number }
  | { kind: "equality"; key: string; value: string | number }
  /** Entities with all of the words. */
  | { kind: "text"; words: readonly string[]; wanted: Wanted }
  | { kind: "distinct"; key: string }
  | { kind: "sort"; key: string; descending: boolean };

/** A number, keys in their order, the metadata of a node, or values with their counts, in the order of the values. */
export type Answer = number | string[] | Record<string, unknown> | [value: unknown, count: number][];

/** Rows of a page of nodes; 200 keys are what the notes list. */
export const pageLimit = 100;
export const keysLimit = 200;

export const datasetKey = "BENCH";

/** Order that is the same for all ways: values with counts come in an order of the server's. */
export function sortValues(values: readonly [unknown, number][]): [unknown, number][] {
  return [...values].sort(([one], [other]) => (String(one) < String(other) ? -1 : 1));
}

export interface Answered {
  answer: Answer;
  /** Of the statement alone that finds the answer, where the way does more than send it. */
  sqlMs?: number;
}

export interface Way {
  /** As in results, such as `ours` or `httpPromoted`. */
  name: string;
  label: string;
  /** Before its turn in a round, not counted. */
  begin?(): Promise<void>;
  answer(ask: Ask): Promise<Answered>;
  /** Ends what it has started; called once. */
  close?(): Promise<void>;
}

/** Peers of copycat: each but SQLite is asked without and with promoted keys. */
export const peerNames = ["sqlite", "statements", "http"] as const;
export type PeerName = (typeof peerNames)[number];
